"""Lanes: what a subject does next, of one kind. The row is all there is: nothing is queued.

A lane is claimed by setting a lease and a new fence. Whoever holds the lane shows the fence in
every transaction that records something; when the lease has run out somebody else may claim it,
and the fence of the one who slept is then worth nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, Index, UniqueConstraint, select, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Utc
from postwright.db.statement import Coming, Statement
from postwright.kit.ids import new_id


class Lane(Base):
    """Work of one kind for one subject. `next_at` is empty while there is nothing to do.

    The engine does not know what workspaces and subjects are, so nothing refers to their tables.
    """

    __tablename__ = "lanes"
    __table_args__ = (
        UniqueConstraint("subject_id", "kind"),
        Index("ix_lanes_due", "kind", "next_at", postgresql_where=text("next_at IS NOT NULL")),
        Index(
            "ix_lanes_turn",
            "kind",
            "workspace_id",
            "next_at",
            postgresql_where=text("next_at IS NOT NULL"),
        ),
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


@dataclass(slots=True)
class Turn:
    """Whose turn it is: the workspace that was served last. Kept from claim to claim."""

    after: str = ""


# What is due soon is told at once; a dispatcher finds the rest in time when it looks next.
_WAKE = Statement("""
    WITH woken AS (
        INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
        VALUES (:id, :workspace_id, :subject_id, :kind,
                COALESCE(CAST(:at AS timestamptz), app_now()), 0)
        ON CONFLICT (subject_id, kind) DO UPDATE
        SET next_at = LEAST(COALESCE(lanes.next_at, EXCLUDED.next_at), EXCLUDED.next_at)
        RETURNING kind, next_at
    )
    SELECT pg_notify('postwright_lanes', kind) FROM woken
    WHERE next_at < (SELECT app_now()) + :soon
""")

_WAKE_ALL = text("""
    WITH woken AS (
        UPDATE lanes SET next_at = LEAST(COALESCE(next_at, due.at), due.at)
        FROM (
            SELECT subject_id, min(at) AS at
            FROM unnest(CAST(:subject_ids AS text[]), CAST(:ats AS timestamptz[]))
                AS given (subject_id, at)
            GROUP BY subject_id
        ) AS due
        WHERE lanes.subject_id = due.subject_id AND lanes.kind = :kind
        RETURNING lanes.next_at
    )
    SELECT pg_notify('postwright_lanes', :kind)
    FROM (SELECT min(next_at) AS at FROM woken) AS first
    WHERE at < (SELECT app_now()) + :soon
