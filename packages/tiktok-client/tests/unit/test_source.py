import io
from pathlib import Path
from tempfile import SpooledTemporaryFile

import pytest

from tiktok_client import SourceError
from tiktok_client._source import HeldChunk, close_source, open_source, read_piece, size_of


class Shrinking:
    """A source that gives less than it was asked for."""

    def read(self, offset: int, size: int, /) -> bytes:
        return b"x" * (size - 1)


class Broken:
    def __init__(self, error: Exception) -> None:
        self.error = error

    def read(self, offset: int, size: int, /) -> bytes:
        raise self.error


def test_bytes_are_read_anywhere() -> None:
    source = open_source(b"0123456789", 10)
    assert read_piece(source, 3, 4) == b"3456"


@pytest.mark.parametrize("kind", [str, Path])
def test_a_path_may_be_text(tmp_path: Path, kind: type[str] | type[Path]) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"0123456789")
    assert size_of(kind(path), None) == 10
    source = open_source(kind(path), 10)
    assert read_piece(source, 3, 4) == b"3456"
    close_source(source)


def test_a_size_that_was_not_planned_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"abc")
    for source in (b"abc", path, str(path), io.BytesIO(b"abc")):
        with pytest.raises(SourceError, match="has 3 bytes, but the upload was planned for 4"):
            open_source(source, 4)


def test_a_source_that_ends_early_is_refused() -> None:
    with pytest.raises(SourceError, match="ended at byte 14"):
        read_piece(Shrinking(), 10, 5)


def test_a_source_that_cannot_be_read_is_refused_in_the_systems_words() -> None:
    with pytest.raises(SourceError, match=r"at byte 10: Input/output error"):
        read_piece(Broken(OSError(5, "Input/output error")), 10, 5)


@pytest.mark.parametrize("error", [RuntimeError("https://s3/?sig=s3cret"), TimeoutError("s3cret")])
def test_a_source_may_fail_in_any_way_and_its_words_are_not_repeated(error: Exception) -> None:
    with pytest.raises(SourceError, match=rf"at byte 10: {type(error).__name__}$") as caught:
        read_piece(Broken(error), 10, 5)
    assert caught.value.__cause__ is error


def test_anything_that_reads_is_taken_as_it_is() -> None:
    source = Shrinking()
    assert open_source(source, 5) is source


def test_an_open_file_is_read_from_its_beginning_wherever_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        file.seek(7)
        assert size_of(file, None) == 10
        source = open_source(file, 10)
        assert read_piece(source, 3, 4) == b"3456"
        assert read_piece(source, 0, 2) == b"01"
        close_source(source)
        assert not file.closed


def test_files_in_memory_are_open_files_too() -> None:
    with SpooledTemporaryFile() as spooled:
        spooled.write(b"0123456789")
        assert size_of(spooled, None) == 10
        assert read_piece(open_source(spooled, 10), 3, 4) == b"3456"


def test_a_file_of_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(b"0123456789")
    with path.open() as file, pytest.raises(ValueError, match="binary mode"):
        size_of(file, 10)


class Pipe(io.BytesIO):
    def seek(self, offset: int, whence: int = 0, /) -> int:
        raise io.UnsupportedOperation("underlying stream is not seekable")


def test_a_file_that_cannot_seek_is_refused() -> None:
    with pytest.raises(SourceError, match="as an iterator"):
        size_of(Pipe(b"abc"), None)


def test_an_address_is_no_path_and_is_not_repeated() -> None:
    for take in (size_of, open_source):
        with pytest.raises(ValueError, match="_from_url") as caught:
            take("https://static.example.com/v.mp4?signature=s3cret", 5)
        assert "s3cret" not in str(caught.value)


def test_a_source_that_cannot_tell_needs_to_be_told() -> None:
    assert size_of(iter([b"abc"]), 3) == 3
    with pytest.raises(ValueError, match="size_bytes"):
        size_of(iter([b"abc"]), None)


def test_a_held_chunk_is_read_as_if_the_rest_of_the_video_were_there() -> None:
    held = HeldChunk(100)
    held.append(memoryview(b"01234"))
    held.append(memoryview(b"56789"))
    assert (held.first, held.end) == (100, 110)
    assert read_piece(held, 103, 4) == b"3456"
    assert read_piece(held, 100, 10) == b"0123456789"
    held.restart(110)
    held.append(memoryview(b"ab"))
    assert (held.first, held.end) == (110, 112)
    assert read_piece(held, 111, 1) == b"b"
    held.close()
