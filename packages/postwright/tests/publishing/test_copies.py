"""A restored backup and a copied data folder neither post nor refresh until a person confirms."""

import asyncio
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from postwright.alerts.models import Alert
from postwright.connections.accounts import Accounts
from postwright.connections.models import Credential
from postwright.db.database import Database, app_now
from postwright.db.embedded.postmaster import StopMode
from postwright.db.guard import look, place_of
from postwright.publishing import copies
from postwright.publishing.copies import Confirmed
from postwright.publishing.edit import Changes, edit
from postwright.publishing.models import Publication
from postwright.publishing.reconcile import NotOut, reconcile
from postwright.publishing.states import State
from tests.factories.datafolder import copy, made_once, place_of_copies, program, start, stop
from tests.factories.installation import Service, running_service

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def made() -> Generator[Path]:
    with made_once() as data_dir:
        yield data_dir


@pytest.fixture
def folder(made: Path) -> Generator[Path]:
    """With `data`, whose database is empty."""
    with place_of_copies(made) as name:
        yield name


@asynccontextmanager
async def original(folder: Path) -> AsyncGenerator[Service]:
    """A service whose database is in `data` of the folder, as settings without an address say."""
    server = await asyncio.to_thread(start, folder / "data")
    async with running_service(server.app_url, folder) as service:
        service.settings = service.settings.model_copy(update={"database_url": None})
        yield service


@asynccontextmanager
async def opened_at(service: Service, data_dir: Path) -> AsyncGenerator[Service]:
    """The same service over another copy of its database."""
    settings = service.settings.model_copy(update={"data_dir": data_dir})
    database = Database((await asyncio.to_thread(start, data_dir)).app_url)
    accounts = Accounts(settings, database)
    copy = replace(service, settings=settings, database=database, accounts=accounts, workers=[])
    try:
        yield copy
    finally:
        await stop_workers(copy)
        await accounts.close()
        await database.close()


async def stop_workers(service: Service) -> None:
    for worker in service.workers:
        worker.cancel()
    await asyncio.gather(*service.workers, return_exceptions=True)
    service.workers.clear()


async def doubted(service: Service) -> str:
    async with service.database.transaction() as session:
        return await session.scalar(text("SELECT doubt FROM installation")) or ""


async def confirm(service: Service, *, restored: bool) -> Confirmed:
    place = place_of(service.settings)
    async with service.database.transaction() as session:
        found = await look(session, place)
    async with service.database.transaction() as session:
        return await copies.confirm(
            session,
            place,
            service.workspace_id,
            found.installation_id,
            restored=restored,
            actor="test",
        )


async def refreshes(service: Service) -> int:
    return len(await service.control.requests("oauth.refresh"))


async def tell_of(service: Service) -> list[str]:
    async with service.database.transaction() as session:
        return list(await session.scalars(select(Alert.kind)))


async def holds_everything(service: Service, publication_id: str) -> Publication:
    """Start a worker and wait until it has looked at what is due; the token is about to end."""
    async with service.database.transaction() as session:
        await session.execute(
            text("UPDATE credentials SET access_expires_at = app_now() + interval '10 minutes'")
        )
    before = await refreshes(service), len(await service.control.requests("video.init"))
    service.start_worker()
    held = await service.until(publication_id, State.HELD)
    assert held.hold_reason == "copy_in_doubt"
    assert (await refreshes(service), len(await service.control.requests("video.init"))) == before
    assert await tell_of(service) == ["installation.doubted"]
    return held


async def due_in_an_hour(service: Service, video: Path) -> str:
    account = await service.connect()
    async with service.database.transaction() as session:
        later = await app_now(session) + timedelta(hours=1)
    return (await service.publish(account, video, at=later)).publication_id


async def run_for_a_while(service: Service) -> None:
    """What a worker does when it starts, so that the installation is known."""
    await copies.watch(service.database, place_of(service.settings), starting=True)


async def test_a_copied_data_folder_does_not_post_or_refresh_until_confirmed(
    folder: Path, video: Path
) -> None:
    async with original(folder) as service:
        publication_id = await due_in_an_hour(service, video)
        await run_for_a_while(service)
        await asyncio.to_thread(stop, folder / "data")
        await asyncio.to_thread(copy, folder / "data", folder / "copy")
        # The original goes on as if nothing had happened, restarts and all.
        async with opened_at(service, folder / "data") as first:
            await first.advance(hours=2)
            first.start_worker()
            await first.until(publication_id, State.PUBLISHED)
            assert await doubted(first) == ""
            async with opened_at(service, folder / "copy") as second:
                await second.advance(hours=2, emulator_too=False)
                held = await holds_everything(second, publication_id)
                assert str(folder / "copy") in held.detail
                assert (await confirm(second, restored=True)).brought_on == 1
                late = await second.until(publication_id, lambda p: p.hold_reason == "restored")
                assert "may have gone out" in late.detail
            assert len(await service.control.posts()) == 1


