"""Media in a bucket, over a real S3 server: whole or not at all, and never all in memory."""

import asyncio
import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Generator
from pathlib import Path
from uuid import uuid4

import pytest

from postwright.media.errors import (
    MediaChanged,
    MediaDamaged,
    MediaMissing,
    StorageAway,
    StorageRefused,
)
from postwright.media.store import MediaStore, open_store, verify
from postwright.media.store.bucket import PART_BYTES
from postwright.media.store.folder import FolderStore
from tests.factories.bucket import BucketServer, kept_port, running_bucket_server

pytestmark = pytest.mark.slow

WS = "ws_1"
SIZE = 2 * PART_BYTES + 4711

# Sends a file and says so once some of it has been sent.
SENDER = """
import asyncio, sys
from pathlib import Path
from postwright.config import MediaSettings
from postwright.media.store import open_store
settings = MediaSettings.model_validate_json(sys.argv[1])
store = open_store(settings, Path(sys.argv[2]))
asyncio.run(store.keep("ws_1", Path(sys.argv[3]), lambda done, _: print(done, flush=True)))
print("whole", flush=True)
"""


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[BucketServer]:
    with running_bucket_server(tmp_path_factory.mktemp("s3") / "log") as server:
        yield server


@pytest.fixture
def bucket(server: BucketServer) -> str:
    name = f"media-{uuid4().hex}"
    server.make(name)
    return name


@pytest.fixture
def store(server: BucketServer, bucket: str, tmp_path: Path) -> MediaStore:
    return open_store(server.settings(bucket), tmp_path / "scratch")


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.mark.parametrize("size", [1, PART_BYTES + 1])
async def test_what_arrives_is_sent_to_the_bucket_and_is_gone_from_this_machine(
    store: MediaStore, tmp_path: Path, size: int
) -> None:
    content = os.urandom(size)
    async with store.receiving(size) as arrival:
        await arrival.write(content)
        finished = await arrival.finish()
        assert await store.take(WS, arrival) == finished

    assert finished.sha256 == hashlib.sha256(content).hexdigest()
    await verify(store, WS, finished.sha256, size)
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize("size", [0, 1, 1000, PART_BYTES, PART_BYTES + 1, SIZE])
async def test_a_bucket_and_a_folder_keep_the_same_file_under_the_same_hash(
    store: MediaStore, tmp_path: Path, size: int
) -> None:
    source = tmp_path / "photo.jpg"
    source.write_bytes(os.urandom(size))
    folder = FolderStore(tmp_path / "media", reserve_bytes=0)

    kept = await store.keep(WS, source)

    assert kept == await folder.keep(WS, source)
    assert kept.sha256 == hashlib.sha256(source.read_bytes()).hexdigest()
    assert await store.size(WS, kept.sha256) == size
    await verify(store, WS, kept.sha256, size)


async def test_any_range_can_be_read_streamed_and_had_as_a_file(
    store: MediaStore, source: Path
) -> None:
    content = source.read_bytes()
    sha256 = (await store.keep(WS, source)).sha256

    for offset, size in [(0, 10), (PART_BYTES - 5, 10), (SIZE - 3, 10), (SIZE, 10), (SIZE + 9, 1)]:
        read = await asyncio.to_thread(store.read, WS, sha256, offset, size)
        assert read == content[offset : offset + size]
    streamed = [piece async for piece in store.stream(WS, sha256, offset=17, size=PART_BYTES * 2)]
    assert b"".join(streamed) == content[17 : 17 + PART_BYTES * 2]
    assert max(map(len, streamed)) <= PART_BYTES
    async with store.local(WS, sha256) as path:
        assert path.read_bytes() == content
    assert not path.exists()


async def test_who_sends_it_on_reads_it_in_pieces_and_again_from_the_middle(
    store: MediaStore, source: Path
) -> None:
    content = source.read_bytes()
    sha256 = (await store.keep(WS, source)).sha256
    kept = store.source(WS, sha256)

    def read(first: int, piece: int) -> bytes:
        pieces = [kept.read(offset, piece) for offset in range(first, SIZE, piece)]
        return b"".join(pieces)

    assert await asyncio.to_thread(read, 0, 1 << 20) == content
    assert await asyncio.to_thread(read, 5_000_000, 3_000_001) == content[5_000_000:]
    assert await asyncio.to_thread(kept.read, SIZE - 1, 5) == content[-1:]


async def test_the_same_bytes_are_sent_once_and_another_workspace_sees_nothing_of_them(
    store: MediaStore, source: Path, server: BucketServer, bucket: str
) -> None:
    kept = await store.keep(WS, source)
    told: list[tuple[int, int]] = []

    again = await store.keep(WS, source, lambda done, total: told.append((done, total)))

    assert again == kept
    assert told == [(SIZE, SIZE)]
    assert not await store.exists("ws_2", kept.sha256)
    with pytest.raises(MediaMissing):
        await asyncio.to_thread(store.read, "ws_2", kept.sha256, 0, 1)
    assert server.keys(bucket) == [f"media/{WS}/{kept.sha256[:2]}/{kept.sha256[2:]}"]


async def test_what_is_kept_is_listed_and_can_be_deleted(store: MediaStore, source: Path) -> None:
    kept = await store.keep(WS, source)
    await store.keep("ws_2", source)

    listed = [held async for held in store.list()]
    assert {(held.workspace_id, held.sha256, held.size_bytes) for held in listed} == {
        (WS, kept.sha256, SIZE),
        ("ws_2", kept.sha256, SIZE),
    }
    await store.delete(WS, kept.sha256)
    await store.delete(WS, kept.sha256)
    assert [held.workspace_id async for held in store.list()] == ["ws_2"]
    assert [held async for held in store.list(WS)] == []


