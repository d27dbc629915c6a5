"""Fixes as jobs: asked for once, carried out by a worker, and by another if that one dies."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncGenerator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from demo.video import make_video
from postwright.media.fixing import jobs
from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import Recipe
from postwright.media.keep import Incoming, keep
from postwright.media.models import FixState, MediaFile, MediaFix
from postwright.media.probe import VideoProbe, probe
from postwright.media.queries import media_file
from postwright.media.types import content_type, kind_of
from postwright.platforms.tiktok.rules import VIDEO_TARGET
from tests.factories.installation import Service
from tiktok_emulator.upload.media import probe as emulators_probe

from .conftest import Video

pytestmark = pytest.mark.slow

PATIENCE_S = 60


async def added(service: Service, path: Path) -> tuple[MediaFile, Recipe]:
    found = await probe(path)
    assert isinstance(found, VideoProbe)
    given = Incoming(path, kind_of(found), content_type(found), asdict(found))
    media = await keep(service.library, service.workspace_id, given, actor="test")
    recipe = plan(found, VIDEO_TARGET)
    assert recipe is not None
    return media, recipe


async def asked(service: Service, media: MediaFile, recipe: Recipe) -> MediaFix:
    async with service.database.transaction() as session:
        return await jobs.request(session, service.workspace_id, media.id, recipe)


async def seen(service: Service, fix: MediaFix) -> MediaFix:
    async with service.database.transaction() as session:
        return await jobs.fix_by_id(session, service.workspace_id, fix.id)


async def ended(service: Service, fix: MediaFix) -> MediaFix:
    async with asyncio.timeout(PATIENCE_S):
        while (now := await seen(service, fix)).state in jobs.GOING_ON:
            await asyncio.sleep(0.05)
    return now


async def under_way(service: Service, fix: MediaFix) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while (await seen(service, fix)).progress == 0:
            await asyncio.sleep(0.02)


async def result_of(service: Service, fix: MediaFix) -> MediaFile:
    assert fix.result_id is not None
    async with service.database.transaction() as session:
        return await media_file(session, service.workspace_id, fix.result_id)


def scratch(service: Service) -> list[Path]:
    return list(service.settings.media_folder.glob(".fixing-*"))


async def test_a_fix_is_done_once_and_the_original_is_kept(service: Service, video: Video) -> None:
    original = video(fps=120)
    media, recipe = await added(service, original)
    fix = await asked(service, media, recipe)
    again = await asked(service, media, recipe)
    service.start_worker()

    done = await ended(service, fix)

    assert again.id == fix.id
    assert (done.state, done.detail, done.progress, done.tries) == (FixState.DONE, "", 1.0, 1)
    result = await result_of(service, done)
    assert result.original_id == media.id
    assert [change["rule"] for change in result.changes] == ["media.video.fps"]
    assert done.changes == result.changes
    assert result.name.endswith(".mp4")
    store = service.library.store
    async with store.local(service.workspace_id, result.sha256) as path:
        facts = emulators_probe(path)
    assert facts is not None
    assert facts.frame_rate == 60
    async with store.local(service.workspace_id, media.sha256) as path:
        assert path.read_bytes() == original.read_bytes()
    assert not scratch(service)
    assert (await asked(service, media, recipe)).state is FixState.DONE


async def test_a_damaged_file_fails_with_the_reason_and_can_be_tried_again(
    service: Service, video: Video, tmp_path: Path
) -> None:
    media, recipe = await added(service, video(".avi", codec="mpeg4"))
    async with service.library.store.local(service.workspace_id, media.sha256) as path:
        path.chmod(0o600)
        path.write_bytes(b"\0" * media.size_bytes)
    fix = await asked(service, media, recipe)
    service.start_worker()

    failed = await ended(service, fix)
    again = await asked(service, media, recipe)

    assert failed.state is FixState.FAILED
    assert failed.detail
    assert failed.result_id is None
    assert (again.id, again.state, again.tries) == (fix.id, FixState.WAITING, 0)
    assert not scratch(service)


async def test_a_cancelled_fix_stops_and_leaves_nothing(service: Service, long: Path) -> None:
    media, recipe = await added(service, long)
    fix = await asked(service, media, recipe)
    service.start_worker()
    await under_way(service, fix)

    async with service.database.transaction() as session:
        await jobs.cancel(session, service.workspace_id, fix.id)

    async with asyncio.timeout(PATIENCE_S):
        while scratch(service):
            await asyncio.sleep(0.05)
    over = await seen(service, fix)
    assert over.state is FixState.CANCELLED
    assert over.result_id is None


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One that takes some seconds to mend."""
    folder = tmp_path_factory.mktemp("long")
    return make_video(folder / "long.mp4", width=720, height=1280, fps=120, duration_s=5)


@pytest.fixture
async def workers(service: Service) -> AsyncGenerator[list[asyncio.subprocess.Process]]:
    """Start worker processes that can be killed; the list grows by `start`."""
    started: list[asyncio.subprocess.Process] = []
    yield started
    for process in started:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def start(service: Service) -> asyncio.subprocess.Process:
    url = service.settings.database_url
    assert url is not None
    process = await asyncio.create_subprocess_exec(
        Path(sys.executable).with_name("postwright"),
        "worker",
        env={
            **os.environ,  # noqa: TID251  # what any child gets
            "POSTWRIGHT_DATABASE_URL": url.get_secret_value(),
            "POSTWRIGHT_DATA_DIR": str(service.settings.data_dir),
            "POSTWRIGHT_KEY_FILE": str(service.settings.key_file),
            "POSTWRIGHT_WORKER__LEASE_S": "3",
        },
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    assert b"is running" in await process.stdout.readline()
    return process


async def test_a_killed_workers_fix_is_done_by_another_and_no_half_file_is_kept(
    service: Service, workers: list[asyncio.subprocess.Process], long: Path
) -> None:
    media, recipe = await added(service, long)
    fix = await asked(service, media, recipe)
    workers.append(await start(service))
    await under_way(service, fix)
    programs = psutil.Process(workers[0].pid).children(recursive=True)
    assert any("postwright.media.fixing.video" in " ".join(one.cmdline()) for one in programs)

    workers[0].send_signal(signal.SIGKILL)
    await workers[0].wait()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, programs, timeout=10)
    left = scratch(service)
    workers.append(await start(service))
    done = await ended(service, fix)

    assert gone
    assert not alive
    assert left
    assert (done.state, done.tries) == (FixState.DONE, 2)
    assert not scratch(service)
    result = await result_of(service, done)
    kept = [held.sha256 async for held in service.library.store.list(service.workspace_id)]
    assert sorted(kept) == sorted([media.sha256, result.sha256])
    assert result.probe["duration_ms"] == pytest.approx(media.probe["duration_ms"], abs=100)


async def test_a_fix_that_breaks_its_worker_again_and_again_is_given_up(
    service: Service, video: Video
) -> None:
    media, recipe = await added(service, video(fps=120))
    fix = await asked(service, media, recipe)
    async with service.database.transaction() as session:
        row = await jobs.locked(session, service.workspace_id, fix.id)
        row.state, row.tries = FixState.RUNNING, 5
    service.start_worker()

    failed = await ended(service, fix)

    assert failed.state is FixState.FAILED
    assert "5 times" in failed.detail


async def test_nobody_else_sees_a_fix(service: Service, video: Video) -> None:
    media, recipe = await added(service, video(fps=120))
    fix = await asked(service, media, recipe)

    async with service.database.transaction() as session:
        with pytest.raises(jobs.NoSuchFix):
            await jobs.cancel(session, "ws_other", fix.id)
