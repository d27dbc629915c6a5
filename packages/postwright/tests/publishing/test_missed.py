"""What was due while nothing ran is missed; what was held up by anything else is only late."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from postwright.config import PublishingSettings
from postwright.db import pulse
from postwright.db.database import app_now
from postwright.db.installation import Outage
from postwright.publishing.edit import Changes, edit
from postwright.publishing.models import Publication
from postwright.publishing.schedule import Scheduled
from postwright.publishing.states import IfMissed, State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def due_in_an_hour(
    service: Service, video: Path, if_missed: IfMissed | None = None
) -> Scheduled:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    made = await service.publish(account, video, at=later)
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        publication.if_missed = if_missed
    return made


async def beat(service: Service, *, starting: bool = True) -> None:
    async with service.database.transaction() as session:
        await pulse.beat(session, starting=starting)


async def outages(service: Service) -> list[timedelta]:
    async with service.database.transaction() as session:
        found = await session.scalars(select(Outage).order_by(Outage.id))
        return [one.ended_at - one.began_at for one in found]


async def test_what_was_missed_goes_out_is_held_or_is_skipped_as_its_post_or_the_settings_say(
    service: Service, video: Path
) -> None:
    late = await due_in_an_hour(service, video, IfMissed.PUBLISH)
    asked = await due_in_an_hour(service, video, IfMissed.HOLD)
    silent = await due_in_an_hour(service, video)
    assert service.settings.publishing.if_missed == IfMissed.PUBLISH
    skipping = PublishingSettings(if_missed="skip")
    service.settings = service.settings.model_copy(update={"publishing": skipping})
    await beat(service)
    await service.advance(hours=3)
    service.start_worker()
    await service.until(late.publication_id, State.PUBLISHED)
    over = await service.until(silent.publication_id, State.CANCELLED)
    assert over.end_code == "missed"
    held = await service.until(asked.publication_id, State.HELD)
    assert (held.hold_reason, held.due_at) == ("missed", None)
    assert "no worker was running" in held.detail
    async with service.database.transaction() as session:
        changes = Changes(publish_at=await app_now(session))
        publication = await session.get_one(Publication, asked.publication_id)
        await edit(session, publication, changes, actor="test")
    await service.until(asked.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 2
    # What is skipped is not announced either.
    assert len(await service.control.requests("video.init")) == 2
    (outage,) = await outages(service)
    assert timedelta(hours=3) <= outage < timedelta(hours=3.1)


async def test_what_was_due_shortly_before_the_end_of_an_outage_is_not_missed(
    service: Service, video: Path
) -> None:
    made = await due_in_an_hour(service, video, IfMissed.SKIP)
    await beat(service)
    await service.advance(hours=1.2)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await outages(service)) == 1


async def test_what_was_held_up_while_a_worker_ran_is_late_and_not_missed(
    service: Service, video: Path
) -> None:
    made = await due_in_an_hour(service, video, IfMissed.SKIP)
    await beat(service)
    await service.advance(hours=1)
    # A worker runs on, and its account's upload takes hours.
    for _ in range(20):
        await service.advance(hours=0.1)
        async with service.database.transaction() as session:
            await session.execute(text("UPDATE pulse SET beat_at = app_now()"))
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert await outages(service) == []


async def test_a_clock_that_jumps_under_a_worker_that_runs_is_no_outage(
    service: Service,
) -> None:
    await beat(service)
    await service.advance(hours=5)
    await beat(service, starting=False)
    assert await outages(service) == []


async def test_a_worker_that_was_frozen_with_its_machine_has_not_run(service: Service) -> None:
    await beat(service)
    async with service.database.transaction() as session:
        asleep = "UPDATE pulse SET beat_at = beat_at - interval '1 hour',"
        await session.execute(text(f"{asleep} seen_at = seen_at - interval '1 hour'"))
    await beat(service, starting=False)
    await beat(service, starting=False)
    (outage,) = await outages(service)
    assert timedelta(hours=1) <= outage < timedelta(hours=1.1)


async def test_of_several_outages_the_times_add_up(service: Service) -> None:
    await beat(service)
    for _ in range(2):
        await service.advance(hours=0.2)
        await beat(service)
        await service.advance(hours=0.02)
        await beat(service)
    async with service.database.transaction() as session:
        now = await app_now(session)
        silent = await pulse.silence_between(session, now - timedelta(hours=1), now)
        none = await pulse.silence_between(session, now - timedelta(hours=0.01), now)
    assert timedelta(hours=0.4) <= silent < timedelta(hours=0.42)
    assert none == timedelta(0)
