"""The one way in: quota, the same bytes once, and keeping against removing."""

import asyncio
import os
import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from postwright.db.database import app_now
from postwright.media import claims
from postwright.media.errors import MediaChanged, QuotaReached
from postwright.media.keep import Incoming, keep
from postwright.media.library import Library
from postwright.media.models import MediaClaim, MediaFile, MediaKind
from postwright.media.remove import free, remove
from postwright.media.store import verify
from postwright.media.uses import use
from postwright.workspaces.models import AuditEntry, Workspace
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

SIZE = 100_000


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def library(service: Service) -> Library:
    return service.library


def given(path: Path) -> Incoming:
    return Incoming(path, MediaKind.VIDEO, "video/mp4", {"container": "mp4"})


async def added(service: Service, library: Library, path: Path) -> MediaFile:
    return await keep(library, service.workspace_id, given(path), actor="test")


def with_quota(library: Library, quota_bytes: int) -> Library:
    settings = library.settings.model_copy(update={"quota_bytes": quota_bytes})
    return replace(library, settings=settings)


async def no_claim_is_left(service: Service) -> bool:
    async with service.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(MediaClaim)) == 0


async def test_the_same_bytes_are_one_file_whatever_its_name(
    service: Service, library: Library, clip: Path, tmp_path: Path
) -> None:
    first = await added(service, library, clip)
    shutil.copy(clip, tmp_path / "other.mp4")
    again = await added(service, library, tmp_path / "other.mp4")

    assert again.id == first.id
    assert again.name == "clip.mp4"
    assert again.used_at > first.used_at
    await verify(library.store, service.workspace_id, first.sha256, SIZE)
    async with service.database.transaction() as session:
        told = await session.scalars(select(AuditEntry.action))
        assert list(told).count("media.added") == 1
    assert await no_claim_is_left(service)


async def test_who_uses_a_file_does_not_wait_for_others_who_do(
    service: Service, library: Library, clip: Path
) -> None:
    media = await added(service, library, clip)
    async with service.database.transaction() as first:
        await use(first, service.workspace_id, media.id)
        async with asyncio.timeout(20), service.database.transaction() as second:
            await use(second, service.workspace_id, media.id)


async def test_when_a_file_was_last_used_is_known_to_a_minute(
    service: Service, library: Library, clip: Path
) -> None:
    media = await added(service, library, clip)
    a_while, a_moment = timedelta(minutes=2), timedelta(seconds=50)
    for ago, moves in ((a_while, True), (a_moment, False)):
        async with service.database.transaction() as session:
            was = await app_now(session) - ago
            (await session.get_one(MediaFile, media.id)).used_at = was
        async with service.database.transaction() as session:
            await use(session, service.workspace_id, media.id)
        async with service.database.transaction() as session:
            now = (await session.get_one(MediaFile, media.id)).used_at
        assert (now > was) == moves


async def test_a_removed_file_is_there_again_when_it_is_added_again(
    service: Service, library: Library, clip: Path, tmp_path: Path
) -> None:
    first = await added(service, library, clip)
    gone = await remove(library, service.workspace_id, first.id, actor="test")
    assert gone.removed_at is not None
    assert not await library.store.exists(service.workspace_id, first.sha256)

    clip.rename(tmp_path / "second.mp4")
    again = await added(service, library, tmp_path / "second.mp4")

    assert (again.id, again.name, again.removed_at) == (first.id, "second.mp4", None)
    await verify(library.store, service.workspace_id, first.sha256, SIZE)


async def test_a_quota_is_told_with_what_is_used_and_what_is_there_costs_nothing(
    service: Service, library: Library, clip: Path, tmp_path: Path
) -> None:
    small = with_quota(library, SIZE + 10)
    await added(service, small, clip)
    await added(service, small, clip)
    other = tmp_path / "other.mp4"
    other.write_bytes(os.urandom(11))

    with pytest.raises(QuotaReached) as caught:
        await added(service, small, other)

    assert f"{SIZE:,} of {SIZE + 10:,}" in caught.value.why
    assert [held.size_bytes async for held in library.store.list()] == [SIZE]
    assert await no_claim_is_left(service)


async def test_a_workspaces_own_quota_counts_more_than_the_installations(
    service: Service, library: Library, clip: Path
) -> None:
    async with service.database.transaction() as session:
        workspace = await session.get_one(Workspace, service.workspace_id)
        workspace.media_quota_bytes = SIZE
    assert (await added(service, with_quota(library, 1), clip)).size_bytes == SIZE


