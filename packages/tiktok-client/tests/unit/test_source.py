import pytest

from tiktok_client import SourceError
from tiktok_client._source import open_source, read_piece


class Shrinking:
    """A source that gives less than it was asked for."""

    def read(self, offset: int, size: int, /) -> bytes:
        return b"x" * (size - 1)


class Broken:
    def read(self, offset: int, size: int, /) -> bytes:
        raise OSError(5, "Input/output error")


def test_bytes_are_read_anywhere() -> None:
    source = open_source(b"0123456789", 10)
    assert read_piece(source, 3, 4) == b"3456"


def test_a_size_that_was_not_planned_is_refused_before_anything_is_sent() -> None:
    with pytest.raises(SourceError, match="has 3 bytes, but the upload was planned for 4"):
        open_source(b"abc", 4)


def test_a_source_that_ends_early_is_refused() -> None:
    with pytest.raises(SourceError, match="ended at byte 14"):
        read_piece(Shrinking(), 10, 5)


def test_a_source_that_cannot_be_read_is_refused() -> None:
    with pytest.raises(SourceError, match=r"at byte 10: Input/output error"):
        read_piece(Broken(), 10, 5)


def test_anything_that_reads_is_taken_as_it_is() -> None:
    source = Shrinking()
    assert open_source(source, 5) is source
