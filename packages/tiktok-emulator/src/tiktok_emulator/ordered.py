"""The answers that faults give: errors in the shape of their operation, and spoilt ones."""

import json
from dataclasses import dataclass

from tiktok_emulator.faults import Fault, FaultKind
from tiktok_emulator.operations import SHAPES, Shape

# HTTP gives these no body, not even an empty one.
BODILESS = (204, 304)
STALE_TEXT = "The access token is invalid or not found in the request."
# What a gateway in front of an API says when the API is not there.
GATEWAY_PAGE = (
    b"<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"
    b"<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>gateway</center>\r\n"
    b"</body>\r\n</html>\r\n"
)
NOT_JSON = b"upstream connect error or disconnect/reset before headers"

# Nothing is done: the fault answers in the endpoint's place.
INSTEAD = (FaultKind.ERROR, FaultKind.HTML, FaultKind.STALE_TOKEN)
# It is done, and what the endpoint answered arrives broken.
SPOILT = (FaultKind.MALFORMED, FaultKind.TRUNCATED)


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes over the wire; `code` is for the request log."""

    status: int
    code: str
    media_type: str
    body: bytes


def instead(fault: Fault, log_id: str) -> Answer:
    """The answer that a fault gives although nothing was done.

    spec: oauth.error.server_error, oauth.error.temporarily_unavailable
    spec: upload.put.fault-5xx
    """
    if fault.kind is FaultKind.HTML:
        return Answer(fault.status, "html", "text/html", GATEWAY_PAGE)
    shape = SHAPES[fault.operation]
    status, code, text = fault.status, fault.code, "An ordered fault."
    if fault.kind is FaultKind.STALE_TOKEN:
        status, code, text = (
            (200, "invalid_grant", "Refresh token is invalid or expired.")
            if shape is Shape.OAUTH
            else (401, "access_token_invalid", STALE_TEXT)
        )
    return Answer(status, code, "application/json", _error(shape, code, text, log_id))


def _error(shape: Shape, code: str, text: str, log_id: str) -> bytes:
    error = {"code": code, "message": text, "log_id": log_id}
    match shape:
        case Shape.BARE:
            return b""
        case Shape.OAUTH:
            body: object = {"error": code, "error_description": text, "log_id": log_id}
        case Shape.DATA:
            body = {"error": error}
        case Shape.DISPLAY:
            body = {"data": {}, "error": error}
    return json.dumps(body).encode()


def headers_of(answer: Answer) -> list[tuple[bytes, bytes]]:
    """The headers of an answer; some statuses have no body and say no length."""
    if answer.status in BODILESS:
        return []
    headers = [(b"content-length", str(len(answer.body)).encode())]
    if answer.body:
        headers.append((b"content-type", answer.media_type.encode()))
    return headers


def spoil(kind: FaultKind, body: bytes) -> tuple[bytes, int]:
    """What is sent of a body, and the length that its header promises."""
    if kind is FaultKind.MALFORMED:
        return NOT_JSON, len(NOT_JSON)
    half = body[: len(body) // 2]
    if kind is FaultKind.TRUNCATED:
        return half, len(half)
    return half, max(len(body), 1)
