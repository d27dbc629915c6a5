"""Errors as they go over the wire: one envelope, whatever went wrong."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import APIRouter, FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from postwright.api.errors import (
    BodyTooLarge,
    InternalError,
    InvalidRequest,
    KeyInvalid,
    KeyMissing,
    MediaTypeUnsupported,
    MethodNotAllowed,
    NoSuchRoute,
    OutOfReach,
    RateLimited,
    ScopeMissing,
)
from postwright.api.explained import Docs
from postwright.api.wire.errors import ErrorAnswer, ErrorDetails, ErrorType
from postwright.errors import (
    AppError,
    BadInput,
    Conflict,
    Misconfigured,
    NeedsReconnect,
    NetworkTrouble,
    NotFinished,
    NotFound,
    PublishFailed,
    StorageTrouble,
)
from postwright.media.errors import QuotaReached, TooLarge, TypeNotTaken

log = logging.getLogger(__name__)

_AGAIN_S = 5
_INVALID, _API = ErrorType.INVALID_REQUEST, ErrorType.API

# The first that an error is counts.
_MEANINGS: Sequence[tuple[type[AppError], int, ErrorType]] = (
    (KeyMissing, 401, ErrorType.AUTHENTICATION),
    (KeyInvalid, 401, ErrorType.AUTHENTICATION),
    (ScopeMissing, 403, ErrorType.PERMISSION),
    (OutOfReach, 403, ErrorType.PERMISSION),
    (RateLimited, 429, ErrorType.RATE_LIMIT),
    (BodyTooLarge, 413, _INVALID),
    (MediaTypeUnsupported, 415, _INVALID),
    (MethodNotAllowed, 405, _INVALID),
    (TooLarge, 413, _INVALID),
    (TypeNotTaken, 415, _INVALID),
    (QuotaReached, 409, _INVALID),
    (BadInput, 400, _INVALID),
    (NotFound, 404, ErrorType.NOT_FOUND),
    (Conflict, 409, _INVALID),
    (NeedsReconnect, 409, _INVALID),
    (NotFinished, 409, _INVALID),
    (PublishFailed, 409, ErrorType.PLATFORM),
    (NetworkTrouble, 502, ErrorType.PLATFORM),
    (StorageTrouble, 503, _API),
    (Misconfigured, 500, _API),
)


def handle_failures(app: FastAPI, routers: Sequence[APIRouter], docs: Docs) -> None:
    """Have the app answer every error with the envelope.

    Args:
        app: the app.
        routers: what it is made of.
        docs: where errors are explained.
    """

    async def ours(request: Request, error: Exception) -> Response:
        assert isinstance(error, AppError)
        return answer(error, docs.url(request, error.code))

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        told = _invalid(error.errors())
        return answer(told, docs.url(request, told.code))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        # What a route raises while FastAPI reads the body for it comes as the cause.
        if isinstance(error.__cause__, AppError):
            return await ours(request, error.__cause__)
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers |= _allowed(request.scope["path"], routers)
        told = _of_http(request, error)
        return answer(told, docs.url(request, told.code), headers)

    app.add_exception_handler(AppError, ours)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)


def answer(error: AppError, doc_url: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer that an error is; `doc_url` explains it."""
    status, kind = _meaning(error)
    is_ours = status >= 500
    if is_ours:
        log.warning("%s: %s %s", error.code, error.what, error.why)
    told = ErrorAnswer(
        error=error.what,
        type=kind,
        code=error.code,
        param=error.param or None,
        doc_url=doc_url,
        details=ErrorDetails(
            advice=error.advice,
            # Of our own trouble, the cause and the cure are the operator's, and in the log.
            why="" if is_ours and kind is _API else error.why,
            fix="" if is_ours and kind is _API else error.fix,
            command="" if is_ours and kind is _API else error.command,
            **error.details,
        ),
    )
    said = dict(headers or {})
    if isinstance(error, RateLimited):
        said["Retry-After"] = str(error.retry_after_s)
    elif status == 503:
        said["Retry-After"] = str(_AGAIN_S)
    elif status == 401:
        said["WWW-Authenticate"] = "Bearer"
    return JSONResponse(told.model_dump(mode="json", by_alias=True), status, said)


def status_of(error: AppError) -> int:
    """The status with which an error is answered."""
    return _meaning(error)[0]


def unhandled() -> InternalError:
    """What is said of a fault of ours."""
    return InternalError("Something went wrong inside Postwright. This is a fault of ours.")


def _meaning(error: AppError) -> tuple[int, ErrorType]:
    for known, status, kind in _MEANINGS:
        if isinstance(error, known):
            return status, kind
    return 500, _API


def _allowed(path: str, routers: Sequence[APIRouter]) -> dict[str, str]:
    """What a path does answer to: each of its methods is a route of its own."""
    its = [
        route
        for router in routers
        for route in router.routes
        if isinstance(route, APIRoute) and route.path_regex.match(path)
    ]
    # A path that is spelt out is no `{accountId}`.
    its = [route for route in its if route.path == path] or its
    methods = set[str]().union(*(route.methods or () for route in its))
    if "GET" in methods:
        methods.add("HEAD")
    return {"Allow": ", ".join(sorted(methods))} if methods else {}


def _of_http(request: Request, error: HTTPException) -> AppError:
    match error.status_code:
        case 404:
            return NoSuchRoute(f"Nothing answers at {request.url.path}.")
        case 405:
            return MethodNotAllowed(f"{request.url.path} does not answer to {request.method}.")
        case 413:
            return BodyTooLarge("The body of the request is too large.")
        case status if status < 500:
            return InvalidRequest("The body of the request could not be read.")
        case _:
            return unhandled()


def _invalid(errors: Sequence[Mapping[str, Any]]) -> InvalidRequest:
    findings = [
        # What is no JSON has no fields: pydantic says at which byte that shows.
        {"param": "" if _is_no_json(each) else _path(each["loc"]), "message": _said(each)}
        for each in errors
    ]
    first = findings[0]
    what = f"{first['param']}: {first['message']}" if first["param"] else first["message"]
    return InvalidRequest(what, param=first["param"], details={"findings": findings})


def _is_no_json(error: Mapping[str, Any]) -> bool:
    return bool(error["type"] == "json_invalid")


def _said(error: Mapping[str, Any]) -> str:
    if _is_no_json(error):
        return "The body is not JSON."
    if tuple(error["loc"]) == ("body",):
        return "The body has to be a JSON object."
    return str(error["msg"]).removeprefix("Value error, ")


def _path(place: Sequence[str | int]) -> str:
    """`platforms[0].accountId`, of what pydantic says."""
    path = ""
    # The first part says whether it is of the body, the query or the path.
    for part in place[1:]:
        if isinstance(part, int):
            path += f"[{part}]"
        else:
            path += f".{part}" if path else part
    return path
