"""Lanes: what a subject does next, of one kind. The row is the truth, a job is only a nudge.

A lane is claimed by setting a lease and a new fence. Whoever holds the lane shows the fence in
every transaction that records something; when the lease has run out somebody else may claim it,
and the fence of the one who slept is then worth nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Utc
from postwright.kit.ids import new_id


class Lane(Base):
    """Work of one kind for one subject. `next_at` is empty while there is nothing to do.

    The engine does not know what workspaces and subjects are, so nothing refers to their tables.
    """

    __tablename__ = "lanes"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        Index("ix_lanes_due", "kind", "next_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str]
    subject_id: Mapped[str]
    kind: Mapped[str]
    next_at: Mapped[Utc | None]
    lease_until: Mapped[Utc | None]
    holder: Mapped[str | None]
    fence: Mapped[int] = mapped_column(BigInteger, server_default="0")


@dataclass(frozen=True, slots=True)
class Claim:
    """A lane that was just claimed."""

    lane_id: str
    workspace_id: str
    subject_id: str
    kind: str
    fence: int


_WAKE = text("""
    INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
    VALUES (:id, :workspace_id, :subject_id, :kind, COALESCE(:at, app_now()), 0)
    ON CONFLICT (subject_id, kind) DO UPDATE
    SET next_at = LEAST(COALESCE(lanes.next_at, EXCLUDED.next_at), EXCLUDED.next_at)
""")

# Fair between workspaces: each workspace's oldest lane comes before any workspace's second.
_CLAIM = text("""
    WITH due AS (
        SELECT id, next_at,
               row_number() OVER (PARTITION BY workspace_id ORDER BY next_at) AS turn
        FROM (
            SELECT id, workspace_id, next_at FROM lanes
            WHERE kind = :kind AND next_at <= app_now()
              AND (lease_until IS NULL OR lease_until < app_now())
            ORDER BY next_at LIMIT 1000
        ) AS oldest
    ), chosen AS (
        SELECT lanes.id FROM lanes JOIN due ON due.id = lanes.id
        WHERE lanes.lease_until IS NULL OR lanes.lease_until < app_now()
        ORDER BY due.turn, due.next_at
        LIMIT :most
        FOR UPDATE OF lanes SKIP LOCKED
    )
    UPDATE lanes
    SET fence = fence + 1, lease_until = app_now() + :lease, holder = NULL
    FROM chosen WHERE lanes.id = chosen.id
    RETURNING lanes.id, lanes.workspace_id, lanes.subject_id, lanes.kind, lanes.fence
""")

_CLAIM_ONE = text("""
    UPDATE lanes SET fence = fence + 1, lease_until = app_now() + :lease, holder = NULL
    WHERE subject_id = :subject_id AND kind = :kind AND next_at <= app_now()
      AND (lease_until IS NULL OR lease_until < app_now())
    RETURNING id, workspace_id, subject_id, kind, fence
""")

_RENEW = text("""
    UPDATE lanes SET lease_until = app_now() + :lease, holder = :holder
    WHERE id = :id AND fence = :fence AND lease_until > app_now()
    RETURNING id
""")

_RELEASE = text("""
    UPDATE lanes SET lease_until = NULL, holder = NULL, next_at = :next_at
    WHERE id = :id AND fence = :fence
""")

_ABANDON = text("""
    UPDATE lanes SET lease_until = NULL, holder = NULL
    WHERE id = :id AND fence = :fence
""")

_SOONEST = text("""
    SELECT min(next_at) - app_now() FROM lanes
    WHERE kind = :kind AND (lease_until IS NULL OR lease_until < app_now())
""")


async def wake(
    session: AsyncSession,
    workspace_id: str,
    subject_id: str,
    kind: str,
    at: datetime | None = None,
) -> None:
    """Make a lane due at `at` (now if None), or sooner if it already was. Makes it if missing."""
    await session.execute(
        _WAKE,
        {
            "id": new_id("lane"),
            "workspace_id": workspace_id,
            "subject_id": subject_id,
            "kind": kind,
            "at": at,
        },
    )
    await session.execute(text("SELECT pg_notify('postwright_lanes', :kind)"), {"kind": kind})


async def lock(session: AsyncSession, subject_ids: list[str]) -> None:
    """Lock the lanes of these subjects.

    Whoever records something locks its lane first and what it works on second. Everybody else who
    changes what is worked on has to come in the same order, or the two wait for each other.
    """
    await session.execute(
        select(Lane.id).where(Lane.subject_id.in_(subject_ids)).order_by(Lane.id).with_for_update()
    )


async def claim(session: AsyncSession, kind: str, *, most: int, lease: timedelta) -> list[Claim]:
    """Claim up to `most` due lanes, oldest first and in turn between workspaces."""
    rows = await session.execute(_CLAIM, {"kind": kind, "most": most, "lease": lease})
    return [Claim(*row) for row in rows]


async def claim_one(
    session: AsyncSession, subject_id: str, kind: str, *, lease: timedelta
) -> Claim | None:
    """Claim the lane of one subject, if it is due and free: for who works on nothing else."""
    values = {"subject_id": subject_id, "kind": kind, "lease": lease}
    row = (await session.execute(_CLAIM_ONE, values)).first()
    return None if row is None else Claim(*row)


async def renew(
    session: AsyncSession, lane_id: str, fence: int, *, lease: timedelta, holder: str
) -> bool:
    """Prolong a lease that still runs and lock the lane's row; False if it ran out or was lost.

    A lease that ran out is lost even if nobody has claimed the lane: whoever slept over it must
    not act on what it knew before.
    """
    values = {"id": lane_id, "fence": fence, "lease": lease, "holder": holder}
    return (await session.execute(_RENEW, values)).first() is not None


async def release(
    session: AsyncSession, lane_id: str, fence: int, next_at: datetime | None
) -> None:
    """Let go of the lane and say when it is due next."""
    await session.execute(_RELEASE, {"id": lane_id, "fence": fence, "next_at": next_at})


async def abandon(session: AsyncSession, lane_id: str, fence: int) -> None:
    """Let go of the lane as it is: somebody else may take it up at once."""
    await session.execute(_ABANDON, {"id": lane_id, "fence": fence})


async def soonest(session: AsyncSession, kind: str) -> timedelta | None:
    """How long until a free lane of this kind is due; None if none is planned."""
    return (await session.execute(_SOONEST, {"kind": kind})).scalar_one()