async def test_a_file_that_changes_while_it_is_sent_leaves_nothing(
    store: MediaStore, source: Path, server: BucketServer, bucket: str
) -> None:
    def overwrite(done: int, total: int) -> None:
        with source.open("r+b") as file:
            file.seek(SIZE - 1)
            file.write(b"x")

    with pytest.raises(MediaChanged):
        await store.keep(WS, source, overwrite)

    assert server.keys(bucket) == []
    assert server.uploads(bucket) == 0


async def test_cancelling_stops_the_sending_and_leaves_nothing(
    store: MediaStore, source: Path, server: BucketServer, bucket: str
) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def pause(done: int, total: int) -> None:
        begun.set()
        go_on.wait(10)

    task = asyncio.create_task(store.keep(WS, source, pause))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert server.keys(bucket) == []
    assert server.uploads(bucket) == 0


async def test_an_upload_that_is_killed_shows_no_half_file_and_the_next_one_works(
    store: MediaStore, server: BucketServer, bucket: str, tmp_path: Path
) -> None:
    source = tmp_path / "long.mp4"
    source.write_bytes(os.urandom(12 * PART_BYTES))
    sha256 = hashlib.sha256(source.read_bytes()).hexdigest()
    settings = server.settings(bucket).model_dump(mode="json") | {"secret_access_key": "test"}
    words = [
        sys.executable,
        "-c",
        SENDER,
        json.dumps(settings),
        str(tmp_path / "scratch"),
        str(source),
    ]

    sender = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)  # noqa: ASYNC220  # the loop has nothing else to do
    assert sender.stdout is not None
    for line in sender.stdout:
        if int(line) > 3 * PART_BYTES:
            break
    while not server.uploads(bucket):
        await asyncio.sleep(0.01)
    sender.kill()
    sender.communicate()

    assert await store.size(WS, sha256) is None
    assert server.keys(bucket) == []
    await store.keep(WS, source)
    await verify(store, WS, sha256, 12 * PART_BYTES)
    assert await store.sweep() == 1
    assert server.uploads(bucket) == 0


async def test_only_uploads_of_this_store_are_given_up(
    store: MediaStore, server: BucketServer, bucket: str
) -> None:
    ours = f"{bucket}/media/ws_1/ab/{'c' * 62}"
    others = (f"{bucket}/backup.tar", f"{bucket}/media2/ws_1/ab/{'c' * 62}", f"{bucket}/media/a.b")
    for key in (ours, *others):  # the server says of every upload that it began in 2010
        assert server.ask("POST", f"{key}?uploads")[0] == 200

    assert await store.sweep() == 1
    assert server.uploads(bucket) == len(others)


async def test_wrong_credentials_are_a_clear_error_with_what_to_do(
    server: BucketServer, bucket: str, source: Path, tmp_path: Path
) -> None:
    key, secret = server.ask_for_credentials()
    try:
        good = server.settings(bucket, access_key_id=key, secret_access_key=secret)
        bad = server.settings(bucket, access_key_id=key, secret_access_key="guessed")
        kept = await open_store(good, tmp_path).keep(WS, source)
        assert await open_store(good, tmp_path).sweep() == 0
        refused = open_store(bad, tmp_path)
        with pytest.raises(StorageRefused, match="cannot be used") as caught:
            await refused.keep(WS, source)
        with pytest.raises(StorageRefused):
            await verify(refused, WS, kept.sha256, SIZE)
        with pytest.raises(StorageRefused):
            await refused.sweep()
    finally:
        server.take_credentials(after=float("inf"))
    assert "SECRET_ACCESS_KEY_FILE" in caught.value.fix
    assert "guessed" not in str(caught.value.to_dict())


async def test_a_bucket_that_is_not_there_is_a_clear_error_and_no_missing_file(
    server: BucketServer, source: Path, tmp_path: Path
) -> None:
    store = open_store(server.settings("nobody-made-it"), tmp_path)

    with pytest.raises(StorageRefused) as caught:
        await store.keep(WS, source)
    assert caught.value.why == "There is no such bucket."
    assert "POSTWRIGHT_MEDIA__URL" in caught.value.fix
    with pytest.raises(StorageRefused):
        await verify(store, WS, "ab" * 32, 1)
    with pytest.raises(StorageRefused):
        assert [held async for held in store.list()]


async def test_a_server_that_is_away_is_tried_again_for_a_while(
    source: Path, tmp_path: Path
) -> None:
    with kept_port() as port:
        absent = BucketServer(port)
        store = open_store(absent.settings("media"), tmp_path)
        with pytest.raises(StorageAway) as caught:
            await store.keep(WS, source)
        assert caught.value.advice == "retry"
        assert "POSTWRIGHT_MEDIA__ENDPOINT" in caught.value.fix

        with running_bucket_server(tmp_path / "log", port) as server:
            server.make("media")
            kept = await store.keep(WS, source)
            assert await store.size(WS, kept.sha256) == SIZE


async def test_other_bytes_under_the_hash_are_noticed(
    store: MediaStore, source: Path, server: BucketServer, bucket: str
) -> None:
    kept = await store.keep(WS, source)
    assert server.ask("PUT", f"{bucket}/{server.keys(bucket)[0]}", bytes(SIZE))[0] == 200

    with pytest.raises(MediaDamaged):
        await verify(store, WS, kept.sha256, SIZE)
    with pytest.raises(MediaDamaged):
        async with store.local(WS, kept.sha256):
            pass
