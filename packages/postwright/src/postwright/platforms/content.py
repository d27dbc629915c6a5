"""What is posted, as a network sees it: kind, settings, how the bytes are cut or fetched. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol


class Source(StrEnum):
    """How the network gets the bytes."""

    UPLOAD = "upload"  # we send them
    PULL = "pull"  # it fetches them from our media host


class Mode(StrEnum):
    """Where a post goes."""

    DIRECT = "direct"  # onto the profile
    DRAFT = "draft"  # into the person's inbox, to be finished there


class Kind(StrEnum):
    """What is posted: one video, or photos in their order."""

    VIDEO = "video"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Texts:
    """What a person has written for a post: its text, and a title where the network has one."""

    content: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a file is cut: `count` ranges of `chunk_bytes`, the last one takes the rest.

    What the network fetches itself is not cut: `count` is 0.
    """

    size_bytes: int
    chunk_bytes: int
    count: int

    def range_at(self, offset: int) -> tuple[int, int]:
        """First byte and last byte (inclusive) of what to send when `offset` bytes are there."""
        index = min(offset // self.chunk_bytes, self.count - 1)
        last = self.size_bytes if index == self.count - 1 else (index + 1) * self.chunk_bytes
        return offset, last - 1

    def is_last(self, offset: int) -> bool:
        """Whether the range that starts at `offset` ends the file."""
        return self.range_at(offset)[1] == self.size_bytes - 1

    @property
    def last_start(self) -> int:
        """Where the last range begins."""
        return (self.count - 1) * self.chunk_bytes


@dataclass(frozen=True, slots=True)
class Content:
    """What is announced: settings in the network's own words, and how it gets the bytes.

    `plan` says how the file of an upload is cut. `addresses` are where the network fetches the
    files, in their order; they are secrets.
    """

    kind: Kind
    mode: Mode
    settings: dict[str, Any]
    plan: Plan
    addresses: tuple[str, ...] = field(default=(), repr=False)


class ByteSource(Protocol):
    """The bytes of a file, wherever it is kept."""

    def read(self, offset: int, size: int, /) -> bytes:
        """Read `size` bytes from `offset`. Blocks; raises StorageTrouble if it cannot."""
        ...


@dataclass(frozen=True, slots=True)
class Media:
    """A kept file, frozen: what is sent must have this size and hash."""

    source: ByteSource
    size_bytes: int
    sha256: str
    content_type: str
