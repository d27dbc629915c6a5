"""The errors that only the API knows: those of a request, not of what it asks for."""

from typing import ClassVar

from postwright.errors import Advice, AppError, BadInput, Conflict, NotFound


class InvalidRequest(BadInput):
    """A field of the request is missing or wrong; `param` and `details.findings` name it."""

    code = "invalid_request"


class KeyMissing(AppError):
    """The request shows no API key."""

    code = "api_key_missing"
    advice = Advice.FIX


class KeyInvalid(AppError):
    """The API key is not known, was revoked or has expired."""

    code = "api_key_invalid"
    advice = Advice.FIX


class ScopeMissing(AppError):
    """The API key may not do this: it needs another scope."""

    code = "scope_missing"
    advice = Advice.FIX


class OutOfReach(AppError):
    """The API key may not do this: it is bound to some profiles."""

    code = "out_of_reach"
    advice = Advice.FIX


class NoSuchError(NotFound):
    """There is no error with this code."""

    code = "error_unknown"


class RateLimited(AppError):
    """There were too many requests; `Retry-After` says when to come again."""

    code = "rate_limited"
    advice = Advice.WAIT

    def __init__(self, what: str, *, retry_after_s: int, fix: str = "") -> None:
        super().__init__(what, fix=fix)
        self.retry_after_s = retry_after_s


class BodyTooLarge(AppError):
    """The body of the request is larger than it may be."""

    code = "body_too_large"
    advice = Advice.FIX


class MediaTypeUnsupported(AppError):
    """The body of the request is of a type that is not read here."""

    code = "media_type_unsupported"
    advice = Advice.FIX


class NoSuchRoute(NotFound):
    """Nothing answers at this path."""

    code = "route_unknown"


class MethodNotAllowed(AppError):
    """The path does not answer to this method; `Allow` lists those it answers to."""

    code = "method_not_allowed"
    advice: ClassVar[Advice] = Advice.FIX


class IdempotencyMismatch(Conflict):
    """The idempotency key was used for another request."""

    code = "idempotency_mismatch"
    advice = Advice.FIX


class InternalError(AppError):
    """A fault of ours; nothing of the request was stored."""

    code = "internal_error"
    advice = Advice.RETRY
