"""The process that looks into files, kept warm: it is started once and asked many times.

What it is asked runs in a fork of it, one for each file, with limits of its own; see
`media/inspect/__main__.py` for what goes over the sockets. Any event loop and any thread of this
process may ask.
"""

import asyncio
import atexit
import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any, cast

from postwright.media import environment

_ANSWER_BYTES = 1 << 20
_ENDS_WITHIN_S = 2.0
_FULL_S = 0.01


class Unusable(Exception):
    """The process does not start or does not stay; no file has anything to do with it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Lookout:
    """Starts the process when it is asked and none is there: it leaves when it is idle."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def process_id(self) -> int | None:
        """Of the process, if it was started."""
        return None if self._process is None else self._process.pid

    async def ask(self, order: Mapping[str, float], file: int) -> list[dict[str, Any]]:
        """Send an order with an open file; give all lines of the answer.

        Cancelling kills what works on it. If the process went away in the meantime another one is
        asked, once.

        Raises:
            Unusable: there is no process to ask.
        """
        for _ in range(2):
            if lines := await self._ask_once(order, file):
                return lines
            if status := await asyncio.to_thread(self._failed):
                raise Unusable(status)
        return []

    async def _ask_once(self, order: Mapping[str, float], file: int) -> list[dict[str, Any]]:
        ours, theirs = socket.socketpair()
        with ours:
            ours.settimeout(0)
            with theirs:
                told = json.dumps(order).encode()
                while not self._send(told, theirs.fileno(), file):  # noqa: ASYNC110  # a queue, not an event
                    await asyncio.sleep(_FULL_S)
            answer = bytearray()
            loop = asyncio.get_running_loop()
            while len(answer) < _ANSWER_BYTES and (part := await loop.sock_recv(ours, 1 << 16)):
                answer += part
        return _lines(answer)

    def _send(self, order: bytes, answer: int, file: int) -> bool:
        """Send without waiting; False if too many orders are on their way."""
        with self._lock:
            try:
                socket.send_fds(self._running(), [order], [answer, file])
            except BlockingIOError:
                return False
            except OSError:  # it has just gone
                self._end()
                self._send_to_another(order, answer, file)
            return True

    def _send_to_another(self, order: bytes, answer: int, file: int) -> None:
        control = self._running()
        try:
            socket.send_fds(control, [order], [answer, file])
        except OSError as error:  # and so has this one, before it was asked anything
            raise Unusable(self._ended_with() or error.errno or 1) from None

    def _running(self) -> socket.socket:
        if self._control is not None and self._process and self._process.poll() is None:
            return self._control
        self._end()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
        with theirs:
            try:
                self._process = _start(theirs.fileno())
            except OSError as error:
                ours.close()
                raise Unusable(error.errno or 1) from None
        ours.settimeout(0)
        self._control = ours
        return ours

    def _failed(self) -> int:
        """How the process has failed by itself: a number above 0, or 0 if it has not."""
        with self._lock:
            return self._ended_with()

    def _ended_with(self) -> int:
        if self._process is None:
            return 0
        with contextlib.suppress(subprocess.TimeoutExpired):
            return max(0, self._process.wait(timeout=0.2))
        return 0

    def close(self) -> None:
        """End the process and whatever it works on. The next one who asks starts another."""
        with self._lock:
            self._end()

    def _end(self) -> None:
        process, self._process = self._process, None
        control, self._control = self._control, None
        if control is not None:
            control.close()
        if process is None:
            return
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(_ENDS_WITHIN_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _start(control: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  # fixed argv, no shell
        [sys.executable, "-P", "-m", "postwright.media.inspect", str(control)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        pass_fds=[control],
        env=environment.bare(),
        start_new_session=True,
    )


def _lines(answer: bytes | bytearray) -> list[dict[str, Any]]:
    """What can be read of an answer; a process that died may have left half a line."""
    found = list[dict[str, Any]]()
    for line in bytes(answer).splitlines():
        with contextlib.suppress(ValueError):
            if isinstance(told := json.loads(line), dict):
                found.append(cast("dict[str, Any]", told))
    return found


lookout = Lookout()
atexit.register(lookout.close)
