"""The client that loads a server: requests that are made up before, answers that are counted.

It is one process beside the server and PostgreSQL on the same cores; what it takes of them, it
takes from whatever it measures. It parses nothing of an answer but its status and its length.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import cast

import uvloop

Make = Callable[[int], bytes]
_MADE = b"HTTP/1.1 201"


@dataclass(slots=True)
class Answers:
    """How long each took, in seconds; `wrong` has the first answers that were not as wanted."""

    took: list[float] = field(default_factory=list[float])
    wrong: list[bytes] = field(default_factory=list[bytes])
    began: float = 0.0
    ended: float = 0.0

    @property
    def per_s(self) -> float:
        """Answers a second."""
        return len(self.took) / (self.ended - self.began)

    def check(self) -> "Answers":
        """Raise if one of them was not as wanted."""
        if self.wrong:
            raise WrongAnswer(self.wrong[0][:2000].decode(errors="replace"))
        return self


class WrongAnswer(Exception):
    """A server did not answer as it should."""


class _Line(asyncio.Protocol):
    """A connection with one request on it at a time."""

    def __init__(self) -> None:
        self._said = b""
        self._answered: asyncio.Future[bytes | None] | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def ask(self, request: bytes) -> "asyncio.Future[bytes | None]":
        """Send a request; None when it was answered as wanted, else the answer."""
        assert self._transport is not None
        self._said = b""
        self._answered = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return self._answered

    def data_received(self, data: bytes) -> None:
        self._said = self._said + data if self._said else data
        head = self._said.find(b"\r\n\r\n")
        if head < 0 or self._answered is None:
            return
        if len(self._said) < head + 4 + _length(self._said[:head]):
            return
        answered, self._answered = self._answered, None
        if not answered.done():
            answered.set_result(None if self._said.startswith(_MADE) else self._said)

    @property
    def is_open(self) -> bool:
        """Whether something can be asked: a server closes what has been idle for long."""
        return self._transport is not None and not self._transport.is_closing()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002  # asyncio's signature
        if self._answered is not None and not self._answered.done():
            self._answered.set_result(b"the connection was closed")


def _length(head: bytes) -> int:
    low = head.lower()
    at = low.find(b"content-length:")
    return 0 if at < 0 else int(low[at + 15 :].split(b"\r\n", 1)[0])


def as_fast_as_it_goes(port: int, make: Make, *, lines: int, seconds: float, begin: int) -> Answers:
    """Each of some connections sends the next request when the last one is answered."""
    return uvloop.run(_closed(port, make, lines, seconds, begin)).check()


def steadily(port: int, make: Make, *, per_s: float, seconds: float, begin: int) -> Answers:
    """A request at each tick, whatever became of those before. Counted is from the tick on."""
    return uvloop.run(_open(port, make, per_s, seconds, begin)).check()


async def _closed(port: int, make: Make, lines: int, seconds: float, begin: int) -> Answers:
    answers = Answers()
    numbers = iter(range(begin, 1 << 60))
    open_ones = [await _connect(port) for _ in range(lines)]
    answers.began = time.perf_counter()
    until = answers.began + seconds

    async def keep_asking(line: _Line) -> None:
        while (now := time.perf_counter()) < until and not answers.wrong:
            wrong = await line.ask(make(next(numbers)))
            answers.took.append(time.perf_counter() - now)
            if wrong is not None:
                answers.wrong.append(wrong)

    await asyncio.gather(*(keep_asking(line) for line in open_ones))
    answers.ended = time.perf_counter()
    return answers


async def _open(port: int, make: Make, per_s: float, seconds: float, begin: int) -> Answers:
    answers = Answers()
    idle = [await _connect(port) for _ in range(8)]
    running = set[asyncio.Task[None]]()

    async def ask(number: int, at: float) -> None:
        line = idle.pop() if idle else await _connect(port)
        if not line.is_open:
            line = await _connect(port)
        wrong = await line.ask(make(number))
        answers.took.append(time.perf_counter() - at)
        if wrong is not None:
            answers.wrong.append(wrong)
        idle.append(line)

    answers.began = time.perf_counter()
    for number, at in _ticks(answers.began, per_s, seconds, begin):
        await asyncio.sleep(at - time.perf_counter())
        task = asyncio.create_task(ask(number, at))
        running.add(task)
        task.add_done_callback(running.discard)
    await asyncio.gather(*running)
    answers.ended = time.perf_counter()
    return answers


def _ticks(began: float, per_s: float, seconds: float, begin: int) -> Iterator[tuple[int, float]]:
    for n in range(round(per_s * seconds)):
        yield begin + n, began + n / per_s


async def _connect(port: int) -> _Line:
    loop = asyncio.get_running_loop()
    _, line = await loop.create_connection(_Line, "127.0.0.1", port)
    return line
