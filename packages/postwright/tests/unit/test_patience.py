"""Waiting only so long, also for what does not stop when it is told to."""

import asyncio

import pytest

from postwright.kit.patience import within

LONG_S = 30


async def test_what_is_done_in_time_gives_what_it_gives() -> None:
    async def work() -> int:
        await asyncio.sleep(0)
        return 7

    async def fails() -> int:
        raise ValueError("no")

    assert await within(LONG_S, work()) == 7
    with pytest.raises(ValueError, match="no"):
        await within(LONG_S, fails())


async def test_what_does_not_stop_is_left_alone() -> None:
    told, may_end = asyncio.Event(), asyncio.Event()

    async def stubborn() -> None:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            told.set()
            await may_end.wait()
            raise

    async with asyncio.timeout(LONG_S):
        with pytest.raises(TimeoutError):
            await within(0.01, stubborn())
        await told.wait()
    may_end.set()


async def test_who_is_stopped_while_waiting_stops_the_work() -> None:
    begun, stopped = asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    waiting = asyncio.create_task(within(LONG_S, work()))
    await begun.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    await asyncio.wait_for(stopped.wait(), LONG_S)