""")

# If all that is due can be taken, it is. If not, workspaces have turns: beginning after the one
# that was served last, each gives the oldest of its lanes, and no more of it than its share. The
# walk goes from workspace to workspace in the index, so that it costs the same however much any of
# them has waiting. It looks at so many at most, and the next claim goes on where it stopped; what
# it leaves over goes to the oldest of all.
CLAIM = Statement("""
    WITH RECURSIVE clock AS MATERIALIZED (SELECT app_now() AS now),
    oldest AS MATERIALIZED (
        SELECT id, next_at FROM lanes
        WHERE kind = :kind AND next_at <= (SELECT now FROM clock)
          AND (lease_until IS NULL OR lease_until < (SELECT now FROM clock))
        ORDER BY next_at LIMIT :most + 1
    ),
    walk AS (
        SELECT CAST(:after AS text) AS workspace_id, 0 AS step, 0 AS found, false AS is_due,
               false AS wrapped
        WHERE (SELECT count(*) FROM oldest) > :most
        UNION ALL
        SELECT next.workspace_id, walk.step + 1, walk.found + next.is_due::int, next.is_due,
               next.wrapped
        FROM walk CROSS JOIN LATERAL (
            SELECT head.workspace_id, head.wrapped, COALESCE((
                SELECT true FROM lanes
                WHERE kind = :kind AND workspace_id = head.workspace_id
                  AND next_at <= (SELECT now FROM clock)
                  AND (lease_until IS NULL OR lease_until < (SELECT now FROM clock))
                ORDER BY next_at LIMIT 1
            ), false) AS is_due
            FROM (
                (SELECT workspace_id, walk.wrapped FROM lanes
                 WHERE kind = :kind AND next_at IS NOT NULL
                   AND workspace_id > walk.workspace_id
                 ORDER BY workspace_id LIMIT 1)
                UNION ALL
                (SELECT workspace_id, true FROM lanes
                 WHERE kind = :kind AND next_at IS NOT NULL AND NOT walk.wrapped
                 ORDER BY workspace_id LIMIT 1)
                LIMIT 1
            ) AS head
            WHERE NOT (head.wrapped AND head.workspace_id > :after)
        ) AS next
        WHERE walk.found < :most AND walk.step < :steps
    ),
    wanted AS (
        SELECT id, next_at, min(turn) AS turn, min(step) AS step FROM (
            SELECT id, next_at, 1 + :most AS turn, 0 AS step FROM oldest
            UNION ALL
            SELECT lane.id, lane.next_at, lane.turn, walk.step
            FROM walk CROSS JOIN LATERAL (
                SELECT id, next_at, row_number() OVER (ORDER BY next_at) AS turn FROM (
                    SELECT id, next_at FROM lanes
                    WHERE kind = :kind AND workspace_id = walk.workspace_id
                      AND next_at <= (SELECT now FROM clock)
                      AND (lease_until IS NULL OR lease_until < (SELECT now FROM clock))
                    ORDER BY next_at
                    LIMIT 1 + :most / (SELECT GREATEST(1, max(found)) FROM walk)
                ) AS its
            ) AS lane
            WHERE walk.is_due
        ) AS candidates
        GROUP BY id, next_at
    ),
    chosen AS (
        SELECT lanes.id, wanted.turn, wanted.step, wanted.next_at
        FROM wanted JOIN lanes ON lanes.id = wanted.id
        WHERE lanes.lease_until IS NULL OR lanes.lease_until < (SELECT now FROM clock)
        ORDER BY wanted.turn, wanted.step, wanted.next_at
        LIMIT :most
        FOR UPDATE OF lanes SKIP LOCKED
    ),
    claimed AS (
        UPDATE lanes
        SET fence = fence + 1, lease_until = (SELECT now FROM clock) + :lease, holder = NULL
        FROM chosen WHERE lanes.id = chosen.id
        RETURNING lanes.id, lanes.workspace_id, lanes.subject_id, lanes.kind, lanes.fence,
                  chosen.turn, chosen.step, chosen.next_at
    )
    SELECT last.workspace_id AS served, claimed.id, claimed.workspace_id, subject_id, kind, fence
    FROM (SELECT max(step) AS step FROM walk) AS end_of
    LEFT JOIN walk AS last ON last.step = end_of.step
    LEFT JOIN claimed ON true
    ORDER BY turn, claimed.step, next_at
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

# The time is that of the statement's begin: whoever waited for the lock may renew a lease that ran
# out while it waited, if nobody has claimed the lane; a claim is always seen, by its fence.
_HOLD = Statement("""
    WITH mine AS MATERIALIZED (
        SELECT id FROM lanes WHERE subject_id = :subject_id ORDER BY id FOR UPDATE
    )
    UPDATE lanes SET lease_until = app_now() + :lease, holder = :holder
    WHERE id = :id AND fence = :fence AND lease_until > app_now()
      AND (SELECT count(*) FROM mine) > 0
    RETURNING app_now() AS now
""")

_RELEASE = text("""
    UPDATE lanes SET lease_until = NULL, holder = NULL, next_at = :next_at
    WHERE id = :id AND fence = :fence
""")

_ABANDON = text("""
    UPDATE lanes SET lease_until = NULL, holder = NULL
    WHERE id = :id AND fence = :fence
""")

# Workspaces that one claim looks at, and how soon something has to be due to be told at once.
STEPS = 100
SOON = timedelta(minutes=1)


