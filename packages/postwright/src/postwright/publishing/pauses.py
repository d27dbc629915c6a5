"""Pauses: nothing new is started, of one account, of a workspace, or of the whole installation.

What is under way goes on: it could not be taken back. What comes due meanwhile is held, and what
was held is due again, in its order, when nothing pauses it any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.db.database import NOW
from postwright.kit.ids import new_id
from postwright.publishing.gate import PAUSED
from postwright.publishing.models import Pause
from postwright.publishing.parked import Parked
from postwright.publishing.work import START
from postwright.workspaces import audit


@dataclass(frozen=True, slots=True)
class Scope:
    """What is paused: one account of a workspace, a workspace, or, without either, everything."""

    workspace_id: str | None = None
    connection_id: str | None = None


# Whoever records something holds a lane that is leased. To lock those lanes is to wait for it.
_LEASED = text("""
    SELECT id FROM lanes
    WHERE lease_until IS NOT NULL AND kind = :start
      AND (CAST(:workspace_id AS text) IS NULL OR workspace_id = :workspace_id)
      AND (CAST(:connection_id AS text) IS NULL OR subject_id = :connection_id)
    ORDER BY subject_id, id FOR UPDATE
""")

# Of an account in `connections`.
_NOT_PAUSED = """
    NOT EXISTS (
        SELECT 1 FROM pauses
        WHERE (pauses.workspace_id IS NULL OR pauses.workspace_id = connections.workspace_id)
          AND (pauses.connection_id IS NULL OR pauses.connection_id = connections.id)
    )
"""

_FOR_THE_END: Final = Parked(PAUSED, _NOT_PAUSED)


async def pause(
    session: AsyncSession, workspace_id: str, scope: Scope, reason: str, *, actor: str
) -> bool:
    """Start nothing of this scope any more; False if it was paused already: the reason is changed.

    What was about to be recorded when this is committed may still go out. `settle` waits for it.

    Args:
        session: a transaction.
        workspace_id: whose audit log tells of it.
        scope: what is paused.
        reason: what people are told.
        actor: who wants it.
    """
    row = insert(Pause).values(
        id=new_id("pause"),
        workspace_id=scope.workspace_id,
        connection_id=scope.connection_id,
        reason=reason,
        actor=actor,
        created_at=NOW,
    )
    is_new = await session.scalar(
        row.on_conflict_do_update(
            index_elements=[Pause.workspace_id, Pause.connection_id],
            set_={"reason": reason, "actor": actor},
        ).returning(text("xmax = 0"))
    )
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="publishing.paused",
        subject=_subject(scope),
        reason=reason,
    )
    return bool(is_new)


async def settle(session: AsyncSession, scope: Scope) -> None:
    """Wait until nothing is being recorded that had not seen the pause; after its transaction.

    When this returns, every start that is not recorded yet will see the pause. Idempotent.
    """
    values = {
        "start": START,
        "workspace_id": scope.workspace_id,
        "connection_id": scope.connection_id,
    }
    await session.execute(_LEASED, values)


async def resume(session: AsyncSession, workspace_id: str, scope: Scope, *, actor: str) -> int:
    """End the pause of exactly this scope, and make due what nothing else pauses; how many."""
    gone = await session.scalars(
        delete(Pause)
        .where(
            Pause.workspace_id.is_not_distinct_from(scope.workspace_id),
            Pause.connection_id.is_not_distinct_from(scope.connection_id),
        )
        .returning(Pause.id)
    )
    if gone.first() is not None:
        await audit.record(
            session,
            workspace_id,
            actor=actor,
            action="publishing.resumed",
            subject=_subject(scope),
        )
    return await bring_on(session)


async def bring_on(session: AsyncSession) -> int:
    """Make due what is held for a pause that is over; how many.

    Workers do it now and then: what saw the pause may be held a moment after its end.
    """
    return await _FOR_THE_END.bring_on(session)


async def pauses_of(session: AsyncSession, workspace_id: str) -> list[Pause]:
    """What pauses something of this workspace: the installation's first, then the oldest."""
    found = await session.scalars(
        select(Pause)
        .where(Pause.workspace_id.is_(None) | (Pause.workspace_id == workspace_id))
        .order_by(Pause.workspace_id.nulls_first(), Pause.created_at)
    )
    return list(found)


def over(connection: Connection, pauses: Sequence[Pause]) -> list[Pause]:
    """Of the pauses of its workspace, those that an account is under."""
    return [each for each in pauses if each.connection_id in {None, connection.id}]


def _subject(scope: Scope) -> str:
    return scope.connection_id or scope.workspace_id or "installation"
