"""How errors look on the wire, and which an operation may answer with."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from postwright.api.wire.base import Out, example
from postwright.errors import Advice


class ErrorType(StrEnum):
    """What kind of error it is."""

    INVALID_REQUEST = "invalid_request_error"
    AUTHENTICATION = "authentication_error"
    PERMISSION = "permission_error"
    NOT_FOUND = "not_found"
    RATE_LIMIT = "rate_limit_error"
    PLATFORM = "platform_error"
    API = "api_error"


class ErrorDetails(Out):
    """More about an error. Some errors add fields of their own."""

    model_config = ConfigDict(extra="allow")

    advice: str = Field(
        description="What to do: `retry`, `wait`, `reconnect`, `fix`, `give_up` or `ask_status`."
    )
    why: str = Field(default="", description="The rule or the cause, for a person.")
    fix: str = Field(default="", description="What to do now, for a person.")
    command: str = Field(
        default="", description="The command that does it, for whoever is at a terminal."
    )
    findings: list[dict[str, Any]] = Field(
        default=[], description="Each thing that is wrong, where there may be several."
    )


class ErrorAnswer(Out):
    """What every error is answered with."""

    model_config = ConfigDict(
        json_schema_extra=example(
            error="There is no profile prof_7k3m9x2q4d1f.",
            type="not_found",
            code="unknown_profile",
            param=None,
            docUrl="https://postwright.example.com/v1/errors/unknown_profile",
            platform=None,
            platformError=None,
            details={"advice": "fix", "why": "", "fix": "", "findings": []},
        )
    )

    error: str = Field(description="What happened, in one sentence for a person.")
    type: ErrorType = Field(description="What kind of error it is.")
    code: str = Field(description="Which error it is; does not change between versions.")
    param: str | None = Field(
        default=None,
        description="The field that caused it, as the caller wrote it: `platforms[0].accountId`.",
    )
    doc_url: str = Field(description="Where the code is explained.")
    platform: str | None = Field(default=None, description="The network that caused it.")
    platform_error: dict[str, Any] | None = Field(
        default=None, description="What that network said."
    )
    details: ErrorDetails = Field(description="More about it.")


class ErrorMeaning(Out):
    """What an error means."""

    model_config = ConfigDict(
        json_schema_extra=example(
            code="scope_missing",
            meaning="The API key may not do this: it needs another scope.",
            advice="fix",
        )
    )

    code: str = Field(description="Which error it is.")
    meaning: str = Field(description="What has happened, whatever it was about.")
    advice: Advice = Field(description="What to do, in a word.")


_TOLD = {
    400: "A field is missing or wrong (`param` names it), or the body is no JSON.",
    401: "No API key was shown, or it is no good.",
    403: "The API key lacks the scope, or is bound to other profiles.",
    404: "It is not there, or is another workspace's.",
    405: "The path does not answer to this method.",
    409: "Its state does not allow this, or the idempotency key was used for something else.",
    413: "The body is too large.",
    415: "The body is of a type that is not read here.",
    429: "Too many requests; `Retry-After` says in how many seconds to come again.",
    500: "A fault of the server. Nothing of the request was stored.",
    502: "The network did not answer, or not with what was asked for.",
    503: "The database or the store cannot be reached; `Retry-After` says when to come again.",
}
_RETRY_AFTER = {
    "Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer", "minimum": 1}}
}

# For `responses=` of a router: every operation may answer with these.
FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorAnswer, "description": told}
    | ({"headers": _RETRY_AFTER} if status in {429, 503} else {})
    for status, told in _TOLD.items()
}
