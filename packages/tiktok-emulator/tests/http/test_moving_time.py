"""A moved, frozen or fast clock: everything on the way happens at its own moment."""

import asyncio
from datetime import datetime, timedelta

from .conftest import Caller


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


async def test_a_post_is_decided_and_shown_at_its_moments_when_time_jumps_over_both(
    caller: Caller, video: bytes
) -> None:
    await caller.control("scenario", name="long-moderation")
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    start = _moment((await caller.http.get("/_control/clock")).json()["now"])
    await caller.control("clock", advance_s=86_400)
    state = await caller.state()
    [post] = state["posts"]
    assert _moment(post["created_at"]) == start + timedelta(seconds=1_800)
    told = {event["event"]: _moment(event["told_at"]) for event in state["events"]}
    assert told["post.publish.complete"] == start + timedelta(seconds=1_800)
    assert told["post.publish.publicly_available"] == start + timedelta(seconds=12_600)


async def test_the_clock_says_what_it_will_do_next(caller: Caller, video: bytes) -> None:
    await caller.settings(processing={"mode": "after_seconds", "value": 100})
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    async with asyncio.timeout(10):
        while not (facts := (await caller.http.get("/_control/clock")).json())["next_due_at"]:
            pass
    assert _moment(facts["next_due_at"]) - _moment(facts["now"]) == timedelta(seconds=100)


async def test_a_fast_clock_brings_it_about_by_itself(caller: Caller, video: bytes) -> None:
    await caller.settings(processing={"mode": "after_seconds", "value": 3_600})
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    assert (await caller.control("clock", rate=100_000))["rate"] == 100_000
    async with asyncio.timeout(10):
        while not (await caller.state())["posts"]:
            pass


async def test_a_fast_clock_does_not_jump_when_its_pace_is_changed(caller: Caller) -> None:
    before = _moment((await caller.control("clock", freeze=True))["now"])
    await caller.control("clock", rate=50)
    assert _moment((await caller.http.get("/_control/clock")).json()["now"]) == before
    after = await caller.control("clock", freeze=False, rate=1)
    assert _moment(after["now"]) - before < timedelta(seconds=60)


async def test_time_can_be_set_to_a_moment(caller: Caller) -> None:
    answer = await caller.control("clock", freeze=True, to="2030-01-01T00:00:00+00:00")
    assert answer["now"] == "2030-01-01T00:00:00+00:00"
    refused = await caller.http.post("/_control/clock", json={"to": "2030-01-01T00:00:00"})
    assert refused.status_code == 400


async def test_three_hours_end_a_token_and_a_day_frees_the_caps(
    caller: Caller, video: bytes
) -> None:
    await caller.http.patch("/_control/creators/demo", json={"daily_post_cap": 1})
    await caller.sign_in()
    await caller.post(video)
    assert (await caller.init(100)).json()["error"]["code"] == "spam_risk_too_many_posts"
    await caller.control("clock", advance_s=3 * 3600)
    assert (await caller.init(100)).status_code == 401
    await caller.control("clock", advance_s=22 * 3600)
    await caller.sign_in()
    assert (await caller.init(100)).status_code == 200
