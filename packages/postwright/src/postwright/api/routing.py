"""Routes that look who calls before they read what is asked."""

from collections.abc import Callable, Coroutine
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.types import Message, Receive

from postwright.api.auth import Door
from postwright.api.caller import Needs
from postwright.api.errors import BodyTooLarge, InvalidRequest, MediaTypeUnsupported, NoSuchRoute
from postwright.api.wire.base import holds_nul
from postwright.api.wire.errors import FAILURES
from postwright.workspaces.models import Scope

JSON_BYTES = 1024 * 1024

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]


class Route(APIRoute):
    """A route whose caller is known before a byte of the body is read.

    What scope it needs is said by the type of its `caller`: `Reader`, `Publisher` or `Admin`. A
    route without one is open to everybody. If it takes JSON, its body has 1 MiB at most.
    """

    def get_route_handler(self) -> _Handler:
        """What answers a request."""
        answer = super().get_route_handler()
        needed = needed_scope(self.dependant)
        takes_json = bool(self.dependant.body_params)

        async def handler(request: Request) -> Response:
            _look_at_address(request)
            if needed is not None:
                door: Door = request.app.state.door
                request.state.caller = await door.enter(request, needed)
            if takes_json:
                _look_at_type(request)
                request = Request(request.scope, _bounded(request.receive))
                await _look_at_text(request)
            return await answer(request)

        return handler


def routes(tag: str) -> APIRouter:
    """A router for one resource, under `/v1`."""
    return APIRouter(prefix="/v1", tags=[tag], route_class=Route, responses=FAILURES)


def needed_scope(dependant: Dependant) -> Scope | None:
    """The scope that a route's caller needs; None if it has no caller."""
    for each in dependant.dependencies:
        if isinstance(each.call, Needs):
            return each.call.scope
    return None


def _look_at_address(request: Request) -> None:
    """No text here holds a NUL, and the database takes none."""
    if "\0" in request.scope["path"]:
        raise NoSuchRoute("There is nothing at a path with a NUL.")
    if b"%00" in request.scope["query_string"]:
        raise InvalidRequest("The query holds a NUL.")


async def _look_at_text(request: Request) -> None:
    try:
        if b"\\u0000" in await request.body() and holds_nul(await request.json()):
            raise InvalidRequest("The body holds a NUL.")
    except (ValueError, RecursionError):
        pass  # it is no JSON, as FastAPI will say


def _look_at_type(request: Request) -> None:
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > JSON_BYTES:
        raise _too_large()
    is_empty = said == "0" or (not said and "transfer-encoding" not in request.headers)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not is_empty and kind != "application/json" and not kind.endswith("+json"):
        raise MediaTypeUnsupported(
            f"The body is {kind or 'of no type'}; this takes application/json.",
            fix="Send JSON, and the header Content-Type: application/json.",
        )


def _bounded(receive: Receive) -> Receive:
    count = 0

    async def counting() -> Message:
        nonlocal count
        message = await receive()
        count += len(message.get("body", b""))
        if count > JSON_BYTES:
            raise _too_large()
        return message

    return counting


def _too_large() -> BodyTooLarge:
    return BodyTooLarge(
        f"The body of a request has {JSON_BYTES} bytes at most.",
        fix="Send files by POST /v1/media/presign, and refer to them.",
    )
