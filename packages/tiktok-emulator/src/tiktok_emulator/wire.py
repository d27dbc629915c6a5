"""Between the socket and the endpoints: names each call, applies faults, writes the log."""

from collections.abc import Callable

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from tiktok_emulator import guard
from tiktok_emulator.errors import ConnectionDropped
from tiktok_emulator.faults import Fault, FaultKind, attach_fault
from tiktok_emulator.identify import identify
from tiktok_emulator.journal import Note, attach
from tiktok_emulator.operations import WITHOUT_SLASH
from tiktok_emulator.ordered import BODILESS, INSTEAD, SPOILT, headers_of, instead, spoil
from tiktok_emulator.store import World

# Put into the ASGI state of each request by our uvicorn protocol; closes the connection.
ABORT = "abort_connection"
INTAKE = "tiktok_emulator.intake"
LONGEST_BODY = 1_048_576
BROKEN_OFF = "The connection broke before the request was whole; nothing was done."
OURS = ("/_", "/@", "/feed", "/media/", "/avatar/", "/favicon.ico")
SWALLOWED = (FaultKind.DROP_AFTER, FaultKind.RESET_IN_BODY, FaultKind.RESET_IN_ANSWER)


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
        if scope["path"] in WITHOUT_SLASH:
            scope = {**scope, "path": WITHOUT_SLASH[scope["path"]]}
        is_ours = scope["path"] == "/" or scope["path"].startswith(OURS)
        if scope["type"] != "http" or is_ours:
            foreign = guard.refusal(scope, self.world.settings.trusted_hosts) if is_ours else None
            await (foreign or self.app)(scope, receive, send)
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
        if not self.world.due.is_ticking:
            await self.world.due.run_now()
        call = identify(self.world, scope, body)
        note.operation, note.username = call.operation, call.username
        note.client_key = call.client_key
        fault = None
        if call.operation is not None and self.world.faults.waiting:
            fault = self.world.faults.take(call)
        if fault is None:
            await self._answer(note, None, (scope, receive, send))
        else:
            await self._answer_badly(note, fault, (scope, receive, send))

    async def _answer_badly(
        self, note: Note, fault: Fault, asgi: tuple[Scope, Receive, Send]
    ) -> None:
        """Let a fault do its part, and answer if it leaves something to answer."""
        scope, receive, send = asgi
        note.fault = fault.kind
        attach_fault(scope, fault)
        match fault.kind:
            case FaultKind.DROP_BEFORE:
                self._log_drop(note, "nothing was done")
                await _drop(scope, receive)
                return
            case FaultKind.DELAY_BEFORE:
                await self.world.pause(fault.delay_s)
            case FaultKind.SLOW_INTAKE:
                scope[INTAKE] = fault.bytes_per_second
            case FaultKind.RESET_IN_BODY:
                receive = _cut_off(receive, fault.after_bytes)
            case _:
                pass
        if fault.kind in INSTEAD:
            await self._answer_instead(note, fault, asgi)
            return
        await self._answer(note, fault, (scope, receive, send))

    async def _answer(
        self, note: Note, fault: Fault | None, asgi: tuple[Scope, Receive, Send]
    ) -> None:
        scope, receive, send = asgi
        answer = _Answer(send, note, self.world, fault)
        await self.app(scope, receive, answer)
        if fault is not None and answer.is_swallowed:
            done = "it was done all the same"
            if fault.kind is FaultKind.RESET_IN_BODY:
                done = "nothing of the chunk was kept"
            elif fault.kind is FaultKind.RESET_IN_ANSWER:
                done = "half of the answer was sent, and " + done
                await answer.send_half()
            self._log_drop(note, done)
            await _drop(scope, receive)
        elif not answer.is_logged:
            note.why = note.why or BROKEN_OFF
            self.world.journal.add(note)

    def _log_drop(self, note: Note, done: str) -> None:
        note.status = None
        note.why = f"A fault closed the connection without an answer; {done}."
        self.world.journal.add(note)

    async def _answer_instead(
        self, note: Note, fault: Fault, asgi: tuple[Scope, Receive, Send]
    ) -> None:
        """Answer in the endpoint's place; nothing is done."""
        _, receive, send = asgi
        await _read_away(receive)
        answer = instead(fault, note.log_id)
        note.status, note.code = answer.status, answer.code
        note.why = "A fault was ordered for this call; nothing was done."
        self.world.journal.add(note)
        headers = headers_of(answer)
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        body = b"" if answer.status in BODILESS else answer.body
        await send({"type": "http.response.body", "body": body})


class _Answer:
    """Watches the answer go out: logs it first, holds it back, spoils or swallows it."""

    def __init__(self, send: Send, note: Note, world: World, fault: Fault | None) -> None:
        self._send = send
        self._note = note
        self._world = world
        self._fault = fault
        self._start: Message = {}
        self._body = bytearray()
        self.is_logged = False
        self.is_swallowed = fault is not None and fault.kind in SWALLOWED

    async def __call__(self, message: Message) -> None:
        is_start = message["type"] == "http.response.start"
        if self._fault is not None and self._fault.kind in (*SWALLOWED, *SPOILT):
            await self._keep(message)
            return
        if is_start:
            self._log(message)
            if self._fault is not None and self._fault.kind is FaultKind.DELAY_AFTER:
                await self._world.pause(self._fault.delay_s)
        await self._send(message)

    def _log(self, start: Message) -> None:
        self._note.status = start["status"]
        self.is_logged = True
        self._world.journal.add(self._note)

    async def _keep(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if not message.get("more_body", False) and not self.is_swallowed:
            self._log(self._start)
            await self.send_half()

    async def send_half(self) -> None:
        """Send what the fault leaves of the answer that was kept."""
        assert self._fault is not None
        body, length = spoil(self._fault.kind, bytes(self._body))
        lengths = [(b"content-length", str(length).encode())]
        headers = [pair for pair in self._start["headers"] if pair[0] != b"content-length"]
        await self._send({**self._start, "headers": headers + lengths})
        rest = self._fault.kind is FaultKind.RESET_IN_ANSWER
        await self._send({"type": "http.response.body", "body": body, "more_body": rest})


def _cut_off(receive: Receive, after_bytes: int) -> Receive:
    """A `receive` under which the connection breaks once so much of the body has come."""
    left = after_bytes

    async def cut() -> Message:
        nonlocal left
        if left <= 0:
            return {"type": "http.disconnect"}
        message = await receive()
        body = message.get("body", b"")[:left]
        left -= len(body)
        return {**message, "body": body, "more_body": True} if "body" in message else message

    return cut


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
