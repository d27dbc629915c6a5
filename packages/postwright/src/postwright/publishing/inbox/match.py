"""Early events: those whose publish id was not stored yet when they came."""

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.db.database import NOW
from postwright.publishing.inbox.models import Outcome, WebhookEvent

_ALONE = text("SELECT pg_advisory_xact_lock(hashtextextended(:publish_id, 0))")


async def alone_with(session: AsyncSession, publish_id: str) -> None:
    """Wait until nobody else stores this publish id or an event of it.

    Without this the one who stores the id and the one who stores the event could both look for
    the other's row before it is committed, and neither would find it. Whoever has this lock takes
    no lane's unless the id is stored already, so that it waits for nobody who waits for it.
    """
    await session.execute(_ALONE, {"publish_id": publish_id})


async def match(
    session: AsyncSession, workspace_id: str, connection_id: str, publish_id: str
) -> bool:
    """Whether an event of this publish id has come already: then its status is asked at once.

    Belongs into the transaction that stores the id, after it. The events are done with.
    """
    await alone_with(session, publish_id)
    app = select(Connection.platform_app_id).where(
        Connection.workspace_id == workspace_id, Connection.id == connection_id
    )
    matched = await session.execute(
        update(WebhookEvent)
        .where(
            WebhookEvent.workspace_id == workspace_id,
            WebhookEvent.platform_app_id == app.scalar_subquery(),
            WebhookEvent.publish_id == publish_id,
            WebhookEvent.outcome == Outcome.WAITING,
        )
        .values(outcome=Outcome.NUDGED, handled_at=NOW)
        .returning(WebhookEvent.id)
    )
    return matched.first() is not None