async def test_two_that_come_at_once_cannot_both_take_the_last_room(
    service: Service, library: Library, tmp_path: Path
) -> None:
    small = with_quota(library, SIZE)
    paths = [tmp_path / f"{number}.mp4" for number in range(4)]
    for path in paths:
        path.write_bytes(os.urandom(SIZE))

    done = await asyncio.gather(
        *(added(service, small, path) for path in paths), return_exceptions=True
    )

    kept = [result for result in done if isinstance(result, MediaFile)]
    assert len(kept) == 1
    assert all(isinstance(result, MediaFile | QuotaReached) for result in done)


async def test_a_file_that_cannot_be_kept_leaves_no_row_and_no_claim(
    service: Service, library: Library, clip: Path
) -> None:
    def grow(done: int, total: int) -> None:
        with clip.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaChanged):
        await keep(library, service.workspace_id, given(clip), actor="test", on_progress=grow)

    async with service.database.transaction() as session:
        assert await session.scalar(select(func.count()).select_from(MediaFile)) == 0
    assert await no_claim_is_left(service)


async def test_bytes_that_are_just_being_kept_are_not_removed(
    service: Service, library: Library, clip: Path
) -> None:
    """They are an orphan's: found in the store by the keeper before his row is written."""
    stored = await library.store.keep(service.workspace_id, clip)
    async with service.database.transaction() as session:
        await claims.lock_workspace(session, service.workspace_id)
        claim = await claims.claim_to_keep(session, service.workspace_id, stored.sha256)
        assert claim is not None

    assert await free(library, service.workspace_id, [stored.sha256]) == set()

    async with service.database.transaction() as session:
        await claims.let_go(session, claim)
    assert await free(library, service.workspace_id, [stored.sha256]) == {stored.sha256}


async def test_who_keeps_what_is_just_being_removed_waits_and_wins(
    service: Service, library: Library, clip: Path
) -> None:
    stored = await library.store.keep(service.workspace_id, clip)
    async with service.database.transaction() as session:
        claim = await claims.claim_to_remove(session, service.workspace_id, stored.sha256)
        assert claim is not None
    keeping = asyncio.create_task(added(service, library, clip))
    done, _ = await asyncio.wait({keeping}, timeout=0.5)
    assert not done
    await library.store.delete(service.workspace_id, stored.sha256)
    async with service.database.transaction() as session:
        await claims.let_go(session, claim)

    kept = await keeping

    await verify(library.store, service.workspace_id, kept.sha256, SIZE)
    assert await free(library, service.workspace_id, [kept.sha256]) == set()


async def test_a_remover_that_died_keeps_nobody_waiting_for_long(
    service: Service, library: Library, clip: Path
) -> None:
    stored = await library.store.keep(service.workspace_id, clip)
    async with service.database.transaction() as session:
        await claims.claim_to_remove(session, service.workspace_id, stored.sha256)
        await session.execute(text("UPDATE app_clock SET ahead = ahead + interval '6 minutes'"))

    assert (await added(service, library, clip)).sha256 == stored.sha256


async def test_keeping_and_removing_the_same_bytes_over_and_over_never_loses_them(
    service: Service, library: Library, clip: Path
) -> None:
    """Whoever was told that it is kept can read it, until it is removed by its id."""
    kept = await added(service, library, clip)
    over = asyncio.Event()

    async def keep_removing() -> None:
        while not over.is_set():
            await remove(library, service.workspace_id, kept.id, actor="test")
            await free(library, service.workspace_id, [kept.sha256])

    async def keep_freeing() -> None:
        while not over.is_set():
            await free(library, service.workspace_id, [kept.sha256])

    removing = [asyncio.create_task(work()) for work in (keep_removing, keep_freeing)]
    for _ in range(15):
        await added(service, library, clip)
    over.set()
    await asyncio.gather(*removing)

    await added(service, library, clip)
    await free(library, service.workspace_id, [kept.sha256])
    await verify(library.store, service.workspace_id, kept.sha256, SIZE)


async def test_a_row_never_outlives_its_bytes(
    service: Service, library: Library, clip: Path
) -> None:
    """While one adds and others free what no row wants, the row's bytes are always there."""
    stored = await library.store.keep(service.workspace_id, clip)
    freeing = [
        asyncio.create_task(free(library, service.workspace_id, [stored.sha256])) for _ in range(5)
    ]
    kept = await added(service, library, clip)
    await asyncio.gather(*freeing)
    await verify(library.store, service.workspace_id, kept.sha256, SIZE)
