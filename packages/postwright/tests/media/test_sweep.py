"""What nothing needs goes; what anything needs stays, whatever happens in between."""

import asyncio
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from postwright.db.database import app_now
from postwright.media.errors import MediaNeeded, NoSuchMedia
from postwright.media.keep import Incoming, keep
from postwright.media.library import Library
from postwright.media.models import (
    FixState,
    MediaAddress,
    MediaFile,
    MediaFix,
    MediaKind,
    MediaPicture,
    PictureKind,
)
from postwright.media.remove import free, remove
from postwright.media.sweep import sweep
from postwright.posts.models import Post
from postwright.publishing.cancel import cancel
from postwright.publishing.order import Order, Target
from postwright.publishing.queries import overview
from postwright.publishing.schedule import schedule
from postwright.workspaces.models import Workspace
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

SIZE = 10_000
DAYS = 30


@pytest.fixture
def library(service: Service) -> Library:
    """One that keeps unneeded files for thirty days."""
    settings = service.library.settings.model_copy(update={"retention_days": DAYS})
    return replace(service.library, settings=settings)


async def added(service: Service, folder: Path, name: str, **more: Any) -> MediaFile:
    path = folder / name
    path.write_bytes(os.urandom(SIZE))
    incoming = Incoming(path, MediaKind.VIDEO, "video/mp4", {"container": "mp4"}, **more)
    return await keep(service.library, service.workspace_id, incoming, actor="test")


async def age(service: Service, days: float) -> None:
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE app_clock SET ahead = ahead + make_interval(secs => :s)"),
            {"s": days * 86400},
        )


async def left(service: Service) -> set[str]:
    """The names of the files that are not removed; the store has exactly their bytes."""
    async with service.database.transaction() as session:
        rows = list(await session.scalars(select(MediaFile).where(MediaFile.removed_at.is_(None))))
    held = {held.sha256 async for held in service.library.store.list()}
    assert held == {row.sha256 for row in rows}
    return {row.name for row in rows}


async def post_of(service: Service, media: MediaFile, *, days: float) -> str:
    connection = await service.connect()
    settings = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "x"}
    async with service.database.transaction() as session:
        at = await app_now(session) + timedelta(days=days)
        order = Order((media,), "x", settings, publish_at=at)
        to = [Target(connection)]
        made = await schedule(session, service.workspace_id, to, order, actor="test")
        return made.post_id


async def test_without_a_retention_nothing_is_too_old(service: Service, tmp_path: Path) -> None:
    await added(service, tmp_path, "kept.mp4")
    await age(service, 4000)

    assert (await sweep(service.library)).files == []
    assert await left(service) == {"kept.mp4"}


async def test_a_file_that_nobody_used_for_as_long_as_it_is_kept_goes(
    service: Service, library: Library, tmp_path: Path
) -> None:
    await added(service, tmp_path, "old.mp4")
    await age(service, DAYS - 1)
    await added(service, tmp_path, "new.mp4")
    assert (await sweep(library)).files == []
    await age(service, 2)

    swept = await sweep(library)

    assert [media.name for media in swept.files] == ["old.mp4"]
    assert (swept.freed, swept.freed_bytes) == (1, SIZE)
    assert await left(service) == {"new.mp4"}


async def test_a_workspaces_own_retention_counts_more_than_the_installations(
    service: Service, library: Library, tmp_path: Path
) -> None:
    async with service.database.transaction() as session:
        workspace = await session.get_one(Workspace, service.workspace_id)
        workspace.media_retention_days = 2 * DAYS
    await added(service, tmp_path, "kept.mp4")
    await age(service, DAYS + 1)

    assert (await sweep(library)).files == []


async def test_what_a_post_needs_stays_until_the_post_is_over(
    service: Service, library: Library, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "needed.mp4")
    post_id = await post_of(service, media, days=DAYS * 3)
    await age(service, DAYS * 2)

    assert (await sweep(library)).files == []
    with pytest.raises(MediaNeeded, match="needed") as caught:
        await remove(library, service.workspace_id, media.id, actor="test")
    assert post_id in caught.value.why

    async with service.database.transaction() as session:
        seen = await overview(session, service.workspace_id, post_id)
        await cancel(session, seen.publication, actor="test")
    assert [media.name for media in (await sweep(library)).files] == ["needed.mp4"]


async def test_the_original_of_what_a_post_needs_stays(
    service: Service, library: Library, tmp_path: Path
) -> None:
    original = await added(service, tmp_path, "original.mov")
    mended = await added(service, tmp_path, "mended.mp4", original_id=original.id)
    twice = await added(service, tmp_path, "twice.mp4", original_id=mended.id)
    await added(service, tmp_path, "other.mp4", original_id=original.id)
    await post_of(service, twice, days=DAYS * 3)
    await age(service, DAYS * 2)

    await sweep(library)

    assert await left(service) == {"original.mov", "mended.mp4", "twice.mp4"}
    with pytest.raises(MediaNeeded):
        await remove(library, service.workspace_id, original.id, actor="test")


@pytest.mark.parametrize("state", [FixState.WAITING, FixState.RUNNING])
async def test_what_is_being_mended_stays(
    service: Service, library: Library, tmp_path: Path, state: FixState
) -> None:
    media = await added(service, tmp_path, "mending.mov")
    async with service.database.transaction() as session:
        fix = MediaFix(
            id="fix_1", workspace_id=service.workspace_id, media_id=media.id, recipe={},
            recipe_key="k", state=state, progress=0.5, tries=1, detail="", changes=[],
            created_at=await app_now(session),
        )  # fmt: skip
        session.add(fix)
    await age(service, DAYS + 1)
    await sweep(library)
    assert await left(service) == {"mending.mov"}

    async with service.database.transaction() as session:
        (await session.get_one(MediaFix, "fix_1")).state = FixState.FAILED
    await sweep(library)
    assert await left(service) == set()


