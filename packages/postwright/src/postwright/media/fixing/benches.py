"""Programs that stay for the next file, for whoever mends many files of one person."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from postwright.media.fixing.recipe import Recipe
from postwright.media.fixing.run import Bench, Limits, Program, Progress, order_for, started


class Benches:
    """At most one program of each kind, started when it is first wanted.

    What one file does to a program the next one meets: files of different people must not share
    one. A program that did not bring its file to a good end is not used again.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turn = asyncio.Lock()
        self._kept: dict[Program, tuple[Bench, AsyncExitStack]] = {}

    async def carry_out(
        self, recipe: Recipe, source: Path, output: Path, on_progress: Progress | None = None
    ) -> None:
        """Do what a recipe says to one file, as `run.carry_out` does.

        Raises:
            FixFailed, FixUnusable: as there.
        """
        program, order = order_for(recipe, output)
        async with self._turn:
            bench = await self._bench(program)
            try:
                await bench.give(source, order, on_progress)
            except BaseException:
                await self._end(program)
                raise

    async def _bench(self, program: Program) -> Bench:
        if program not in self._kept:
            stack = AsyncExitStack()
            bench = await stack.enter_async_context(started(program, self._limits))
            self._kept[program] = bench, stack
        return self._kept[program][0]

    async def _end(self, program: Program) -> None:
        _, stack = self._kept.pop(program)
        await stack.aclose()

    async def close(self) -> None:
        """End all of them."""
        for program in tuple(self._kept):
            await self._end(program)


@asynccontextmanager
async def benches(limits: Limits) -> AsyncGenerator[Benches]:
    """Programs for the files of one block; they are gone when it ends."""
    kept = Benches(limits)
    try:
        yield kept
    finally:
        await kept.close()