async def wake(
    session: AsyncSession,
    workspace_id: str,
    subject_id: str,
    kind: str,
    at: datetime | None = None,
) -> None:
    """Make a lane due at `at` (now if None), or sooner if it already was. Makes it if missing."""
    await _WAKE.run(
        session,
        {
            "id": new_id("lane"),
            "workspace_id": workspace_id,
            "subject_id": subject_id,
            "kind": kind,
            "at": at,
            "soon": SOON,
        },
    )


async def wake_all(session: AsyncSession, kind: str, due: Sequence[tuple[str, datetime]]) -> None:
    """Make many lanes due in one go, given as subject and time. All of them have been there."""
    values = {
        "kind": kind,
        "subject_ids": [subject_id for subject_id, _ in due],
        "ats": [at for _, at in due],
        "soon": SOON,
    }
    await session.execute(_WAKE_ALL, values)


async def lock(session: AsyncSession, subject_ids: list[str]) -> None:
    """Lock the lanes of these subjects.

    Whoever records something locks its lane first and what it works on second. Everybody else who
    changes what is worked on has to come in the same order, or the two wait for each other. So
    does who changes something of several subjects: one after the other, by their ids.
    """
    await session.execute(
        select(Lane.id)
        .where(Lane.subject_id.in_(subject_ids))
        .order_by(Lane.subject_id, Lane.id)
        .with_for_update()
    )


async def claim(
    session: AsyncSession, kind: str, *, most: int, lease: timedelta, turn: Turn | None = None
) -> list[Claim]:
    """Claim up to `most` due lanes, oldest first, in turn between workspaces if there are more.

    `turn` is moved on; the next claim has to be given the same one for the turns to go round.
    """
    turn = turn or Turn()
    return await claimed(await ask_to_claim(session, kind, most=most, lease=lease, turn=turn), turn)


async def ask_to_claim(
    session: AsyncSession, kind: str, *, most: int, lease: timedelta, turn: Turn
) -> Coming:
    """The same, to be answered together with what is asked next; `claimed` reads it."""
    values = {"kind": kind, "most": most, "lease": lease, "after": turn.after, "steps": STEPS}
    return await CLAIM.ask(session, values)


async def claimed(asked: Coming, turn: Turn) -> list[Claim]:
    """What `ask_to_claim` has brought; see `claim`."""
    claims = list[Claim]()
    for served, *lane in await asked.rows():
        turn.after = served or turn.after
        if lane[0] is not None:
            claims.append(Claim(*lane))
    return claims


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


async def hold(
    session: AsyncSession, claim: Claim, *, lease: timedelta, holder: str
) -> datetime | None:
    """Lock all lanes of a claim's subject, and renew the claim's; see `lock` and `renew`.

    Returns:
        The database's time; None if the lease ran out or was lost.
    """
    return await held(await ask_to_hold(session, claim, lease=lease, holder=holder))


async def ask_to_hold(
    session: AsyncSession, claim: Claim, *, lease: timedelta, holder: str
) -> Coming:
    """The same, to be answered together with what is asked next; `held` reads it."""
    values = {
        "id": claim.lane_id,
        "subject_id": claim.subject_id,
        "fence": claim.fence,
        "lease": lease,
        "holder": holder,
    }
    return await _HOLD.ask(session, values)


async def held(asked: Coming) -> datetime | None:
    """What `ask_to_hold` has brought; see `hold`."""
    row = await asked.first()
    return None if row is None else row.now


async def release(
    session: AsyncSession, lane_id: str, fence: int, next_at: datetime | None
) -> None:
    """Let go of the lane and say when it is due next."""
    await session.execute(_RELEASE, {"id": lane_id, "fence": fence, "next_at": next_at})


async def abandon(session: AsyncSession, lane_id: str, fence: int) -> None:
    """Let go of the lane as it is: somebody else may take it up at once."""
    await session.execute(_ABANDON, {"id": lane_id, "fence": fence})
