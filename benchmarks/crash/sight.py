"""What the database and the emulator hold at one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import text

from benchmarks.crash.scene import WEB, Scene
from postwright.connections.refresh import LEASE

# A refresh that is going well is over by then.
_JUST = timedelta(seconds=1.2)


@dataclass(frozen=True, slots=True)
class InHand:
    """A publication in the hands of the worker with number `pid`."""

    pid: int
    publication_id: str
    username: str
    attempt_id: str
    stage: str
    is_pull: bool
    publish_id: str | None
    size_bytes: int
    offset: int
    progress: int
    last_byte_sent: bool
    cancel_requested: bool
    attempt_made_at: datetime

    @property
    def in_flight_bytes(self) -> int:
        """What was sent of the range under way, as last noted (twice a second)."""
        return max(0, self.progress - self.offset)


@dataclass(frozen=True, slots=True)
class Fetch:
    """An attempt that TikTok fetches just now. `is_begun`: a byte of it was served."""

    publication_id: str
    attempt_id: str
    is_open: bool
    is_begun: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """Everything that tells windows apart.

    Attributes:
        hands: what the workers have in hand.
        waiting: connections that wait for a lock: their names and what they ask for.
        strays: the emulator's uploads whose publish id no attempt knows.
        asked: attempts of which the emulator knows a pull.
        fetches: what it fetches now.
        finished: publish ids of which it has a post.
        refreshing: connections whose token somebody has just begun to refresh, from which version,
            and until when it is theirs to do.
        unrefreshed: the same, whenever it was begun.
    """

    hands: Sequence[InHand] = ()
    waiting: Sequence[tuple[str, str]] = ()
    strays: Sequence[dict[str, Any]] = ()
    asked: frozenset[str] = frozenset()
    fetches: Sequence[Fetch] = ()
    finished: frozenset[str] = frozenset()
    refreshing: frozenset[tuple[str, int, datetime]] = frozenset()
    unrefreshed: frozenset[tuple[str, int, datetime]] = frozenset()

    def waits_of(self, name: str) -> list[str]:
        """What connections whose name begins so wait for."""
        return [query for called, query in self.waiting if called.startswith(name)]

    @property
    def told_waits(self) -> bool:
        """Whether a webhook is being taken in and waits for a lane."""
        return bool(self.waits_of(WEB))

    def has_stray_of(self, seen: InHand) -> bool:
        """Whether the emulator has an upload of this attempt, and its id was not stored."""
        # Each file has a size of its own; earlier attempts have strays that are older.
        return any(
            (stray["username"], stray["size_bytes"]) == (seen.username, seen.size_bytes)
            and datetime.fromisoformat(stray["created_at"]) > seen.attempt_made_at
            for stray in self.strays
        )


# A lane works on what has been due for longest, and leaves its due time alone while it does.
_IN_HAND = text("""
    SELECT split_part(lanes.holder, ':', 2)::int, publication.id, connections.handle,
           attempts.id, attempts.stage, attempts.source = 'pull', attempts.publish_id,
           attempts.size_bytes, attempts.sent_offset, attempts.progress_bytes,
           attempts.last_byte_at IS NOT NULL, publication.cancel_requested_at IS NOT NULL,
           attempts.created_at
    FROM lanes
    JOIN connections ON connections.id = lanes.subject_id
    JOIN LATERAL (
        SELECT id, cancel_requested_at FROM publications
        WHERE connection_id = lanes.subject_id AND lane = lanes.kind AND due_at <= app_now()
        ORDER BY due_at LIMIT 1
    ) AS publication ON true
    JOIN attempts ON attempts.publication_id = publication.id AND attempts.live
    WHERE lanes.holder IS NOT NULL AND lanes.lease_until > app_now()
""")
_WAITING = text("""
    SELECT application_name, ltrim(query, E' \\n') FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
""")
_ADDRESSES = text("""
    SELECT address.id, attempts.publication_id, attempts.id, address.released_at IS NOT NULL,
           bool_or(address.first_byte_at IS NOT NULL) OVER (PARTITION BY attempts.id)
    FROM media_addresses AS address JOIN attempts ON attempts.id = address.attempt_id
    WHERE attempts.live
""")
_KNOWN_IDS = text("SELECT publish_id FROM attempts WHERE publish_id IS NOT NULL")
_REFRESHING = text("""
    SELECT connection_id, version, refreshing_until, refreshing_until - app_now() > :fresh
    FROM credentials WHERE refreshing_until > app_now()
""")


async def look(scene: Scene) -> Sight:
    """Look at both. Raises DatabaseGone if there is no database."""
    async with scene.database.transaction() as session:
        hands = [InHand(*row) for row in await session.execute(_IN_HAND)]
        waiting = [(name, query) for name, query in await session.execute(_WAITING)]
        addresses = {row[0]: row[1:] for row in await session.execute(_ADDRESSES)}
        known = set(await session.scalars(_KNOWN_IDS))
        refreshes = (await session.execute(_REFRESHING, {"fresh": LEASE - _JUST})).all()
    uploads = (await scene.control("GET", "state"))["uploads"]
    pulls = [(upload, addresses.get(address_in(upload))) for upload in uploads if is_pull(upload)]
    return Sight(
        hands=hands,
        waiting=waiting,
        strays=[upload for upload in uploads if upload["publish_id"] not in known],
        asked=frozenset(its[1] for _, its in pulls if its is not None),
        fetches=[
            Fetch(its[0], its[1], is_open=its[2], is_begun=its[3])
            for upload, its in pulls
            if its is not None and upload["state"] == "receiving"
        ],
        finished=frozenset(upload["publish_id"] for upload in uploads if upload["post_ids"]),
        refreshing=frozenset((who, n, until) for who, n, until, fresh in refreshes if fresh),
        unrefreshed=frozenset((who, n, until) for who, n, until, _ in refreshes),
    )


def is_pull(upload: dict[str, Any]) -> bool:
    """Whether the emulator fetches it."""
    return "urls" in upload


def address_in(upload: dict[str, Any]) -> str:
    """The first media address of a pull."""
    return upload["urls"][0].partition("/m/")[2].partition("/")[0]
