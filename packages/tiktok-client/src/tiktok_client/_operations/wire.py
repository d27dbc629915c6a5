"""A request and an answer as plain values, and how to read TikTok's two JSON shapes.

Field readers raise ResponseError with the field's name, never its value: values can be secrets.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from tiktok_client.codes import CODES, OAUTH_CODES
from tiktok_client.errors import (
    Advice,
    APIError,
    OAuthError,
    RateLimited,
    ResponseError,
    ServerFault,
    TokenInvalid,
    without_secrets,
)

from .pace import read_wait_s

__all__ = ["Fields", "Request", "Response", "Target", "bearer", "read_data", "read_oauth"]

T = TypeVar("T")
JSON = "application/json; charset=UTF-8"
FORM = "application/x-www-form-urlencoded"
# What a header can hold. The HTTP library repeats anything else, a token too, in its error.
TOKEN = re.compile(r"[!-~]+", re.ASCII)


def bearer(token: str) -> dict[str, str]:
    """The header that says for whom a call is. Raises ValueError for what is no token."""
    if not TOKEN.fullmatch(token):
        raise ValueError("the access token is empty, or has a blank, a line end or the like in it")
    return {"Authorization": f"Bearer {token}"}


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
    _read: "list[Fields]" = field(
        default_factory=lambda: list[Fields](),  # noqa: PLW0108  # it is defined further down
        init=False,
        repr=False,
        compare=False,
    )

    @property
    def log_id(self) -> str | None:
        """TikTok's own name for this answer, from a header: for when the body has none."""
        return self.headers.get("x-tt-logid") or None

    def refuse(self, why: str) -> ResponseError:
        """Make the error that says this answer is not as specified.

        JSON is not kept in it: it could hold a token or an upload address.
        """
        text = "" if _object(self) is not None else self.body.decode("utf-8", "replace")
        return ResponseError(
            why, operation=self.operation, status=self.status, body=text, log_id=self.log_id
        )

    def unknown_fields(self) -> tuple[str, ...]:
        """What was in the objects that were read, but that nobody asked for; sorted."""
        return tuple(sorted({name for fields in self._read for name in fields.unasked()}))

    def reads(self, fields: "Fields") -> None:
        """Note that an object of this answer is being read."""
        self._read.append(fields)


class Fields:
    """A JSON object of an answer, read field by field. `path` is where in the answer it is."""

    def __init__(self, values: Mapping[str, Any], answer: Response, path: str = "") -> None:
        self.values = values
        self.answer = answer
        self._path = path
        self._asked = set[str]()
        answer.reads(self)

    def unasked(self) -> list[str]:
        """The fields that are there and that nobody has read."""
        left = [name for name in self.values if name not in self._asked]
        return [f"{self._path}.{name}" if self._path else name for name in left]

    def value(self, name: str) -> Any:
        """Whatever it is, or None."""
        self._asked.add(name)
        return self.values.get(name)

    def _field(self, name: str, kind: str, test: Callable[[Any], T | None]) -> T:
        found = test(self.value(name))
        if found is None:
            raise self.answer.refuse(f"field {name} is missing or not {kind}")
        return found

    def text(self, name: str) -> str:
        """A string that must be there; it may be empty."""
        return self._field(name, "text", lambda value: value if isinstance(value, str) else None)

    def optional_text(self, name: str) -> str | None:
        """A string, or None when it is missing, null or empty."""
        return self.text(name) or None if self.value(name) is not None else None

    def text_if_any(self, name: str) -> str | None:
        """A string, or None for anything else: for what no answer should be lost over."""
        return _text_or_none(self.value(name))

    def integer(self, name: str) -> int:
        """A whole number that must be there."""
        return self._field(name, "a whole number", _whole)

    def optional_integer(self, name: str) -> int | None:
        """A whole number, or None when it is missing or null."""
        return self.integer(name) if self.value(name) is not None else None

    def boolean(self, name: str) -> bool:
        """A boolean that must be there."""
        return self._field(
            name, "a boolean", lambda value: value if isinstance(value, bool) else None
        )

    def texts(self, name: str) -> tuple[str, ...]:
        """A list of strings that must be there."""
        return self._field(name, "a list of text", _texts)

    def ids(self, name: str) -> tuple[str, ...]:
        """64-bit ids as text: from a list or one alone, numbers or strings; missing is none.

        What is no whole number, such as one that has lost its digits, is left out: an id that
        cannot be read must not hide what else the answer says.
        """
        value = self.value(name)
        if value is None:
            return ()
        items = cast("list[Any]", value) if isinstance(value, list) else [value]
        whole = (_whole(item) for item in items)
        return tuple(str(item) for item in whole if item is not None)


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
    found = _object(answer)
    whole = Fields(found or {}, answer)
    error = whole.value("error")
    if not isinstance(error, dict):
        raise _unauthorised(answer) if answer.status == 401 else _without_envelope(answer)
    facts = Fields(cast("Mapping[str, Any]", error), answer, "error")
    log_id = facts.text_if_any("log_id") or answer.log_id
    code, message = without_secrets(facts.text("code")), facts.text_if_any("message") or ""
    data = whole.value("data")
    if code != "ok":
        raise _data_error(answer, code, message, log_id)
    values = cast("Mapping[str, Any]", data if isinstance(data, dict) else {})
    return Fields(values, answer, "data"), log_id


def _data_error(answer: Response, code: str, message: str, log_id: str | None) -> APIError:
    meaning = CODES.get(code)
    kind = meaning.error if meaning else APIError
    message = without_secrets(message)
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


def _unauthorised(answer: Response) -> TokenInvalid:
    """What a gateway says that does not speak TikTok's JSON: the status alone has to do."""
    return TokenInvalid(
        operation=answer.operation, code="", message="", log_id=answer.log_id, status=401
    )


def _without_envelope(answer: Response) -> ServerFault | RateLimited | ResponseError:
    if answer.status >= 500:
        return ServerFault(
            operation=answer.operation,
            code="",
            message="",
            log_id=answer.log_id,
            status=answer.status,
        )
    if answer.status == 429:
        return RateLimited(
            operation=answer.operation,
            code="",
            message="",
            log_id=answer.log_id,
            status=answer.status,
            retry_after=_retry_after(answer),
        )
    return answer.refuse("the answer is not TikTok's JSON")


def _retry_after(answer: Response) -> float | None:
    """Seconds to wait, if a header says so, in whichever form. No page mentions one.

    spec: limits.no-retry-after
    """
    return read_wait_s(answer.headers, datetime.now(UTC))


def read_oauth(answer: Response) -> Fields:
    """Read OAuth's flat object; raise OAuthError if it has an `error`, whatever the HTTP status.

    An empty body is an empty object: revoke answers so.

    spec: oauth.token.errors-http-200, oauth.token.error-shape
    Source: oauth-error-handling (2026); HTTP 200 on failure observed by two operators.
    """
    found = _object(answer) if answer.body.strip() else dict[str, Any]()
    if found is None:
        raise _without_envelope(answer)
    whole = Fields(found, answer)
    error = without_secrets(whole.text_if_any("error") or "")
    told = whole.text_if_any("error_description") or ""
    log_id = whole.text_if_any("log_id") or answer.log_id
    whole.value("token_type")  # always Bearer, so nobody reads it
    if error:
        raise OAuthError(
            operation=answer.operation,
            code=error,
            message=without_secrets(told),
            log_id=log_id,
            status=answer.status,
            advice=OAUTH_CODES.get(error),
        )
    if not 200 <= answer.status < 300:
        raise _without_envelope(answer)
    return whole


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) and value else None
