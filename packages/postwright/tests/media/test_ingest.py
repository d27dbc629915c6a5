"""Ingests as rows and lanes: asked for, fetched by a worker, told how they end."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from PIL import Image
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.jobs import lanes
from postwright.jobs.lanes import Claim
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault
from postwright.media import fetching
from postwright.media.fetching import Reach
from postwright.media.ingest import INGEST, TRIES, Fetcher, WhenOver, ingest, nobody_waits
from postwright.media.models import Ingest, IngestState, MediaFile
from postwright.media.references import ingest_by_id, media_of, reference, resolve
from tests.factories.origin import Asked, Origin, answer
from tests.factories.shelf import Shelf

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=30)
VAULT = Vault(MasterKeys(bytes(32)))


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (720, 960), (40, 90, 200)).save(file)
    return file.read_bytes()


def worker(shelf: Shelf, when_over: WhenOver = nobody_waits) -> Fetcher:
    settings = shelf.library.settings.model_copy(update={"ingest_allow": "127.0.0.1/32"})
    reach = Reach(settings.allowed_networks, settings.file_bytes, 20)
    return Fetcher(shelf.library, VAULT, reach, LEASE, "test", when_over)


async def asked(shelf: Shelf, url: str) -> Ingest:
    async with shelf.database.transaction() as session:
        return await ingest(session, VAULT, shelf.workspace_id, url)


async def claimed(shelf: Shelf) -> list[Claim]:
    async with shelf.database.transaction() as session:
        return await lanes.claim(session, INGEST, most=5, lease=LEASE)


async def done(shelf: Shelf, fetcher: Fetcher) -> None:
    """Let a worker carry out what is due."""
    for claim in await claimed(shelf):
        await fetcher.run(claim)


async def now(shelf: Shelf, row: Ingest) -> Ingest:
    async with shelf.database.transaction() as session:
        return await ingest_by_id(session, shelf.workspace_id, row.id)


async def files(shelf: Shelf) -> int:
    async with shelf.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(MediaFile)) or 0


async def test_a_file_that_was_fetched_stands_behind_its_address_and_the_secret_is_gone(
    shelf: Shelf, origin: Origin, photo: bytes
) -> None:
    url = origin.gives("/a/Lisbon%201.jpg", photo)
    row = await asked(shelf, f"{url}?token=hush#x")
    assert row.url is not None
    assert b"hush" not in row.url
    assert row.shown == url
    ours = reference("http://x", row.id, "a")
    async with shelf.database.transaction() as session:
        assert isinstance(await resolve(session, shelf.workspace_id, ours), Ingest)

    await done(shelf, worker(shelf))

    row = await now(shelf, row)
    assert (row.state, row.url, row.done_bytes) == (IngestState.READY, None, len(photo))
    assert origin.asked[0].path == "/a/Lisbon%201.jpg?token=hush"
    async with shelf.database.transaction() as session:
        media = await media_of(session, shelf.workspace_id, ours)
    assert media is not None
    assert (media.name, media.size_bytes) == ("Lisbon 1.jpg", len(photo))


async def test_an_address_that_many_ask_for_at_once_is_fetched_once(
    shelf: Shelf, origin: Origin, photo: bytes
) -> None:
    url = origin.gives("/a.jpg", photo)
    rows = await asyncio.gather(*(asked(shelf, url) for _ in range(5)))
    assert len({row.id for row in rows}) == 1
    await done(shelf, worker(shelf))
    assert len(origin.asked) == 1
    # Asked for later it is fetched anew, and is the same file.
    again = await asked(shelf, url)
    assert again.id != rows[0].id
    await done(shelf, worker(shelf))
    assert (await now(shelf, again)).media_id == (await now(shelf, rows[0])).media_id
    assert await files(shelf) == 1


async def test_an_address_that_is_away_is_tried_again_later_and_given_up_in_the_end(
    shelf: Shelf, origin: Origin, photo: bytes
) -> None:
    row = await asked(shelf, f"{origin.url}/a.jpg")
    origin.answers["/a.jpg"] = lambda _: answer(503, b"")
    await done(shelf, worker(shelf))
    waiting = await now(shelf, row)
    assert (waiting.state, waiting.tries, waiting.code) == (IngestState.WAITING, 1, "address_away")
    assert await claimed(shelf) == []
    for _ in range(TRIES - 1):
        await shelf.advance(hours=0.1)
        await done(shelf, worker(shelf))
    ended = await now(shelf, row)
    assert (ended.state, ended.tries) == (IngestState.FAILED, TRIES)
    assert "503" in ended.detail

    origin.gives("/a.jpg", photo)
    fresh = await asked(shelf, f"{origin.url}/a.jpg")
    await done(shelf, worker(shelf))
    assert (await now(shelf, fresh)).state is IngestState.READY


async def test_who_waits_is_told_in_the_transaction_in_which_it_ends(
    shelf: Shelf, origin: Origin, photo: bytes
) -> None:
    told = list[tuple[str, str | None]]()

    async def when_over(session: AsyncSession, row: Ingest, media: MediaFile | None) -> None:
        told.append((row.id, media.id if media else None))
        if len(told) == 1:
            raise ArithmeticError

    row = await asked(shelf, origin.gives("/a.jpg", photo))
    with pytest.raises(ArithmeticError):
        await done(shelf, worker(shelf, when_over))
    assert (await now(shelf, row)).state is IngestState.FETCHING
    assert await files(shelf) == 0

    await shelf.advance(hours=1)
    await done(shelf, worker(shelf, when_over))
    media_id = (await now(shelf, row)).media_id
    bad = await asked(shelf, f"{origin.url}/nothing.jpg")
    await done(shelf, worker(shelf, when_over))
    assert told[1:] == [(row.id, media_id), (bad.id, None)]


async def test_a_worker_that_lost_its_lane_writes_nothing(
    shelf: Shelf, origin: Origin, photo: bytes
) -> None:
    row = await asked(shelf, origin.gives("/a.jpg", photo))
    origin.go.clear()
    (claim,) = await claimed(shelf)
    slow = asyncio.ensure_future(worker(shelf).run(claim))
    while not origin.asked:
        await asyncio.sleep(0.01)
    async with shelf.database.transaction() as session:
        await session.execute(text("UPDATE lanes SET fence = fence + 1"))
    origin.go.set()
    await slow
    assert (await now(shelf, row)).state is IngestState.FETCHING
    assert await files(shelf) == 0

    await shelf.advance(hours=1)
    await done(shelf, worker(shelf))
    assert (await now(shelf, row)).state is IngestState.READY


async def test_how_much_has_come_is_written_down(
    shelf: Shelf, origin: Origin, photo: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_PAUSE_S", 2.0)
    monkeypatch.setattr("postwright.media.ingest._TELL_EVERY_S", 0.05)
    url = origin.gives_parts("/a.jpg", photo, breaks_after=1000, etag='"v1"')
    row = await asked(shelf, url)
    (claim,) = await claimed(shelf)
    fetched = asyncio.ensure_future(worker(shelf).run(claim))
    async with asyncio.timeout(20):
        while (seen := await now(shelf, row)).done_bytes != 1000:
            await asyncio.sleep(0.02)
    assert (seen.state, seen.size_bytes) == (IngestState.FETCHING, len(photo))
    await fetched
    assert (await now(shelf, row)).state is IngestState.READY


async def test_what_is_no_video_or_photo_ends_it_and_leaves_nothing(
    shelf: Shelf, origin: Origin
) -> None:
    def given(_: Asked) -> bytes:
        return answer(200, b"\0" * 5000, content_type="video/mp4")

    origin.answers["/a.mp4"] = given
    row = await asked(shelf, f"{origin.url}/a.mp4")
    await done(shelf, worker(shelf))
    ended = await now(shelf, row)
    assert (ended.state, ended.code) == (IngestState.FAILED, "media_unreadable")
    assert ended.detail.startswith("a.mp4 ")
    assert [path for path in shelf.store.folder.glob("**/*") if path.is_file()] == []
