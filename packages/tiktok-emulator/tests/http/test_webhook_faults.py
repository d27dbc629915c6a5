"""Webhooks that come twice, late, out of order or never, because a fault was ordered."""

import pytest

from tests.factories.receiver import Receiver

from .conftest import Caller
from .telling import all_are, tell, tried, until


async def test_a_fault_sends_twice(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="duplicate")
    await tell(caller)
    await until(caller, all_are("delivered"))
    assert receiver.arrivals[0].body == receiver.arrivals[1].body
    assert len(receiver.arrivals) == 2


async def test_a_fault_lets_a_later_event_overtake(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="reorder")
    await tell(caller, "first")
    await tell(caller, "second")
    await until(caller, all_are("delivered"))
    assert receiver.events() == ["second", "first"]


async def test_an_event_that_nothing_overtakes_goes_after_a_minute(
    caller: Caller, receiver: Receiver
) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind="reorder")
    await tell(caller)
    await caller.control("clock", advance_s=59)
    assert receiver.arrivals == []
    await caller.control("clock", advance_s=1)
    await until(caller, all_are("delivered"))


async def test_a_fault_loses_an_event_for_good(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="lose")
    await tell(caller, "lost")
    await tell(caller, "kept")
    told = await until(caller, lambda told: told[-1]["state"] == "delivered")
    assert [each["state"] for each in told] == ["lost", "delivered"]
    assert receiver.events() == ["kept"]


async def test_a_fault_delays_by_the_emulators_clock(caller: Caller, receiver: Receiver) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind="delay_before", delay_s=3600)
    await tell(caller)
    await caller.control("clock", advance_s=3599)
    assert receiver.arrivals == []
    await caller.control("clock", advance_s=1)
    await until(caller, all_are("delivered"))


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 1), ("drop_after", 2), ("error", 1)])
async def test_a_try_that_a_fault_breaks_is_made_again(
    caller: Caller, receiver: Receiver, kind: str, sent: int
) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind=kind)
    await tell(caller)
    await until(caller, tried(1))
    await caller.control("clock", advance_s=15)
    await until(caller, all_are("delivered"))
    assert len(receiver.arrivals) == sent
