"""Two writers of one chunk, down to the last turn of the event loop."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tiktok_emulator.posting.state import ChunkPlan, PostInfo, Privacy
from tiktok_emulator.upload.rules import Range
from tiktok_emulator.upload.spool import ChunkIncomplete, ChunkSuperseded, ChunkTooLate, store_chunk
from tiktok_emulator.upload.state import Upload

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
DATA = b"0123456789"
WHOLE = Range(0, 9, 10)


@pytest.fixture
def upload(tmp_path: Path) -> Upload:
    return Upload(
        publish_id="v_pub_file~v2-1.1",
        upload_id="1",
        upload_token="t",
        client_key="key",
        username="ann",
        info=PostInfo(privacy="SELF_ONLY"),
        privacy=Privacy.SELF,
        plan=ChunkPlan(10, 10, 1),
        path=tmp_path / "1",
        created_at=NOON,
        expires_at=NOON + timedelta(hours=1),
    )


async def _pieces(*pieces: bytes) -> AsyncIterator[bytes]:
    for piece in pieces:
        yield piece


async def _store(upload: Upload, *pieces: bytes, at: datetime = NOON) -> None:
    await store_chunk(upload, WHOLE, _pieces(*pieces), lambda: at)


async def test_a_whole_chunk_counts_and_is_hashed(upload: Upload) -> None:
    await _store(upload, DATA[:3], b"", DATA[3:])
    assert (upload.received_bytes, upload.completed_at) == (10, NOON)
    assert upload.path.read_bytes() == DATA
    assert upload.digest.hexdigest() == hashlib.sha256(DATA).hexdigest()


async def test_a_chunk_that_ends_early_counts_for_nothing(upload: Upload) -> None:
    with pytest.raises(ChunkIncomplete):
        await _store(upload, DATA[:9])
    assert upload.received_bytes == 0
    await _store(upload, DATA)
    assert upload.digest.hexdigest() == hashlib.sha256(DATA).hexdigest()


async def test_a_chunk_that_ends_after_its_hour_counts_for_nothing(upload: Upload) -> None:
    with pytest.raises(ChunkTooLate):
        await _store(upload, DATA, at=NOON + timedelta(hours=1))
    assert upload.received_bytes == 0


async def test_a_chunk_of_an_upload_that_was_reset_away_counts_for_nothing(upload: Upload) -> None:
    upload.is_forgotten = True
    with pytest.raises(ChunkSuperseded):
        await _store(upload, DATA)


async def test_a_takeover_between_the_last_byte_and_the_count_counts_once(upload: Upload) -> None:
    newer: list[asyncio.Task[None]] = []

    async def last_piece() -> AsyncIterator[bytes]:
        yield DATA
        # Queued before the older one waits for its block: one turn later it has seen it written.
        asyncio.get_running_loop().call_soon(watch)

    def watch() -> None:
        assert upload.pending_write is not None
        upload.pending_write.add_done_callback(take_over)

    def take_over(_: object) -> None:
        newer.append(asyncio.create_task(_store(upload, DATA)))

    with pytest.raises(ChunkSuperseded):
        await store_chunk(upload, WHOLE, last_piece(), lambda: NOON)
    assert upload.received_bytes == 0
    await newer[0]
    assert upload.received_bytes == 10
