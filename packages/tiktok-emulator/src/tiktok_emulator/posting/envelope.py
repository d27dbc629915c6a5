"""How Content Posting reads a body, and how it answers."""

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.posting.init import bad_param
from tiktok_emulator.store import World

Endpoint = Callable[[Request], Awaitable[Response]]


def base_url(request: Request) -> str:
    """The address that the client has come by, without a final slash."""
    return str(request.base_url).rstrip("/")


def ok(request: Request, data: Mapping[str, object] | None) -> Response:
    """A data answer; None leaves `data` out.

    spec: envelope.log-id
    """
    note = note_of(request)
    note.code = "ok"
    error = {"code": "ok", "message": "", "log_id": note.log_id}
    return JSONResponse({"error": error} if data is None else {"data": data, "error": error})


async def glance(request: Request) -> Mapping[str, object]:
    """The body as an object, an empty one if it is none: for a look before it is judged."""
    return await json_object(request) or {}


async def read_body(request: Request, world: World) -> Mapping[str, object]:
    """The body as an object. Its media type is JSON, with or without a charset.

    Raises:
        PostingRefusal: 400, not JSON or no object.

    spec: envelope.json-body
    """
    body = await json_object(request)
    if body is None:
        media_type = request.headers.get("content-type", "") or "missing"
        raise bad_param(
            world.settings,
            "The request parameters are invalid.",
            rule="error.invalid_params",
            why=f"the body is no JSON object, or Content-Type ({media_type}) is not "
            "application/json.",
        )
    return body


async def json_object(request: Request) -> Mapping[str, object] | None:
    """The body as an object; None if it is no JSON, no object, or not said to be JSON."""
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type != "application/json":
        return None
    try:
        text = (await request.body()).decode("utf-8")
        body = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return cast("Mapping[str, object]", body) if isinstance(body, dict) else None


def _no_constant(name: str) -> None:
    """Refuse what Python takes for a number and JSON does not have: NaN, Infinity."""
    raise ValueError(name)


def enveloped(endpoint: Endpoint) -> Endpoint:
    """Answer refusals as Content Posting does: an `error` object and no `data`.

    spec: envelope.data-error
    Source: observed 2025-08-16.
    """

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PostingRefusal as refusal:
            note = note_of(request)
            note.refuse(refusal)
            error = {"code": refusal.code, "message": refusal.message, "log_id": note.log_id}
            return JSONResponse({"error": error}, refusal.status)

    return answered
