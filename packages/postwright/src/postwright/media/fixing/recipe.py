"""What is to be done to a file, as plain values: a row can hold it, and a program can read it."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

Kind = Literal["remux", "encode", "photo"]
Sound = Literal["copy", "encode", "none"]

# Part of every recipe's key: raise it when the same recipe gives better files than before.
_EDITION = 2


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is changed.

    Attributes:
        what: in a word or two.
        before: as it is in the original, with its unit.
        after: as it will be.
        rule: id of the rule that asks for it, as in findings.
    """

    what: str
    before: str
    after: str
    rule: str


@dataclass(frozen=True, slots=True)
class VideoOrder:
    """How to write a video.

    Attributes:
        container: "mp4" (index at the front) or "webm".
        copies_video: whether the pictures are taken over as they are.
        sound: what is done with the sound.
        width: of the picture as shown, in square pixels, even.
        height: likewise.
        padded: width and height with the black borders that make a thin picture wide enough.
        fps: constant rate, as a fraction: "30", "30000/1001".
        rotation: degrees clockwise to turn the stored picture by.
        hdr: whether it has to be brought down to standard range.
        size_bytes: the file may not become larger.
        duration_ms: of the original, or of what is left of it.
        end_ms: where to cut it, if at all.
    """

    container: Literal["mp4", "webm"]
    copies_video: bool
    sound: Sound
    width: int
    height: int
    padded: tuple[int, int]
    fps: str
    rotation: int
    hdr: bool
    size_bytes: int
    duration_ms: int
    end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class PhotoOrder:
    """How to write a photo: as JPEG in sRGB, upright, with no data about it.

    Attributes:
        short_side: most pixels of the shorter side.
        size_bytes: the file may not become larger.
    """

    short_side: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that is done to one file, in one go.

    Attributes:
        kind: "remux" takes the pictures over as they are, "encode" does not.
        steps: what changes, for people.
        order: how, for the program.
    """

    kind: Kind
    steps: tuple[Change, ...]
    order: VideoOrder | PhotoOrder

    @property
    def suffix(self) -> str:
        """Of the file that it makes."""
        return f".{self.order.container}" if isinstance(self.order, VideoOrder) else ".jpg"

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that ask for it."""
        return tuple(step.rule for step in self.steps)

    def key(self) -> str:
        """A hash of what is done; how it is told does not count."""
        told = json.dumps([_EDITION, self.kind, asdict(self.order)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return json.loads(json.dumps(asdict(self)))

    @classmethod
    def from_dict(cls, told: dict[str, Any]) -> Self:
        """From `to_dict`."""
        return cls(
            told["kind"],
            tuple(Change(**step) for step in told["steps"]),
            order_of(told["kind"], told["order"]),
        )


def order_of(kind: Kind, told: dict[str, Any]) -> VideoOrder | PhotoOrder:
    """An order from JSON."""
    if kind == "photo":
        return PhotoOrder(**told)
    width, height = told["padded"]
    values: dict[str, Any] = {**told, "padded": (width, height)}
    return VideoOrder(**values)
