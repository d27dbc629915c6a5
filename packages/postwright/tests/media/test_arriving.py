"""Bytes that come from elsewhere: written, hashed, kept without a second copy, or gone."""

import asyncio
import hashlib
import os
from pathlib import Path

import pytest

from postwright.media.errors import StorageFull, StorageUnusable
from postwright.media.store import Arrival, StoredMedia, verify
from postwright.media.store.arriving import PIECE_BYTES
from postwright.media.store.folder import FolderStore

WORKSPACE = "ws_000000000001"


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "media", reserve_bytes=0)


def parts(store: FolderStore) -> list[Path]:
    return list(store.folder.glob(".part-*"))


async def arrive(arrival: Arrival, content: bytes, step: int) -> StoredMedia:
    for at in range(0, len(content), step):
        await arrival.write(content[at : at + step])
    return await arrival.finish()


@pytest.mark.parametrize(
    ("size", "step"),
    [
        (0, 1),
        (1, 1),
        (PIECE_BYTES, PIECE_BYTES),
        (PIECE_BYTES + 1, 65_536),
        (3 * PIECE_BYTES + 17, 5 * PIECE_BYTES),
        (2 * PIECE_BYTES, 100_003),
    ],
)
async def test_what_arrives_in_any_pieces_is_kept_as_it_was_sent(
    store: FolderStore, size: int, step: int
) -> None:
    content = os.urandom(size)
    async with store.receiving(size) as arrival:
        stored = await arrive(arrival, content, step)
        assert await store.take(WORKSPACE, arrival) == stored
    assert stored == StoredMedia(hashlib.sha256(content).hexdigest(), size)
    await verify(store, WORKSPACE, stored.sha256, size)
    assert parts(store) == []


async def test_a_buffer_may_be_used_again_when_it_was_taken(store: FolderStore) -> None:
    buffer = bytearray(100_000)
    digest = hashlib.sha256()
    async with store.receiving(0) as arrival:
        for number in range(80):
            buffer[:] = bytes([number]) * len(buffer)
            digest.update(buffer)
            await arrival.write(buffer)
        assert (await arrival.finish()).sha256 == digest.hexdigest()


async def test_what_was_not_finished_leaves_nothing(store: FolderStore) -> None:
    async def break_off() -> None:
        async with store.receiving(0) as arrival:
            await arrival.write(os.urandom(PIECE_BYTES + 5))
            assert parts(store) == [arrival.path]
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await break_off()
    assert list(store.folder.iterdir()) == []


async def test_whoever_is_cancelled_in_the_middle_leaves_nothing(store: FolderStore) -> None:
    begun = asyncio.Event()

    async def receive() -> None:
        async with store.receiving(0) as arrival:
            while True:
                await arrival.write(bytes(PIECE_BYTES))
                begun.set()

    receiving = asyncio.ensure_future(receive())
    await begun.wait()
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)
    assert list(store.folder.iterdir()) == []


async def test_no_room_is_said_before_anything_comes(store: FolderStore) -> None:
    with pytest.raises(StorageFull):
        async with store.receiving(1 << 60):
            pass


async def test_what_has_no_end_leaves_the_reserve_of_the_disk_alone(store: FolderStore) -> None:
    async def without_end() -> None:
        async with store.receiving(0) as arrival:
            store.reserve_bytes = 1 << 60  # somebody else has filled the disk
            for _ in range(40):
                await arrival.write(bytes(PIECE_BYTES))

    with pytest.raises(StorageFull):
        await without_end()
    assert parts(store) == []


async def test_a_part_that_cannot_be_written_is_told_as_the_stores_trouble(
    store: FolderStore, tmp_path: Path
) -> None:
    def trouble(error: OSError) -> StorageUnusable:
        return StorageUnusable(store.folder, error)

    full = await asyncio.to_thread(Path("/dev/full").open, "wb")
    with full:
        arrival = Arrival(full, tmp_path / "nowhere", trouble, check_room=lambda: None)
        with pytest.raises(StorageUnusable):
            await arrive(arrival, bytes(PIECE_BYTES), PIECE_BYTES)
        await arrival.close()


async def test_the_hash_is_announced_before_the_file_has_its_name(store: FolderStore) -> None:
    content = os.urandom(1000)

    async def announce(stored: StoredMedia) -> None:
        assert not await store.exists(WORKSPACE, stored.sha256)
        raise PermissionError

    async with store.receiving(0) as arrival:
        await arrive(arrival, content, 1000)
        with pytest.raises(PermissionError):
            await store.take(WORKSPACE, arrival, announce=announce)
    assert not await store.exists(WORKSPACE, hashlib.sha256(content).hexdigest())
    assert parts(store) == []