async def test_what_an_address_gives_stays_until_it_expires(
    service: Service, library: Library, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "given.mp4")
    await age(service, DAYS + 1)
    async with service.database.transaction() as session:
        now = await app_now(session)
        address = MediaAddress(
            id="addr_1", workspace_id=service.workspace_id, attempt_id="att_1",
            media_id=media.id, position=0, created_at=now, expires_at=now + timedelta(days=1),
            serves_early=False,
        )  # fmt: skip
        session.add(address)
    await sweep(library)
    assert await left(service) == {"given.mp4"}

    await age(service, 1.1)
    await sweep(library)
    assert await left(service) == set()


async def test_pictures_go_with_their_file(
    service: Service, library: Library, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "clip.mp4")
    poster = tmp_path / "poster.jpg"
    poster.write_bytes(os.urandom(500))
    stored = await library.store.keep(service.workspace_id, poster)
    async with service.database.transaction() as session:
        picture = MediaPicture(
            id="pic_1", workspace_id=service.workspace_id, media_id=media.id,
            kind=PictureKind.POSTER, at_ms=0, width=1, height=1, sha256=stored.sha256,
            size_bytes=500, created_at=await app_now(session),
        )  # fmt: skip
        session.add(picture)
    await age(service, 2)
    await sweep(library)
    assert await library.store.exists(service.workspace_id, stored.sha256)

    await remove(library, service.workspace_id, media.id, actor="test")

    assert await left(service) == set()


async def test_bytes_without_a_row_go_after_a_day_and_strangers_never(
    service: Service, library: Library, tmp_path: Path
) -> None:
    await added(service, tmp_path, "kept.mp4")
    orphan = tmp_path / "orphan"
    orphan.write_bytes(os.urandom(SIZE))
    stored = await library.store.keep(service.workspace_id, orphan)
    await library.store.keep("ws_of_somebody_else", orphan)

    assert (await sweep(library)).freed == 0
    await age(service, 1.1)
    assert (await sweep(library)).freed == 1

    assert not await library.store.exists(service.workspace_id, stored.sha256)
    assert await library.store.exists("ws_of_somebody_else", stored.sha256)


async def test_a_dry_run_says_what_would_go_and_touches_nothing(
    service: Service, library: Library, tmp_path: Path
) -> None:
    await added(service, tmp_path, "old.mp4")
    await age(service, DAYS + 1)

    would = await sweep(library, dry_run=True)

    assert await left(service) == {"old.mp4"}
    swept = await sweep(library)
    assert [media.name for media in swept.files] == [media.name for media in would.files]
    assert (swept.freed, swept.freed_bytes) == (would.freed, would.freed_bytes) == (1, SIZE)


async def test_a_sweep_that_died_between_row_and_bytes_is_ended_by_the_next_one(
    service: Service, library: Library, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "half.mp4")
    async with service.database.transaction() as session:
        (await session.get_one(MediaFile, media.id)).removed_at = await app_now(session)

    assert (await sweep(library)).freed == 1
    assert await left(service) == set()


async def test_a_post_of_a_file_that_was_removed_meanwhile_is_refused(
    service: Service, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "gone.mp4")
    await remove(service.library, service.workspace_id, media.id, actor="test")

    with pytest.raises(NoSuchMedia):
        await post_of(service, media, days=1)


async def test_a_post_that_is_stored_after_its_file_was_removed_is_refused_as_a_whole(
    service: Service, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "going.mp4")
    connection = await service.connect()
    order = Order((media,), "x", {"privacy_level": "SELF_ONLY", "title": "x"})

    async def schedules() -> None:
        async with service.database.transaction() as session:
            to = [Target(connection)]
            await schedule(session, service.workspace_id, to, order, actor="test")
            await remove(service.library, service.workspace_id, media.id, actor="test")

    with pytest.raises(NoSuchMedia):
        await schedules()
    async with service.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(Post)) == 0


async def test_who_schedules_before_somebody_removes_comes_first(
    service: Service, tmp_path: Path
) -> None:
    media = await added(service, tmp_path, "wanted.mp4")
    connection = await service.connect()
    order = Order((media,), "x", {"privacy_level": "SELF_ONLY", "title": "x"})
    async with service.database.transaction() as session:
        to = [Target(connection)]
        await schedule(session, service.workspace_id, to, order, actor="test")
        await app_now(session)  # what was asked before is done when this is answered
        removing = asyncio.create_task(
            remove(service.library, service.workspace_id, media.id, actor="test")
        )
        await service.until_somebody_waits_for_a_lock()
    with pytest.raises(MediaNeeded):
        await removing
    assert await free(service.library, service.workspace_id, [media.sha256]) == set()


async def test_workers_sweep_by_themselves_and_several_do_no_harm(
    service: Service, tmp_path: Path
) -> None:
    media = service.settings.media.model_copy(update={"retention_days": DAYS, "sweep_every_s": 0.2})
    service.settings = service.settings.model_copy(update={"media": media})
    await added(service, tmp_path, "old.mp4")
    await age(service, DAYS + 1)
    await added(service, tmp_path, "new.mp4")
    service.start_worker()
    service.start_worker()

    async with asyncio.timeout(30):
        while len([held async for held in service.library.store.list()]) > 1:
            await asyncio.sleep(0.05)
    assert await left(service) == {"new.mp4"}
