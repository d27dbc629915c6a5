"""The same bytes are the same video: they are decoded once. Others are looked into."""

import hashlib
from pathlib import Path

import pytest

from tiktok_emulator.posting.looks import KEPT, Looks
from tiktok_emulator.posting.publish import StoredFile


@pytest.fixture
def stored(tmp_path: Path, video: bytes) -> StoredFile:
    return _store(tmp_path / "video.mp4", video)


def _store(path: Path, content: bytes) -> StoredFile:
    path.write_bytes(content)
    return StoredFile(path, len(content), hashlib.sha256(content).hexdigest())


async def test_the_same_bytes_are_not_decoded_again(stored: StoredFile) -> None:
    looks = Looks()
    first = await looks.at(stored, None)
    stored.path.unlink()
    assert None not in first
    assert await looks.at(stored, None) is first


async def test_other_bytes_are_looked_into_and_another_moment_too(
    stored: StoredFile, tmp_path: Path, video: bytes
) -> None:
    looks = Looks()
    first = await looks.at(stored, None)
    cut = _store(tmp_path / "cut.mp4", video[: len(video) // 2])
    assert await looks.at(cut, None) == (None, None)
    assert await looks.at(stored, 1) is not first


async def test_what_gave_nothing_is_looked_into_again(
    stored: StoredFile, tmp_path: Path, video: bytes
) -> None:
    looks = Looks()
    stored.path.unlink()
    assert await looks.at(stored, None) == (None, None)
    assert None not in await looks.at(_store(stored.path, video), None)


async def test_only_the_last_ones_are_remembered(stored: StoredFile) -> None:
    looks = Looks()
    first = await looks.at(stored, None)
    for at_ms in range(KEPT):
        await looks.at(stored, at_ms)
    assert await looks.at(stored, None) is not first
