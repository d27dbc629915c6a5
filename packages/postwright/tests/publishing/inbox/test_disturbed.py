"""TikTok's webhooks, as the emulator sends them, undisturbed and disturbed in every way."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from postwright.connections.models import Connection
from postwright.publishing.models import Publication
from postwright.publishing.states import State, Visibility
from tests.factories.callback import APP, SECRET, Callback, message
from tests.factories.installation import Service
from tiktok_emulator.webhooks.envelope import signature

pytestmark = pytest.mark.slow


def is_public(seen: Publication) -> bool:
    return seen.state is State.PUBLISHED and seen.visibility is Visibility.PUBLIC


async def test_what_tiktok_tells_is_believed_and_saves_polls(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    assert (await callback.app()).webhook_at is None
    await callback.tell("something.new", anything=1)
    noted = (await callback.app()).webhook_at
    assert noted is not None
    assert await callback.now() - noted < timedelta(minutes=1)
    made = await service.publish(account, video)
    service.start_worker()
    seen = await service.until(made.publication_id, is_public)
    (post,) = await service.control.posts()
    assert seen.post_ids == [post["post_id"]]
    assert post["post_id"] in seen.post_url
    assert len(await service.control.requests("status")) <= 2
    told = await callback.told()
    assert {each["state"] for each in told} == {"delivered"}
    assert [each.event for each in await callback.events()] == [each["event"] for each in told]


async def test_events_that_are_lost_doubled_reordered_or_late_change_nothing_in_the_end(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    service.start_worker()
    kinds = ("lose", "duplicate", "reorder", "drop_after", "drop_before")
    for number, kind in enumerate(kinds, 1):
        await service.control.fault("webhook", kind, count=2)
        made = await service.publish(account, video, key=f"disturbed {number}")
        await service.until(made.publication_id, is_public)
        await service.advance(hours=0.1)  # whatever TikTok wants to try again has its time
        await callback.told()
        assert len(await service.control.posts()) == number, kind
    told = await callback.told()
    assert [each["state"] for each in told].count("lost") == 2
    assert {each["state"] for each in told} == {"lost", "delivered"}
    # One row for each event that came, however often it did.
    assert len(await callback.events()) == len(told) - 2
    tries = [len(each["attempts"]) for each in told]
    assert sum(tries) > len(told)


async def test_an_event_that_comes_before_its_publish_id_is_stored_is_not_lost(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    await callback.tell("something.new")
    await service.control.fault("video.init", "delay_after", delay_s=2)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.SUBMITTING)
    while not (uploads := (await service.control("GET", "state"))["uploads"]):
        pass
    publish_id = uploads[-1]["publish_id"]
    await callback.tell("post.publish.failed", publish_id=publish_id, reason="internal")
    assert (await callback.outcomes())[-1] == "waiting"
    await service.until(made.publication_id, is_public)
    early = next(each for each in await callback.events() if each.event == "post.publish.failed")
    assert early.outcome.value == "nudged"
    assert early.handled_at is not None


async def test_a_late_one_nudges_and_says_nothing_about_how_fast_they_come(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    await service.control(
        "PATCH", "settings", {"processing": {"mode": "after_seconds", "value": 90000}}
    )
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PROCESSING)
    publish_id = (await callback.upload())["publish_id"]
    hour = timedelta(hours=1)
    answer = await callback.say(
        "post.publish.complete", {"publish_id": publish_id}, ago=hour, signed_ago=hour
    )
    assert answer.status_code == 200
    assert await callback.outcomes() == ["nudged"]
    assert (await callback.app()).webhook_at is None
    assert (await service.publication(made.publication_id)).nudged_at is not None


async def test_a_message_that_is_replayed_does_nothing(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, is_public)
    publish_id = (await callback.upload())["publish_id"]
    await callback.told()
    at = await callback.now()
    body = message("post.publish.failed", {"publish_id": publish_id}, at=at, who=None)
    signed = signature(SECRET, body, at)
    assert (await callback.post(body, signed)).status_code == 200
    before = await callback.outcomes()
    seen = await service.publication(made.publication_id)
    for _ in range(3):
        assert (await callback.post(body, signed)).status_code == 200
    # Signed anew, as when TikTok sends it again: the same event all the same.
    again = signature(SECRET, body, at + timedelta(seconds=60))
    assert (await callback.post(body, again)).status_code == 200
    assert await callback.outcomes() == before
    after = await service.publication(made.publication_id)
    assert (after.version, after.nudged_at) == (seen.version, seen.nudged_at)


async def test_every_event_of_tiktoks_is_taken_and_kept(
    callback: Callback, account: Connection
) -> None:
    everything: dict[str, dict[str, Any]] = {
        "video.upload.failed": {"share_id": "s1"},
        "video.publish.completed": {"share_id": "s1"},
        "portability.download.ready": {"request_id": 7},
        "post.publish.failed": {"publish_id": "p1", "reason": "internal"},
        "post.publish.complete": {"publish_id": "p2"},
        "post.publish.inbox_delivered": {"publish_id": "p3"},
        "post.publish.publicly_available": {"publish_id": "p4", "post_id": "71"},
        "post.publish.no_longer_publicaly_available": {"publish_id": "p5", "post_id": "72"},
        "what.comes.next": {"x": [None]},
    }
    for event, content in everything.items():
        await callback.tell(event, **content)
    assert {each["state"] for each in await callback.told()} == {"delivered"}
    found = await callback.events()
    assert {each.event for each in found} == set(everything)
    assert [each.outcome.value for each in found] == ["kept"] * 3 + ["waiting"] * 5 + ["kept"]
    assert all(each.body.startswith('{"client_key":"' + APP) for each in found)
    assert [each.publish_id for each in found[3:8]] == ["p1", "p2", "p3", "p4", "p5"]
    assert {each.external_id for each in found} == {account.external_id}


async def test_a_failure_that_is_told_fails_the_publication_at_once(
    callback: Callback, account: Connection, video: Path
) -> None:
    service: Service = callback.service
    await callback.tell("something.new")
    await service.control(
        "PATCH", "settings", {"processing": {"mode": "after_seconds", "value": 1}}
    )
    await service.control("POST", "outcomes", {"outcome": "file_format_check_failed"})
    made = await service.publish(account, video)
    service.start_worker()
    seen = await service.until(made.publication_id, State.FAILED)
    assert seen.end_code == "file_format_check_failed"
