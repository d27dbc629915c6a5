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
    MediaDamaged,
    MediaMissing,
    MediaNotFound,
    MediaUnreadable,
    StorageFull,
    StorageUnusable,
)
from postwright.media.store import BLOCK_BYTES, Stopped, verify
from postwright.media.store.folder import FolderStore

SIZE = 3 * BLOCK_BYTES + 17
WS = "ws_1"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "clip.mp4"
    path.write_bytes(os.urandom(SIZE))
    return path


@pytest.fixture
def store(tmp_path: Path) -> FolderStore:
    return FolderStore(tmp_path / "media", reserve_bytes=0)


def _files(store: FolderStore) -> list[Path]:
    return [path for path in store.folder.rglob("*") if path.is_file()]


async def test_a_file_is_kept_under_the_hash_of_its_bytes(store: FolderStore, source: Path) -> None:
    expected = hashlib.sha256(source.read_bytes()).hexdigest()
    assert not await store.exists(WS, expected)

    kept = store.add(WS, source)

    assert (kept.sha256, kept.size_bytes) == (expected, SIZE)
    path = store.path_of(WS, expected)
    assert path == store.folder / WS / expected[:2] / expected[2:]
    assert path.read_bytes() == source.read_bytes()
    assert await store.size(WS, expected) == SIZE
    assert store.folder.stat().st_mode & 0o777 == 0o700


async def test_a_workspace_sees_nothing_of_what_another_one_keeps(
    store: FolderStore, source: Path
) -> None:
    kept = store.add(WS, source)

    assert not await store.exists("ws_2", kept.sha256)
    store.add("ws_2", source)
    assert len(_files(store)) == 2


async def test_adding_a_damaged_file_again_mends_it(store: FolderStore, source: Path) -> None:
    kept = store.add(WS, source)
    store.path_of(WS, kept.sha256).write_bytes(bytes(SIZE))
    with pytest.raises(MediaDamaged):
        await verify(store, WS, kept.sha256, SIZE)

    store.add(WS, source)

    await verify(store, WS, kept.sha256, SIZE)


def test_the_same_bytes_are_kept_once(store: FolderStore, source: Path, tmp_path: Path) -> None:
    again = tmp_path / "other name.mp4"
    again.write_bytes(source.read_bytes())

    assert store.add(WS, source) == store.add(WS, again)
    assert len(_files(store)) == 1


def test_progress_is_told_in_blocks(store: FolderStore, source: Path) -> None:
    told: list[tuple[int, int]] = []

    def on_progress(done: int, total: int) -> None:
        told.append((done, total))

    store.add(WS, source, on_progress)

    assert [done for done, _ in told] == [BLOCK_BYTES, 2 * BLOCK_BYTES, 3 * BLOCK_BYTES, SIZE]
    assert {total for _, total in told} == {SIZE}


def test_a_file_that_grows_while_it_is_copied_is_refused(store: FolderStore, source: Path) -> None:
    def grow(done: int, total: int) -> None:
        with source.open("ab") as file:
            file.write(b"more")

    with pytest.raises(MediaChanged):
        store.add(WS, source, grow)

    assert _files(store) == []


def test_a_file_that_is_shortened_while_it_is_copied_is_refused(
    store: FolderStore, source: Path
) -> None:
    def shorten(done: int, total: int) -> None:
        os.truncate(source, 2 * BLOCK_BYTES)

    with pytest.raises(MediaChanged):
        store.add(WS, source, shorten)

    assert _files(store) == []


def test_a_file_that_is_overwritten_while_it_is_copied_is_refused(
    store: FolderStore, source: Path
) -> None:
    def overwrite(done: int, total: int) -> None:
        with source.open("r+b") as file:
            file.write(b"other")

    with pytest.raises(MediaChanged):
        store.add(WS, source, overwrite)

    assert _files(store) == []


