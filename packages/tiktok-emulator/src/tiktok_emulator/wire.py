"""Between the socket and the endpoints: names each call, applies faults, writes the log."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import parse_qsl

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiktok_emulator.errors import ConnectionDropped
from tiktok_emulator.faults import Fault, FaultKind, Operation
from tiktok_emulator.journal import Note, attach
from tiktok_emulator.oauth import tokens
from tiktok_emulator.posting import access
from tiktok_emulator.store import World
from tiktok_emulator.upload import address
from tiktok_emulator.upload.rules import read_range

# Put into the ASGI state of each request by our uvicorn protocol; closes the connection.
ABORT = "abort_connection"
INTAKE = "tiktok_emulator.intake"
LONGEST_BODY = 1_048_576
BROKEN_OFF = "The connection broke before the request was whole; nothing was done."
# HTTP gives these no body, not even an empty one.
BODILESS = (204, 304)
OURS = ("/_control", "/@", "/media/", "/avatar/", "/favicon.ico")

_OPERATIONS = {
    ("GET", "/v2/auth/authorize/"): Operation.AUTHORIZE,
    ("POST", "/v2/oauth/token/"): Operation.TOKEN,
    ("POST", "/v2/oauth/revoke/"): Operation.REVOKE,
    ("POST", "/v2/post/publish/creator_info/query/"): Operation.CREATOR_INFO,
    ("POST", "/v2/post/publish/video/init/"): Operation.INIT,
    ("POST", "/v2/post/publish/status/fetch/"): Operation.STATUS,
    ("PUT", "/upload"): Operation.UPLOAD,
}
_OAUTH = (Operation.TOKEN, Operation.REFRESH, Operation.REVOKE)


@dataclass(frozen=True, slots=True)
class Call:
    """What a request is, as far as it can be told before it is answered."""

    operation: Operation | None
    username: str | None = None
    last_chunk: bool | None = None


class Wire:
    """ASGI layer around the endpoints that TikTok has; the rest passes through untouched."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self.app = app
        self.world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path: str = scope.get("path", "")
        if path.startswith(("http://", "https://")):
            # A request target may name scheme and host; HTTP has servers understand it.
            scope = {**scope, "path": "/" + path.partition("://")[2].partition("/")[2]}
        if scope["type"] != "http" or scope["path"] == "/" or scope["path"].startswith(OURS):
            await self.app(scope, receive, send)
            return
        now = self.world.clock.now()
        note = Note(now, self.world.ids.log_id(now), scope["method"], scope["path"])
        attach(scope, note)
        body: bytes | None = b""
        if scope["path"] != "/upload":
            body = await _whole_body(receive)
            if body is None:
                note.why = BROKEN_OFF
                self.world.journal.add(note)
                return
            receive = _again(body, receive)
        call = identify(self.world, scope, body)
        note.operation, note.username = call.operation, call.username
        fault = None
        if call.operation is not None:
            fault = self.world.faults.take(
                call.operation, call.username, last_chunk=call.last_chunk
            )
        await self._answer(note, fault, (scope, receive, send))

    async def _answer(
        self, note: Note, fault: Fault | None, asgi: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = asgi
        kind = fault.kind if fault else None
        note.fault = kind
        if fault is not None and kind is FaultKind.DROP_BEFORE:
            self._log_drop(note, "nothing was done")
            await _drop(scope, receive)
            return
        if fault is not None and kind is FaultKind.DELAY_BEFORE:
            await self.world.pause(fault.delay_s)
        if fault is not None and kind is FaultKind.SLOW_INTAKE:
            scope[INTAKE] = fault.bytes_per_second
        if fault is not None and kind is FaultKind.ERROR:
            await self._fail(note, fault, asgi)
            return
        answer = _Answer(send, note, self.world, fault)
        await self.app(scope, receive, answer)
        if fault is not None and kind is FaultKind.DROP_AFTER:
            self._log_drop(note, "it was done all the same")
            await _drop(scope, receive)
        elif not answer.is_logged:
            note.why = note.why or BROKEN_OFF
            self.world.journal.add(note)

    def _log_drop(self, note: Note, done: str) -> None:
        note.status = None
        note.why = f"A fault closed the connection without an answer; {done}."
        self.world.journal.add(note)

    async def _fail(self, note: Note, fault: Fault, asgi: tuple[Scope, Receive, Send]) -> None:
        """Answer with the ordered error, in the shape of the operation; nothing is done.

        spec: oauth.error.server_error, oauth.error.temporarily_unavailable
        spec: upload.put.fault-5xx
        """
        _, receive, send = asgi
        if fault.operation is Operation.UPLOAD:
            await _read_away(receive)
            body = b""
        elif fault.operation in _OAUTH:
            body = json.dumps(
                {
                    "error": fault.code,
                    "error_description": "An ordered fault.",
                    "log_id": note.log_id,
                }
            ).encode()
        else:
            error = {"code": fault.code, "message": "An ordered fault.", "log_id": note.log_id}
            body = json.dumps({"error": error}).encode()
        note.status, note.code = fault.status, fault.code
        note.why = "A fault was ordered for this call; nothing was done."
        self.world.journal.add(note)
        headers: list[tuple[bytes, bytes]] = []
        if fault.status in BODILESS:
            body = b""
        else:
            headers.append((b"content-length", str(len(body)).encode()))
        if body:
            headers.append((b"content-type", b"application/json"))
        await send({"type": "http.response.start", "status": fault.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


class _Answer:
    """Watches the answer go out: logs it first, holds it back or swallows it for a fault."""

    def __init__(self, send: Send, note: Note, world: World, fault: Fault | None) -> None:
        self._send = send
        self._note = note
        self._world = world
        self._fault = fault
        self.is_logged = False

    async def __call__(self, message: Message) -> None:
        if self._fault is not None and self._fault.kind is FaultKind.DROP_AFTER:
            return
        if message["type"] == "http.response.start":
            self._note.status = message["status"]
            self.is_logged = True
            self._world.journal.add(self._note)
            if self._fault is not None and self._fault.kind is FaultKind.DELAY_AFTER:
                await self._world.pause(self._fault.delay_s)
        await self._send(message)


def identify(world: World, scope: Scope, body: bytes) -> Call:
    """Which operation a request is and which user it is about."""
    operation = _OPERATIONS.get((scope["method"], scope["path"]))
    headers = Headers(scope=scope)
    match operation:
        case None | Operation.AUTHORIZE:
            return Call(operation)
        case Operation.TOKEN | Operation.REFRESH | Operation.REVOKE:
            form = dict(parse_qsl(body.decode("utf-8", "replace")))
            if operation is Operation.TOKEN and form.get("grant_type") == "refresh_token":
                operation = Operation.REFRESH
            return Call(operation, tokens.subject(world, operation, form))
        case Operation.UPLOAD:
            query = dict(parse_qsl(scope["query_string"].decode("ascii", "replace")))
            upload = address.find(world, query)
            span = read_range(headers.get("content-range"))
            return Call(
                operation,
                upload.username if upload else None,
                span.is_final if span else None,
            )
        case Operation.CREATOR_INFO | Operation.INIT | Operation.STATUS:
            token = access.bearer(world, headers)
            return Call(operation, token.grant.username if token else None)


async def _whole_body(receive: Receive) -> bytes | None:
    """The request's body, cut off at the limit; None if the connection broke inside it."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        if len(body) < LONGEST_BODY:
            body += message.get("body", b"")
        if not message.get("more_body", False):
            return bytes(body)


async def _read_away(receive: Receive) -> None:
    """Take the rest of a request and keep nothing of it."""
    while (await receive()).get("more_body", False):
        pass


def _again(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives a body that was read before, then whatever comes."""
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


async def _drop(scope: Scope, receive: Receive) -> None:
    """Close the connection so that the client gets no answer at all.

    Raises:
        ConnectionDropped: there is no connection, the app is called in-process.
    """
    abort: Callable[[], None] | None = scope.get("state", {}).get(ABORT)
    if abort is None:
        raise ConnectionDropped
    abort()
    while (await receive())["type"] != "http.disconnect":
        pass
