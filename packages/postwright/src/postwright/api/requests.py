"""What surrounds every request: its id, headers that all answers have, and a net for faults."""

import logging
import re
import time

from fastapi.routing import APIRoute
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from postwright.api.counts import RequestCounts
from postwright.api.explained import Docs
from postwright.api.failures import answer, unhandled
from postwright.api.limits import Standing
from postwright.kit.ids import new_id
from postwright.workspaces.audit import REQUEST_ID

log = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")


class Around:
    """Gives a request its id, and its answer the headers that all have.

    A request may bring its id as `X-Request-Id`: up to 128 letters, digits and `. _ : -`.
    HEAD is answered as GET is, without the body.
    """

    def __init__(self, app: ASGIApp, counts: RequestCounts, docs: Docs) -> None:
        self._app = app
        self._counts = counts
        self._docs = docs

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        brought = Headers(scope=scope).get("x-request-id", "")
        state = scope.setdefault("state", {})
        state["brought_id"] = bool(_ID.fullmatch(brought))
        state["request_id"] = brought if state["brought_id"] else new_id("req")
        began = time.perf_counter()
        status = 0
        is_head = scope["method"] == "HEAD"
        asked = {**scope, "method": "GET"} if is_head else scope

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, state["request_id"], state.get("standing"))
            elif is_head:
                message = {**message, "body": b""}
            await send(message)

        before = REQUEST_ID.set(state["request_id"])
        try:
            await self._app(asked, receive, sending)
        except Exception:
            log.exception("request %s failed", state["request_id"])
            if status:
                raise  # half an answer is out: the connection has to break
            fault = unhandled()
            where = self._docs.url(Request(asked), fault.code)
            await answer(fault, where)(asked, receive, sending)
        finally:
            REQUEST_ID.reset(before)
            seconds = time.perf_counter() - began
            self._counts.note(scope["method"], _route(asked), status, seconds)


def _add_headers(message: Message, request_id: str, standing: Standing | None) -> None:
    headers = MutableHeaders(scope=message)
    headers["X-Request-Id"] = request_id
    headers["Cache-Control"] = "no-store"
    headers["X-Content-Type-Options"] = "nosniff"
    if standing is not None:
        message["headers"].extend(standing.headers())


def _route(scope: Scope) -> str:
    """The route's path as it is declared: the ids in it would make endless series."""
    route = scope.get("route")
    return route.path if isinstance(route, APIRoute) else "none"