def test_a_file_that_is_replaced_while_it_is_copied_is_refused(
    store: FolderStore, source: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.write_bytes(os.urandom(SIZE))

    def replace(done: int, total: int) -> None:
        if other.exists():
            other.replace(source)

    with pytest.raises(MediaChanged):
        store.add(WS, source, replace)

    assert _files(store) == []


def test_an_error_of_the_caller_leaves_nothing(store: FolderStore, source: Path) -> None:
    def fail(done: int, total: int) -> None:
        raise KeyError(done)

    with pytest.raises(KeyError):
        store.add(WS, source, fail)

    assert _files(store) == []


def test_the_reserve_stays_free(tmp_path: Path, source: Path) -> None:
    store = FolderStore(tmp_path / "media", reserve_bytes=1 << 60)

    with pytest.raises(StorageFull) as caught:
        store.add(WS, source)

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
from postwright.media.store.folder import FolderStore
resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))
try:
    FolderStore(Path(sys.argv[1]), reserve_bytes=0).add("ws_1", Path(sys.argv[2]))
except StorageFull as error:
    print(error.code, error.needed_bytes)
"""
    arguments = [sys.executable, "-c", program, str(tmp_path / "media"), str(source)]

    done = subprocess.run(arguments, check=True, capture_output=True, text=True)  # our own program

    assert done.stdout.strip() == f"storage_full {SIZE}"
    assert list((tmp_path / "media").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_a_clear_error(tmp_path: Path, source: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    store = FolderStore(tmp_path / "taken" / "media", reserve_bytes=0)

    with pytest.raises(StorageUnusable) as caught:
        store.add(WS, source)

    assert str(store.folder) in caught.value.what
    assert "POSTWRIGHT_MEDIA__FOLDER" in caught.value.fix


def test_a_missing_file_and_a_folder_are_clear_errors(store: FolderStore, tmp_path: Path) -> None:
    with pytest.raises(MediaNotFound):
        store.add(WS, tmp_path / "nothing.mp4")
    with pytest.raises(MediaUnreadable):
        store.add(WS, tmp_path)

    assert not store.folder.exists()


@pytest.mark.parametrize("sha256", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "\n"])
def test_only_a_hash_makes_a_path(store: FolderStore, sha256: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        store.path_of(WS, sha256)


def test_what_a_killed_writer_left_is_swept_and_a_living_ones_is_not(
    store: FolderStore, source: Path
) -> None:
    store.folder.mkdir()
    (store.folder / ".part-dead").write_bytes(b"half")
    seen: list[int] = []

    def look(done: int, total: int) -> None:
        if not seen:
            # Another add, while this one is at work on its own part.
            seen.append(len(list(store.folder.glob(".part-*"))))
            store.add(WS, source)

    store.add(WS, source, look)

    assert seen == [1]
    assert len(_files(store)) == 1


async def test_keeping_runs_beside_the_loop(store: FolderStore, source: Path) -> None:
    kept = await store.keep(WS, source)

    assert await store.exists(WS, kept.sha256)


async def test_cancelling_stops_the_copying_and_leaves_nothing(
    store: FolderStore, source: Path
) -> None:
    begun = threading.Event()
    go_on = threading.Event()

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
    assert _files(store) == []


def test_a_copy_can_be_called_off(store: FolderStore, source: Path) -> None:
    stop = threading.Event()

    def call_off(done: int, total: int) -> None:
        stop.set()

    with pytest.raises(Stopped):
        store.add(WS, source, call_off, stop=stop)

    assert _files(store) == []


def test_a_file_that_is_sent_on_is_opened_once_and_closed_with_its_source(
    store: FolderStore, source: Path
) -> None:
    kept = store.add(WS, source)
    sent = store.source(WS, kept.sha256)
    assert sent.read(0, 5) == source.read_bytes()[:5]
    lies = str(store.path_of(WS, kept.sha256))
    assert _open_here().count(lies) == 1
    store.path_of(WS, kept.sha256).rename(lies + ".moved")
    assert sent.read(5, SIZE) == source.read_bytes()[5:]
    del sent
    assert not any(path.startswith(lies) for path in _open_here())
    with pytest.raises(MediaMissing):
        store.source(WS, kept.sha256).read(0, 1)


def _open_here() -> list[str]:
    """What this process has open."""
    links = list(Path("/proc/self/fd").iterdir())
    return [str(link.readlink()) for link in links if link.is_symlink()]
