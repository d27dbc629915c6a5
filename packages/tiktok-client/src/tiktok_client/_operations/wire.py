"""A request and an answer as plain values, and how to read TikTok's two JSON shapes.

Field readers raise ResponseError with the field's name, never its value: values can be secrets.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from tiktok_client.codes import CODES, OAUTH_CODES
from tiktok_client.errors import (
    Advice,
    APIError,
    OAuthError,
    RateLimited,
    ResponseError,
    ServerFault,
)

__all__ = ["Fields", "Request", "Response", "Target", "read_data", "read_oauth"]

T = TypeVar("T")
JSON = "application/json; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, without its secrets: for records and errors."""

    operation: str
    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Request(Target):
    """A request whose body fits in memory."""

    body: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class Response:
    """An answer, read to its end. Header names are lowercase."""

    operation: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    def refuse(self, why: str) -> ResponseError:
        """Make the error that says this answer is not as specified.

        JSON is not kept in it: it could hold a token or an upload address.
        """
        text = "" if _object(self) is not None else self.body.decode("utf-8", "replace")
        return ResponseError(why, operation=self.operation, status=self.status, body=text)


class Fields:
    """A JSON object of an answer, read field by field."""

    def __init__(self, values: Mapping[str, Any], answer: Response) -> None:
        self.values = values
        self.answer = answer

    def _field(self, name: str, kind: str, test: Callable[[Any], T | None]) -> T:
        found = test(self.values.get(name))
        if found is None:
            raise self.answer.refuse(f"field {name} is missing or not {kind}")
        return found

    def text(self, name: str) -> str:
        """A string that must be there; it may be empty."""
        return self._field(name, "text", lambda value: value if isinstance(value, str) else None)

    def optional_text(self, name: str) -> str | None:
        """A string, or None when it is missing, null or empty."""
        return self.text(name) or None if self.values.get(name) is not None else None

    def integer(self, name: str) -> int:
        """A whole number that must be there."""
        return self._field(name, "a whole number", _whole)

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None when it is missing or null."""
        return self.integer(name) if self.values.get(name) is not None else None

    def boolean(self, name: str) -> bool:
        """A boolean that must be there."""
        return self._field(
            name, "a boolean", lambda value: value if isinstance(value, bool) else None
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings that must be there."""
        return self._field(name, "a list of text", _texts)

    def ids(self, name: str) -> tuple[str, ...]:
        """64-bit ids as text: from a list or one alone, numbers or strings; missing is none."""
        value = self.values.get(name)
        if value is None:
            return ()
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        whole = [_whole(item) for item in items]
        if None in whole:
            raise self.answer.refuse(f"field {name} is not a list of whole numbers")
        return tuple(str(item) for item in whole)


def _whole(value: object) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 20:
        return int(value)
    return None


def _texts(value: object) -> tuple[str, ...] | None:
    items = cast("list[object]", value) if isinstance(value, list) else None
    if items is None or not all(isinstance(item, str) for item in items):
        return None
    return tuple(str(item) for item in items)


def _object(answer: Response) -> Mapping[str, Any] | None:
    try:
        # json reads integers exactly, however long: 64-bit ids survive.
        found: object = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, Any]", found) if isinstance(found, dict) else None


def read_data(answer: Response) -> tuple[Fields, str | None]:
    """Read `{"data": {...}, "error": {...}}`; return data and log_id, or raise what the code means.

    Success is `error.code == "ok"`, whatever the HTTP status: creator_info refuses with 200.

    spec: envelope.data-error, envelope.log-id, posting.creator-info.errors-http-200
    Source: tiktok-api-v2-error-handling (2026); errors without `data` observed 2025-08-16.
    """
    whole = _object(answer)
    error = whole.get("error") if whole is not None else None
    if whole is None or not isinstance(error, dict):
        raise _without_envelope(answer)
    facts = Fields(cast("Mapping[str, Any]", error), answer)
    log_id = _text_or_none(facts.values.get("log_id"))
    code = facts.text("code")
    if code != "ok":
        raise _data_error(answer, code, _text_or_none(facts.values.get("message")) or "", log_id)
    data = whole.get("data")
    return Fields(cast("Mapping[str, Any]", data if isinstance(data, dict) else {}), answer), log_id


def _data_error(answer: Response, code: str, message: str, log_id: str | None) -> APIError:
    meaning = CODES.get(code)
    kind = meaning.error if meaning else APIError
    if issubclass(kind, RateLimited):
        return RateLimited(
            operation=answer.operation,
            code=code,
            message=message,
            log_id=log_id,
            status=answer.status,
            retry_after=_retry_after(answer),
        )
    return kind(
        operation=answer.operation,
        code=code,
        message=message,
        log_id=log_id,
        status=answer.status,
        advice=meaning.advice if meaning else _advice_by_status(answer.status),
    )


def _advice_by_status(status: int) -> Advice:
    """What to do about a code that is in no table."""
    if status >= 500:
        return Advice.RETRY
    return {401: Advice.REAUTHORISE, 429: Advice.RETRY_LATER}.get(status, Advice.GIVE_UP)


def _without_envelope(answer: Response) -> ServerFault | RateLimited | ResponseError:
    if answer.status >= 500:
        return ServerFault(
            operation=answer.operation, code="", message="", log_id=None, status=answer.status
        )
    if answer.status == 429:
        return RateLimited(
            operation=answer.operation,
            code="",
            message="",
            log_id=None,
            status=answer.status,
            retry_after=_retry_after(answer),
        )
    return answer.refuse("the answer is not TikTok's JSON")


def _retry_after(answer: Response) -> float | None:
    """Seconds to wait, if a header says so. No page mentions one.

    spec: limits.no-retry-after
    """
    value = answer.headers.get("retry-after", "")
    return float(value) if value.isascii() and value.isdecimal() else None


def read_oauth(answer: Response) -> Fields:
    """Read OAuth's flat object; raise OAuthError if it has an `error`, whatever the HTTP status.

    An empty body is an empty object: revoke answers so.

    spec: oauth.token.errors-http-200, oauth.token.error-shape
    Source: oauth-error-handling (2026); HTTP 200 on failure observed by two operators.
    """
    whole = _object(answer) if answer.body.strip() else dict[str, Any]()
    if whole is None:
        raise _without_envelope(answer)
    error = _text_or_none(whole.get("error"))
    if error:
        raise OAuthError(
            operation=answer.operation,
            code=error,
            message=_text_or_none(whole.get("error_description")) or "",
            log_id=_text_or_none(whole.get("log_id")),
            status=answer.status,
            advice=OAUTH_CODES.get(error),
        )
    if not 200 <= answer.status < 300:
        raise _without_envelope(answer)
    return Fields(whole, answer)


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
