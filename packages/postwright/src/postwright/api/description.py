"""The API's description of itself: OpenAPI 3.1, complete enough to generate clients from."""

from typing import Any

from fastapi import FastAPI

from postwright.api.examples import give_examples

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
_TAGS = {
    "Posts": "What is published: made, found, changed, tried again and deleted.",
    "Publications": "Each post on each account, in the service's own words.",
    "Forecast": "When what waits will go out.",
    "Pauses": "Nothing new is started: of an account, the workspace, or all.",
    "Events": "What has become of posts, as it happens.",
    "Accounts": "Who is connected, how they stand, and what they may do now.",
    "Connect": "How the owner of an account gives their consent.",
    "Profiles": "Groups of accounts, to which keys can be bound.",
    "Media": "The files that posts are made of.",
    "Validate": "What the rules say, before anything is stored.",
    "API keys": "Who may call, and what they may do.",
    "Usage": "What is used, and what is left.",
    "Errors": "What they mean: where an error's `docUrl` leads.",
    "Health": "For whoever watches over the service.",
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
            told["info"]["license"] = {"name": "Apache-2.0", "identifier": "Apache-2.0"}
            told["servers"] = [{"url": "/", "description": "Where this document is."}]
            told["tags"] = [{"name": name, "description": words} for name, words in _TAGS.items()]
            for name in ("HTTPValidationError", "ValidationError"):
                told["components"]["schemas"].pop(name, None)
            for path, methods in told["paths"].items():
                for operation in methods.values():
                    operation["responses"].pop("422", None)
                    operation.setdefault("security", [])  # nothing: open to everybody
                    if path.startswith("/v1/"):
                        _tell_headers(operation)
            give_examples(told)
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