@pytest.mark.parametrize("mode", ["immediate", "fast"])
async def test_a_server_that_was_stopped_and_started_again_posts_what_became_due(
    folder: Path, video: Path, mode: StopMode
) -> None:
    async with original(folder) as service:
        publication_id = await due_in_an_hour(service, video)
        await run_for_a_while(service)
        await asyncio.to_thread(stop, folder / "data", mode=mode)
        async with opened_at(service, folder / "data") as again:
            again.start_worker()
            await again.advance(hours=2)
            await again.until(publication_id, State.PUBLISHED)
            assert await doubted(again) == ""
            assert await tell_of(again) == []
        assert len(await service.control.posts()) == 1


async def test_a_data_folder_that_was_only_moved_goes_on_with_one_confirmation(
    folder: Path, video: Path
) -> None:
    async with original(folder) as service:
        publication_id = await due_in_an_hour(service, video)
        await run_for_a_while(service)
        await asyncio.to_thread(stop, folder / "data")
        (folder / "data").rename(folder / "copy")
        async with opened_at(service, folder / "copy") as moved:
            await moved.advance(hours=2)
            await holds_everything(moved, publication_id)
            assert await confirm(moved, restored=False) == Confirmed(epoch=2, brought_on=1)
            await moved.until(publication_id, State.PUBLISHED)
            assert await refreshes(moved) > 0
        assert len(await service.control.posts()) == 1


def dump_and_load(data_dir: Path) -> None:
    """`pg_dump | psql` into the same database, as a restore in its place does."""
    url = start(data_dir).owner_url
    saved = program(data_dir, "pg_dump", url, "--clean", "--if-exists")
    quiet = ("--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1")
    program(data_dir, "psql", url, *quiet, given=saved)


async def test_a_restored_backup_does_not_post_or_refresh_until_confirmed(
    folder: Path, video: Path
) -> None:
    async with original(folder) as service:
        publication_id = await due_in_an_hour(service, video)
        await run_for_a_while(service)
        await asyncio.to_thread(dump_and_load, folder / "data")
        await service.advance(hours=2)
        held = await holds_everything(service, publication_id)
        assert "loaded from a backup" in held.detail
        assert (await confirm(service, restored=True)).epoch == 2
        late = await service.until(publication_id, lambda p: p.hold_reason == "restored")
        assert (late.state, late.due_at) == (State.HELD, None)
        # Somebody has looked: it is not out.
        async with service.database.transaction() as session:
            publication = await session.get_one(Publication, publication_id)
            networks, verdict = service.accounts.networks, NotOut(again=True)
            await reconcile(session, publication, verdict, networks=networks, actor="test")
        await service.until(publication_id, State.PUBLISHED)
        # And what is made or put off afterwards is nobody's doubt.
        other = await service.publish(await service.connect(), video, caption="new")
        await service.until(other.publication_id, State.PUBLISHED)
        assert len(await service.control.posts()) == 2


async def test_what_a_person_puts_off_after_a_restore_goes_out_at_its_new_time(
    service: Service, video: Path
) -> None:
    publication_id = await due_in_an_hour(service, video)
    await run_for_a_while(service)
    async with service.database.transaction() as session:
        where = place_of(service.settings)
        known = await look(session, where)
        workspace, name = service.workspace_id, known.installation_id
        assert await copies.put_in_doubt(session, workspace, name, "Somebody says.", actor="test")
    await service.advance(hours=2)
    service.start_worker()
    await service.until(publication_id, State.HELD)
    await confirm(service, restored=True)
    await service.until(publication_id, lambda p: p.hold_reason == "restored")
    async with service.database.transaction() as session:
        changes = Changes(publish_at=await app_now(session))
        publication = await session.get_one(Publication, publication_id)
        await edit(session, publication, changes, expected_version=None, actor="test")
    await service.until(publication_id, State.PUBLISHED)
    async with service.database.transaction() as session:
        assert (await session.scalars(select(Credential))).one().version >= 1
