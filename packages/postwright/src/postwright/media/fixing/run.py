"""Start the programs that mend files, at arm's length, and see to it that they end."""

import asyncio
import contextlib
import json
import signal
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from postwright.kit.text import storable
from postwright.media import environment
from postwright.media.fixing.errors import FixFailed, FixUnusable
from postwright.media.fixing.recipe import Recipe

Program = Literal["video", "photo", "frames"]
Progress = Callable[[float], None]

_NOT_STARTED = {126, 127}
_LINE_BYTES = 1 << 20
_BROKEN = "The program that mends it broke off ({}); the file is damaged, or made to."


@dataclass(frozen=True, slots=True)
class Limits:
    """What one file may cost.

    Attributes:
        stall_s: longest time without any progress, in seconds.
        memory_bytes: most address space of the program (not enforced on macOS).
        cpu_s: most seconds of one core, whatever it is.
        cpu_per_s: and for each second of video.
    """

    stall_s: float = 120
    memory_bytes: int = 4 << 30
    cpu_s: int = 120
    cpu_per_s: int = 60


async def carry_out(
    recipe: Recipe,
    source: Path,
    output: Path,
    *,
    limits: Limits,
    on_progress: Progress | None = None,
) -> None:
    """Do what a recipe says to one file.

    When it raises or is cancelled the program is gone, and `output` may be half a file: it belongs
    into a folder that is thrown away (see workshop.py).

    Args:
        recipe: what to do.
        source: the file; it is only read.
        output: is written.
        limits: what it may cost.
        on_progress: called with how much is done, from 0 to 1.

    Raises:
        FixFailed: the file is damaged, or took too much.
        FixUnusable: the program does not start.
    """
    program, order = order_for(recipe, output)
    async with started(program, limits) as bench:
        await bench.give(source, order, on_progress)


def order_for(recipe: Recipe, output: Path) -> tuple[Program, dict[str, Any]]:
    """The program that a recipe is for, and what it is told."""
    program: Program = "photo" if recipe.kind == "photo" else "video"
    return program, {"kind": recipe.kind, "order": asdict(recipe.order), "output": str(output)}


@asynccontextmanager
async def started(program: Program, limits: Limits) -> AsyncGenerator["Bench"]:
    """A program that waits for orders; killed in any case when the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-P", "-m", f"postwright.media.fixing.{program}"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
        start_new_session=True,
        limit=_LINE_BYTES,
    )
    try:
        yield Bench(process, limits)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
        # Its pipes are closed by this; a program that goes on without them ends itself.
        await asyncio.shield(process.wait())


class Bench:
    """A running program."""

    def __init__(self, process: asyncio.subprocess.Process, limits: Limits) -> None:
        self._process = process
        self._limits = limits

    @property
    def pid(self) -> int:
        """Its process number."""
        return self._process.pid

    def close(self) -> None:
        """Tell it that no more orders come: it ends at once, whatever it does."""
        assert self._process.stdin is not None
        self._process.stdin.close()

    async def give(
        self, source: Path, order: dict[str, Any], on_progress: Progress | None = None
    ) -> dict[str, Any]:
        """Give it one order and wait for the answer.

        Raises:
            FixFailed: the file is damaged, or took too much.
            FixUnusable: the program does not start.
        """
        assert self._process.stdin is not None
        told = {**order, "source": str(source), **self._cost(order)}
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        with contextlib.suppress(ConnectionError):
            await self._process.stdin.drain()
        while True:
            # It has seen hostile bytes: what it says is taken as far as it has the right form.
            answer = await self._line(source)
            match answer:
                case {"ok": True}:
                    return answer
                case {"done": float() | int() as done}:
                    if on_progress is not None:
                        on_progress(min(max(float(done), 0.0), 1.0))
                case {"ok": False, "why": str() as why}:
                    raise FixFailed(source, storable(why))
                case _:
                    raise FixFailed(source, _BROKEN.format("no answer"))

    def _cost(self, order: dict[str, Any]) -> dict[str, int]:
        length_ms = order.get("order", {}).get("duration_ms", 0)
        cpu_s = self._limits.cpu_s + self._limits.cpu_per_s * length_ms // 1000
        return {"memory_bytes": self._limits.memory_bytes, "cpu_s": cpu_s}

    async def _line(self, source: Path) -> dict[str, Any]:
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(self._limits.stall_s):
                line = await self._process.stdout.readline()
        except TimeoutError:
            why = f"Nothing came of it for {self._limits.stall_s:g} s."
            raise FixFailed(source, why) from None
        if not line:
            raise await self._broken_off(source)
        try:
            answer: dict[str, Any] = json.loads(line)
        except ValueError:
            return {}
        return answer

    async def _broken_off(self, source: Path) -> FixFailed | FixUnusable:
        status = await self._process.wait()
        if status in _NOT_STARTED:
            return FixUnusable(sys.executable, status)
        if status == -signal.SIGXCPU:
            return FixFailed(source, "It takes more work than a file of its length should.")
        return FixFailed(source, _BROKEN.format(status))


def _environment() -> dict[str, str]:
    return {
        # Each arena takes address space, which is limited.
        "MALLOC_ARENA_MAX": "4",
        # The memory of one photo serves for the next: to get it anew takes a quarter of the time.
        "PILLOW_BLOCK_SIZE": "1m",
        "PILLOW_BLOCKS_MAX": "64",
        "MALLOC_MMAP_THRESHOLD_": str(32 << 20),
        "MALLOC_TRIM_THRESHOLD_": str(512 << 20),
        **environment.bare(),
    }
