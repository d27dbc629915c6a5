"""What a service has refused, as the error that it is here.

Refused
├─ RefusedInput       400, 413, 415
├─ RefusedKey         401, 403: the key
├─ RefusedMissing     404
├─ RefusedVersion     404, 405: it is of another version, and does not know what is asked
├─ RefusedState       409
├─ RefusedReconnect   409, of an account that has to be connected again
└─ RefusedNow         429, 5xx: later, maybe
"""

import re
from typing import Any

from pydantic import ValidationError

from postwright.api.wire.errors import ErrorAnswer
from postwright.errors import (
    Advice,
    AppError,
    BadInput,
    Conflict,
    Misconfigured,
    NeedsReconnect,
    NetworkTrouble,
    NotFound,
)

_LONGEST = 2000
_TAG = re.compile(r"<(?:script|style)\b.*?</(?:script|style)>|<[^<>]*>", re.DOTALL | re.IGNORECASE)

# With these a proxy answers if what is behind it does not.
OF_PROXIES = frozenset({502, 503, 504})


class Unreachable(NetworkTrouble):
    """The service did not answer, or not as a service of ours."""

    code = "service_unreachable"


class AnswerLost(Unreachable):
    """The service was asked, and its answer was lost: what was asked may have been done."""

    code = "service_answer_lost"
    advice = Advice.ASK_STATUS


class Refused(AppError):
    """A service has refused something; `told` says with which code, and why.

    `request_id` is how its log names the request.
    """

    code = "service_refused"

    def __init__(self, told: ErrorAnswer, request_id: str) -> None:
        details = told.details
        super().__init__(
            told.error,
            why=details.why,
            fix=details.fix,
            command=details.command,
            param=told.param or "",
            details={"findings": details.findings, **(details.model_extra or {})},
        )
        self.told = told
        self.request_id = request_id

    def to_dict(self) -> dict[str, Any]:
        """The shape of `--json` errors, with the service's own code and more."""
        return {
            **super().to_dict(),
            "code": self.told.code,
            "advice": self.told.details.advice,
            "param": self.told.param,
            "doc_url": self.told.doc_url,
            "request_id": self.request_id,
        }


class RefusedInput(Refused, BadInput):
    """The service finds something wrong with what was sent."""

    code = "service_refused_input"


class RefusedKey(Refused, Misconfigured):
    """The service does not take the API key, or the key may not do this."""

    code = "service_refused_key"


class RefusedMissing(Refused, NotFound):
    """The service has no such thing, or the key does not reach it."""

    code = "service_refused_missing"


class RefusedVersion(Refused, Misconfigured):
    """The service does not know what is asked: it is of another version."""

    code = "service_refused_version"

    def __init__(self, told: ErrorAnswer, request_id: str) -> None:
        super().__init__(told, request_id)
        self.what = "The service does not know what is asked: it is of another version."
        self.why = told.error
        self.fix = "Use the same version of Postwright here and there."


class RefusedState(Refused, Conflict):
    """The service has it, but its state does not allow this."""

    code = "service_refused_state"


class RefusedReconnect(Refused, NeedsReconnect):
    """The service needs the account to be connected again."""

    code = "service_refused_reconnect"


class RefusedNow(Refused, NetworkTrouble):
    """The service cannot do it now: a limit, a fault, or TikTok is away."""

    code = "service_refused_now"

    def __init__(self, told: ErrorAnswer, request_id: str) -> None:
        super().__init__(told, request_id)
        # Why a service is in trouble it tells nobody but its own log.
        if not self.fix and request_id:
            self.fix = f"Try again later. The service's log has it as {request_id}."


def refusal(status: int, body: bytes, request_id: str) -> AppError:
    """The error that an answer is.

    Args:
        status: of the answer, 400 or more.
        body: of the answer.
        request_id: its X-Request-Id; empty if it has none.
    """
    try:
        told = ErrorAnswer.model_validate_json(body)
    except ValidationError:
        said = _TAG.sub(" ", body[:_LONGEST].decode("utf-8", "replace"))
        if status in OF_PROXIES:
            return Unreachable(
                f"The service is not there: what is in front of it answered with {status}.",
                why=shown(said),
                fix="Try again later; see that `postwright web` or `postwright up` runs there.",
            )
        return Unreachable(
            f"The service answered with {status}, and not as a service of ours would.",
            why=shown(said),
            fix="See that the address is that of a Postwright, and of none of its pages.",
        )
    return _kind(status, told)(told, request_id)


def _kind(status: int, told: ErrorAnswer) -> type[Refused]:
    match status:
        case 401 | 403:
            return RefusedKey
        case 404 | 405 if told.code in {"route_unknown", "method_not_allowed"}:
            return RefusedVersion
        case 404:
            return RefusedMissing
        case 409 if told.details.advice == Advice.RECONNECT:
            return RefusedReconnect
        case 409:
            return RefusedState
        case 429:
            return RefusedNow
        case _:
            return RefusedNow if status >= 500 else RefusedInput


def shown(text: str) -> str:
    """What somebody unknown has said, on a line that cannot draw on a terminal."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= 200 else f"{line[:200]}…"
