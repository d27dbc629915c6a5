"""The gate: what keeps a publication from being started now, asked before each call that counts.

It is asked in the transaction that would record the intent, with the account's lanes locked. In
the usual case all of it is one statement.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import ConnectionState
from postwright.connections.standing import refusal_of, says
from postwright.db import guard
from postwright.db.statement import Coming, Statement
from postwright.platforms.content import Mode
from postwright.publishing import caps, missed
from postwright.publishing.attempt import OnHold, Unfit
from postwright.publishing.caps import Standing
from postwright.publishing.forecast import COUNTS_FOR
from postwright.publishing.work import Work

PAUSED = "paused"
IN_DOUBT = "copy_in_doubt"

# The clock is read once: app_now() is no cheap call.
_SEEN = Statement("""
    WITH clock AS MATERIALIZED (SELECT app_now() AS now)
    SELECT clock.now, installation_in_doubt() AS in_doubt,
           connections.state, pause.reason AS pause, connections.cap_at, connections.cap_posts,
           recent.counted, recent.going, recent.oldest_at, recent.newest_at,
           line.ahead, line.ahead_at
    FROM clock
    JOIN connections ON connections.id = :connection_id
    LEFT JOIN LATERAL (
        SELECT reason FROM pauses
        WHERE (workspace_id IS NULL OR workspace_id = :workspace_id)
          AND (connection_id IS NULL OR connection_id = :connection_id)
        ORDER BY created_at LIMIT 1
    ) AS pause ON true
    CROSS JOIN LATERAL (
        SELECT count(*) AS counted, count(*) FILTER (WHERE stage = ANY(:going)) AS going,
               min(announced_at) AS oldest_at, max(announced_at) AS newest_at
        FROM attempts
        WHERE connection_id = :connection_id AND announced_at > clock.now - :counts_for
          AND mode = :mode AND stage <> ALL(:done)
    ) AS recent
    CROSS JOIN LATERAL (
        SELECT count(*) AS ahead, min(due_at) AS ahead_at FROM publications
        WHERE connection_id = :connection_id AND hold_reason = :reason AND hold_reason <> ''
          AND lane = 'start' AND due_at IS NOT NULL
          AND (publish_at, id) < (:publish_at, :publication_id)
    ) AS line
""")


@dataclass(frozen=True, slots=True)
class Seen:
    """What the database says, read in one go."""

    now: datetime
    in_doubt: bool
    account: ConnectionState
    pause: str | None
    standing: Standing


async def barred(
    session: AsyncSession,
    work: Work,
    asked: Coming,
    *,
    announcing: bool,
    checked_at: datetime | None = None,
) -> OnHold | Unfit | None:
    """What keeps this publication from being checked, or, if `announcing`, from being announced.

    Called in the transaction that would record the intent, with the account's lanes locked: a
    pause that was made before, or a post that another worker has announced, is seen.
    `asked` is what `ask` has asked there, after the lanes were locked.
    `checked_at` is when the creator was asked about for it, if it is to be announced.
    """
    seen = await _seen(asked, work)
    work.met_cap = seen.standing.cap_posts is not None
    if seen.in_doubt:
        return OnHold(IN_DOUBT, await guard.doubt(session), None)
    if not seen.account.usable:  # since the token was taken
        return OnHold(refusal_of(seen.account), says(seen.account), None)
    if seen.pause is not None:
        return OnHold(PAUSED, seen.pause, None)
    if (late := await missed.barred(session, work)) is not None:
        return late
    hold = caps.held(seen.standing)
    if hold is None and announcing:
        hold = caps.held_for_a_check(seen.standing, checked_at)
    return hold or await caps.held_for_users(session, work, seen.now, announcing=announcing)


async def ask(session: AsyncSession, work: Work) -> Coming:
    """Ask the database what there is to see, for `barred`."""
    done = caps.DONE_DRAFTS if work.mode is Mode.DRAFT else ()
    return await _SEEN.ask(
        session,
        {
            "workspace_id": work.workspace_id,
            "connection_id": work.connection_id,
            "publication_id": work.publication_id,
            "publish_at": work.publish_at,
            "mode": work.mode.value,
            "reason": caps.REASONS[work.mode].value,
            "going": [stage.value for stage in caps.GOING],
            "done": [stage.value for stage in done],
            "counts_for": COUNTS_FOR,
        },
    )


async def _seen(asked: Coming, work: Work) -> Seen:
    row = await asked.first()
    assert row is not None
    standing = Standing(
        now=row.now,
        mode=work.mode,
        caps=work.network.caps(),
        cap_at=row.cap_at,
        cap_posts=row.cap_posts,
        counted=row.counted,
        going=row.going,
        oldest_at=row.oldest_at,
        newest_at=row.newest_at,
        ahead=row.ahead,
        ahead_at=row.ahead_at,
    )
    account = ConnectionState(row.state)
    return Seen(row.now, row.in_doubt, account, row.pause, standing)
