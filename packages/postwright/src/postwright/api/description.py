"""The API's description of itself: OpenAPI 3.1, complete enough to generate clients from."""

from typing import Any

from fastapi import FastAPI

DESCRIPTION = """\
Publishes videos and photos to TikTok, each exactly once.

Every request shows an API key as `Authorization: Bearer pw_…`. Bodies and answers are JSON in
camelCase; times are RFC 3339 in UTC; ids are opaque strings. Every answer has `X-Request-Id` and
says in `X-RateLimit-*` how many requests the key has left this minute. A request that makes
something is safe to repeat with the same `Idempotency-Key`.
"""

_HEADERS = {
    "X-Request-Id": ("The request's id: the one that was sent, or a new one.", "string"),
    "X-RateLimit-Limit": ("Requests a minute that the key may make.", "integer"),
    "X-RateLimit-Remaining": ("How many of them are left.", "integer"),
    "X-RateLimit-Reset": ("Unix time when all are there again.", "integer"),
}
_REPLAYED = ("`true` if this is the answer of an earlier call with the same name.", "string")


class DescribedApi(FastAPI):
    """An app that tells what it really answers.

    FastAPI tells of errors as its own handlers would word them; ours are declared on every route.
    """

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            told = super().openapi()
            for name in ("HTTPValidationError", "ValidationError"):
                told["components"]["schemas"].pop(name, None)
            for path, methods in told["paths"].items():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
                    if path.startswith("/v1/"):
                        _tell_headers(operation)
            self.openapi_schema = told
        return self.openapi_schema


def _tell_headers(operation: dict[str, Any]) -> None:
    headers = dict(_HEADERS)
    if any(each["name"] == "Idempotency-Key" for each in operation.get("parameters", ())):
        headers["Idempotency-Replayed"] = _REPLAYED
    for status, answer in operation["responses"].items():
        if status.startswith("2"):
            answer.setdefault("headers", {}).update(
                {
                    name: {"description": words, "schema": {"type": kind}}
                    for name, (words, kind) in headers.items()
                }
            )
