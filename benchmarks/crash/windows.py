"""Where a blow landed: read from the database and the emulator, after the blow.

What a worker had in hand are the publications of the lanes that it holds. Each is in one window;
the blow counts once, for the window that is hardest to hit.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import text

from benchmarks.crash.scene import Scene


class Window(StrEnum):
    """Stretches of a publication's life, the hardest to hit first."""

    NOT_STORED = "init answered, not stored"  # the emulator has an upload that no attempt knows
    INTENT = "intent"  # recorded, and the emulator has seen no init for it
    TRACKING = "tracking"  # a status request is under way
    LAST = "around the last chunk"  # `last_byte_at` is set, not tracking yet
    MID = "mid-chunk"  # a range is under way, not the last one
    OTHER = "other"  # nothing in hand, or creator info, or between two calls


NAMED = tuple(window for window in Window if window is not Window.OTHER)


@dataclass(frozen=True, slots=True)
class InHand:
    """A publication in the hands of the worker with number `pid`."""

    pid: int
    publication_id: str
    username: str
    stage: str
    publish_id: str | None
    size_bytes: int
    chunk_count: int
    offset: int
    progress: int
    last_byte_sent: bool
    attempt_made_at: datetime

    @property
    def in_flight_bytes(self) -> int:
        """What was sent of the range under way, as last noted (twice a second)."""
        return max(0, self.progress - self.offset)


# A lane works on what has been due for longest, and leaves its due time alone while it does.
_IN_HAND = text("""
    SELECT split_part(lanes.holder, ':', 2)::int, publication.id, connections.handle,
           attempts.stage, attempts.publish_id, attempts.size_bytes, attempts.chunk_count,
           attempts.sent_offset, attempts.progress_bytes, attempts.last_byte_at IS NOT NULL,
           attempts.created_at
    FROM lanes
    JOIN connections ON connections.id = lanes.subject_id
    JOIN LATERAL (
        SELECT id FROM publications
        WHERE connection_id = lanes.subject_id AND lane = lanes.kind AND due_at <= app_now()
        ORDER BY due_at LIMIT 1
    ) AS publication ON true
    JOIN attempts ON attempts.publication_id = publication.id AND attempts.live
    WHERE lanes.holder IS NOT NULL AND lanes.lease_until > app_now()
""")
_KNOWN_IDS = text("SELECT publish_id FROM attempts WHERE publish_id IS NOT NULL")


async def in_hand(scene: Scene) -> list[InHand]:
    """What all workers have in hand now."""
    async with scene.database.transaction() as session:
        return [InHand(*row) for row in await session.execute(_IN_HAND)]


async def stray_uploads(scene: Scene) -> list[dict[str, Any]]:
    """The emulator's uploads whose publish id no attempt knows."""
    uploads = (await scene.control("GET", "state"))["uploads"]
    async with scene.database.transaction() as session:
        known = set(await session.scalars(_KNOWN_IDS))
    return [upload for upload in uploads if upload["publish_id"] not in known]


def window_of(
    seen: InHand, strays: Sequence[dict[str, Any]], sending: Iterable[str | None]
) -> Window:
    """The window that a publication is in.

    Args:
        seen: the publication in a worker's hand.
        strays: uploads that no attempt knows.
        sending: the publish ids of which a range is, or was when it was cut off, under way.
    """
    match seen.stage:
        case "intent":
            answered = any(_belongs(stray, seen) for stray in strays)
            return Window.NOT_STORED if answered else Window.INTENT
        case "open" if seen.last_byte_sent:
            return Window.LAST
        case "open" if seen.publish_id in set(sending):
            return Window.MID
        case "tracking" | "settling":
            return Window.TRACKING
        case _:
            return Window.OTHER


def _belongs(stray: dict[str, Any], seen: InHand) -> bool:
    # Each file has a size of its own; earlier attempts have strays that are older than this one.
    return (
        stray["username"] == seen.username
        and stray["size_bytes"] == seen.size_bytes
        and datetime.fromisoformat(stray["created_at"]) > seen.attempt_made_at
    )


def hardest(windows: Iterable[Window]) -> Window:
    """The one for which a blow counts."""
    return min(windows, key=list(Window).index, default=Window.OTHER)
