"""What is known of a publication that a person has to decide about."""

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Call
from postwright.publishing.inbox.models import WebhookEvent
from postwright.publishing.missed import RESTORED
from postwright.publishing.models import AttemptRow, Publication
from postwright.publishing.states import State

_MOST_CALLS = 1000

# Of publications: only a person can say whether it is out.
IS_UNDECIDED: Final[ColumnElement[bool]] = or_(
    Publication.state == State.UNCONFIRMED,
    (Publication.state == State.HELD) & (Publication.hold_reason == RESTORED),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """Its attempts, the calls about it and the webhooks about its publish ids, oldest first."""

    attempts: tuple[AttemptRow, ...]
    calls: tuple[Call, ...]
    events: tuple[WebhookEvent, ...]


async def evidence(session: AsyncSession, workspace_id: str, publication_id: str) -> Evidence:
    """Gather it."""
    attempts = await session.scalars(
        select(AttemptRow)
        .where(AttemptRow.workspace_id == workspace_id, AttemptRow.publication_id == publication_id)
        .order_by(AttemptRow.number)
    )
    tried = tuple(attempts)
    calls = await session.scalars(
        select(Call)
        .where(Call.workspace_id == workspace_id, Call.publication_id == publication_id)
        .order_by(Call.id.desc())
        .limit(_MOST_CALLS)
    )
    events = await session.scalars(
        select(WebhookEvent)
        .where(
            WebhookEvent.workspace_id == workspace_id,
            WebhookEvent.publish_id.in_([one.publish_id for one in tried if one.publish_id]),
        )
        .order_by(WebhookEvent.received_at)
    )
    return Evidence(tried, tuple(calls)[::-1], tuple(events))


async def undecided(session: AsyncSession, workspace_id: str) -> list[Publication]:
    """What waits for a person to say whether it is out, the oldest first."""
    found = await session.scalars(
        select(Publication)
        .where(Publication.workspace_id == workspace_id, IS_UNDECIDED)
        .order_by(Publication.publish_at, Publication.id)
    )
    return list(found)
