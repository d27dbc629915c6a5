import asyncio
import hashlib
import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from postwright.media.errors import (
    MediaChanged,
    MediaNotFound,
    MediaUnreadable,
    StorageFull,
    StorageUnusable,
)
from postwright.media.store import BLOCK_BYTES, MediaStore, Stopped

SIZE = 3 * BLOCK_BYTES + 17


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def store(tmp_path: Path) -> MediaStore:
    return MediaStore(tmp_path / "media", reserve_bytes=0)


def _files(store: MediaStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


def test_a_file_is_kept_under_the_hash_of_its_bytes(store: MediaStore, source: Path) -> None:
    expected = hashlib.sha256(source.read_bytes()).hexdigest()
    assert not store.exists(expected)

    kept = store.add(source)

    assert kept.sha256 == expected
    assert kept.size_bytes == SIZE
    assert kept.path == store.path_of(expected) == store.folder / expected[:2] / expected[2:]
    assert kept.path.read_bytes() == source.read_bytes()
    assert store.exists(expected)
    assert store.folder.stat().st_mode & 0o777 == 0o700


def test_the_same_bytes_are_kept_once(store: MediaStore, source: Path, tmp_path: Path) -> None:
    again = tmp_path / "other name.mp4"
    again.write_bytes(source.read_bytes())

    assert store.add(source) == store.add(again)
    assert len(_files(store)) == 1


def test_progress_is_told_in_blocks(store: MediaStore, source: Path) -> None:
    told: list[tuple[int, int]] = []

    def on_progress(done: int, total: int) -> None:
        told.append((done, total))

    store.add(source, on_progress)

    assert [done for done, _ in told] == [BLOCK_BYTES, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES, SIZE]
    assert {total for _, total in told} == {SIZE}


def test_a_file_that_grows_while_it_is_copied_is_refused(store: MediaStore, source: Path) -> None:
    def grow(done: int, total: int) -> None:
        with source.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaChanged):
        store.add(source, grow)

    assert _files(store) == []


def test_a_file_that_is_shortened_while_it_is_copied_is_refused(
    store: MediaStore, source: Path
) -> None:
    def shorten(done: int, total: int) -> None:
        os.truncate(source, 2 * BLOCK_BYTES)

    with pytest.raises(MediaChanged):
        store.add(source, shorten)

    assert _files(store) == []


def test_a_file_that_is_overwritten_while_it_is_copied_is_refused(
    store: MediaStore, source: Path
) -> None:
    def overwrite(done: int, total: int) -> None:
        with source.open("r+b") as file:
            file.write(b"other")

    with pytest.raises(MediaChanged):
        store.add(source, overwrite)

    assert _files(store) == []


def test_a_file_that_is_replaced_while_it_is_copied_is_refused(
    store: MediaStore, source: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(os.urandom(SIZE))

    def replace(done: int, total: int) -> None:
        if other.exists():
            other.replace(source)

    with pytest.raises(MediaChanged):
        store.add(source, replace)

    assert _files(store) == []


def test_an_error_of_the_caller_leaves_nothing(store: MediaStore, source: Path) -> None:
    def fail(done: int, total: int) -> None:
        raise KeyError(done)

    with pytest.raises(KeyError):
        store.add(source, fail)

    assert _files(store) == []


def test_the_reserve_stays_free(tmp_path: Path, source: Path) -> None:
    store = MediaStore(tmp_path / "media", reserve_bytes=1 << 60)

    with pytest.raises(StorageFull) as caught:
        store.add(source)

    assert caught.value.needed_bytes == SIZE + (1 << 60)
    assert f"{caught.value.free_bytes:,}" in caught.value.why
    assert str(store.folder) in caught.value.what
    assert _files(store) == []


@pytest.mark.slow
def test_a_disk_that_fills_up_in_the_middle_leaves_nothing(tmp_path: Path, source: Path) -> None:
    program = """
import resource, sys
from pathlib import Path
from postwright.media.errors import StorageFull
from postwright.media.store import MediaStore
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
try:
    MediaStore(Path(sys.argv[1]), reserve_bytes=0).add(Path(sys.argv[2]))
except StorageFull as error:
    print(error.code, error.needed_bytes)
"""
    arguments = [sys.executable, "-c", program, str(tmp_path / "media"), str(source)]

    done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # our own program

    assert done.stdout.strip() == f"storage_full {SIZE}"
    assert list((tmp_path / "media").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path, source: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    store = MediaStore(tmp_path / "taken" / "media", reserve_bytes=0)

    with pytest.raises(StorageUnusable) as caught:
        store.add(source)

    assert str(store.folder) in caught.value.what
    assert "POSTWRIGHT_MEDIA__FOLDER" in caught.value.fix


def test_a_missing_file_and_a_folder_are_clear_errors(store: MediaStore, tmp_path: Path) -> None:
    with pytest.raises(MediaNotFound):
        store.add(tmp_path / "nothing.mp4")
    with pytest.raises(MediaUnreadable):
        store.add(tmp_path)

    assert not store.folder.exists()


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_hash_makes_a_path(store: MediaStore, sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path_of(sha256)


def test_what_a_killed_writer_left_is_swept_and_a_living_ones_is_not(
    store: MediaStore, source: Path
) -> None:
    store.folder.mkdir()
    (store.folder / ".part-dead").write_bytes(b"half")
    seen: list[int] = []

    def look(done: int, total: int) -> None:
        if not seen:
            # Another add, while this one is at work on its own part.
            seen.append(len(list(store.folder.glob(".part-*"))))
            store.add(source)

    store.add(source, look)

    assert seen == [1]
    assert len(_files(store)) == 1


async def test_keeping_runs_beside_the_loop(store: MediaStore, source: Path) -> None:
    kept = await store.keep(source)

    assert store.exists(kept.sha256)


async def test_cancelling_stops_the_copying_and_leaves_nothing(
    store: MediaStore, source: Path
) -> None:
    begun = threading.Event()
    go_on = threading.Event()

    def pause(done: int, total: int) -> None:
        begun.set()
        go_on.wait(10)

    task = asyncio.create_task(store.keep(source, pause))
    await asyncio.to_thread(begun.wait, 10)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert _files(store) == []


def test_a_copy_can_be_called_off(store: MediaStore, source: Path) -> None:
    stop = threading.Event()

    def call_off(done: int, total: int) -> None:
        stop.set()

    with pytest.raises(Stopped):
        store.add(source, call_off, stop=stop)

    assert _files(store) == []
