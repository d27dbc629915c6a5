"""Webhooks that were not taken: tried again, by the plan or by hand, until it is over."""

from datetime import datetime

import pytest

from tests.factories.receiver import Receiver

from .conftest import Caller
from .telling import all_are, deliveries, tell, tried, until


@pytest.mark.parametrize("status", [201, 204, 302, 500])
async def test_only_200_counts(caller: Caller, receiver: Receiver, status: int) -> None:
    await caller.control("clock", freeze=True)
    receiver.statuses = [status]
    await tell(caller)
    (told,) = await until(caller, tried(1))
    assert told["state"] == "waiting"
    assert "only 200 counts" in told["attempts"][0]["problem"]
    await caller.control("clock", advance_s=15)
    (told,) = await until(caller, all_are("delivered"))
    assert receiver.arrivals[0].body == receiver.arrivals[1].body


async def test_pauses_double_until_72_hours_are_over(caller: Caller, receiver: Receiver) -> None:
    receiver.statuses = [500] * 100
    await caller.control("clock", freeze=True)
    await tell(caller)
    await until(caller, tried(1))
    for pause, tries in ((14, 1), (1, 2), (29, 2), (1, 3), (60, 4)):
        await caller.control("clock", advance_s=pause)
        await until(caller, tried(tries))
    await caller.control("clock", advance_s=72 * 3600)
    (told,) = await until(caller, all_are("dropped"))
    assert told["next_at"] is None
    begun = datetime.fromisoformat(told["told_at"])
    tried_at = [datetime.fromisoformat(attempt["at"]) for attempt in told["attempts"]]
    after_s = [(at - begun).total_seconds() for at in tried_at]
    assert after_s == [15 * (2**number - 1) for number in range(15)]
    sent = len(receiver.arrivals)
    await caller.control("clock", advance_s=72 * 3600)
    assert len(receiver.arrivals) == sent == len(told["attempts"])


async def test_a_receiver_that_does_not_answer_holds_nobody_up(
    caller: Caller, receiver: Receiver
) -> None:
    receiver.hangs = True
    await caller.settings(webhook_timeout_s=0.2)
    await caller.control("clock", freeze=True)
    await tell(caller)
    assert (await caller.call("creator_info/query")).status_code == 401
    (told,) = await until(caller, tried(1))
    assert "no answer within 0.2 s" in told["attempts"][0]["problem"]


async def test_a_closed_port_is_tried_again(caller: Caller) -> None:
    url = "http://127.0.0.1:1/hook"
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"webhook_url": url})
    await tell(caller)
    (told,) = await until(caller, tried(1))
    assert told["attempts"][0]["problem"].startswith("no answer: ")
    assert told["state"] == "waiting"


async def test_a_webhook_can_be_sent_again_by_hand(caller: Caller, receiver: Receiver) -> None:
    number = await tell(caller)
    await until(caller, all_are("delivered"))
    again = await caller.http.post(f"/_control/webhooks/{number}/retry")
    assert (again.json()["state"], len(again.json()["attempts"])) == ("delivered", 2)
    assert receiver.arrivals[0].body == receiver.arrivals[1].body
    assert (await caller.http.post("/_control/webhooks/9/retry")).status_code == 404


async def test_a_failed_retry_by_hand_leaves_the_plan_as_it_is(
    caller: Caller, receiver: Receiver
) -> None:
    receiver.statuses = [500, 500]
    await caller.control("clock", freeze=True)
    number = await tell(caller)
    await until(caller, tried(1))
    again = await caller.http.post(f"/_control/webhooks/{number}/retry")
    assert (again.json()["state"], len(again.json()["attempts"])) == ("waiting", 2)
    await caller.control("clock", advance_s=30)
    await until(caller, all_are("delivered"))


async def test_what_was_dropped_or_had_nowhere_to_go_can_be_sent_by_hand(
    caller: Caller, receiver: Receiver
) -> None:
    path = f"/_control/apps/{caller.key}"
    await caller.http.patch(path, json={"webhook_url": None})
    nowhere = await tell(caller)
    await caller.http.patch(path, json={"webhook_url": receiver.url})
    await caller.settings(webhook_retry_s=0)
    receiver.statuses = [500]
    dropped = await tell(caller)
    await until(caller, lambda told: told[-1]["state"] == "dropped")
    for number, tries in ((nowhere, 1), (dropped, 2)):
        sent = (await caller.http.post(f"/_control/webhooks/{number}/retry")).json()
        assert (sent["state"], len(sent["attempts"])) == ("delivered", tries)
    assert len(receiver.arrivals) == 3


async def test_a_reset_sends_nothing_more(caller: Caller, receiver: Receiver) -> None:
    receiver.statuses = [500]
    await tell(caller)
    await until(caller, tried(1))
    await caller.control("reset")
    assert await deliveries(caller) == []
    await caller.control("clock", advance_s=3600)
    assert len(receiver.arrivals) == 1
