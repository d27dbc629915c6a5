"""What happens later: each thing at its own moment, and time that never waits for ever."""

from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from tiktok_emulator.clock import Clock
from tiktok_emulator.due import Agenda, Due
from tiktok_emulator.errors import ClockOutOfRange
from tiktok_emulator.store import World

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


class Chores:
    """A world with nothing in it but a clock, and things to do at some moments."""

    def __init__(self, *hours: int) -> None:
        self.clock = Clock(lambda: NOON)
        self.tasks: set[Any] = set()
        self.waiting = [NOON + timedelta(hours=hour) for hour in hours]
        self.done: list[tuple[datetime, datetime]] = []
        self.due = Agenda(cast("World", self))
        self.due.register(Due("chores", lambda _: min(self.waiting, default=None), self.run))

    async def run(self, _: World) -> None:
        now = self.clock.now()
        for moment in [each for each in self.waiting if each <= now]:
            self.waiting.remove(moment)
            self.done.append((moment, now))


async def test_a_jump_does_each_thing_at_its_own_moment() -> None:
    chores = Chores(3, 1, 72, 80)
    chores.clock.freeze()
    await chores.due.advance(timedelta(hours=73))
    assert [moment for moment, _ in chores.done] == sorted(moment for moment, _ in chores.done)
    assert all(moment == now for moment, now in chores.done)
    assert len(chores.done) == 3
    assert chores.clock.now() == NOON + timedelta(hours=73)


async def test_a_running_clock_arrives_where_it_was_sent() -> None:
    chores = Chores(1)
    await chores.due.advance(timedelta(hours=2))
    assert chores.clock.now() == NOON + timedelta(hours=2)
    assert len(chores.done) == 1


async def test_a_jump_that_is_out_of_range_does_nothing() -> None:
    chores = Chores(1)
    with pytest.raises(ClockOutOfRange):
        await chores.due.advance(timedelta(days=365 * 2000))
    assert (chores.done, chores.clock.now()) == ([], NOON)


async def test_what_cannot_be_done_when_it_is_due_does_not_hold_time_up() -> None:
    chores = Chores()

    async def never(_: World) -> None:
        return

    chores.due.register(Due("stuck", lambda _: NOON + timedelta(hours=1), never))
    await chores.due.advance(timedelta(hours=5))
    assert chores.clock.now() == NOON + timedelta(hours=5)


async def test_back_in_time_nothing_is_done_again() -> None:
    chores = Chores(1)
    await chores.due.advance(timedelta(hours=2))
    await chores.due.advance(timedelta(hours=-2))
    assert (len(chores.done), chores.clock.now()) == (1, NOON)


def test_a_fast_clock_passes_more_seconds_than_the_machine() -> None:
    machine = [NOON]
    clock = Clock(lambda: machine[0])
    clock.run_at(60)
    machine[0] += timedelta(seconds=2)
    assert clock.now() == NOON + timedelta(minutes=2)
    assert clock.real_seconds_until(NOON + timedelta(minutes=5)) == pytest.approx(3)
    clock.freeze()
    assert clock.real_seconds_until(NOON + timedelta(minutes=5)) is None
