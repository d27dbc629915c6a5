"""Early events: those whose publish id was not stored yet when they came."""

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Statement
from postwright.publishing.inbox.models import Outcome

_ALONE = Statement("SELECT pg_advisory_xact_lock(hashtextextended(:publish_id, 0))")

_MATCH = Statement("""
    UPDATE webhook_events SET outcome = :nudged, handled_at = app_now()
    WHERE workspace_id = :workspace_id AND publish_id = :publish_id AND outcome = :waiting
      AND platform_app_id = (
        SELECT platform_app_id FROM connections
        WHERE workspace_id = :workspace_id AND id = :connection_id
      )
    RETURNING id
""")


async def alone_with(session: AsyncSession, publish_id: str) -> None:
    """Wait until nobody else stores this publish id or an event of it.

    Without this the one who stores the id and the one who stores the event could both look for
    the other's row before it is committed, and neither would find it. Whoever has this lock takes
    no lane's unless the id is stored already, so that it waits for nobody who waits for it.
    """
    await _ALONE.run(session, {"publish_id": publish_id})


async def match(
    session: AsyncSession, workspace_id: str, connection_id: str, publish_id: str
) -> bool:
    """Whether an event of this publish id has come already: then its status is asked at once.

    Belongs into the transaction that stores the id, after it. The events are done with.
    """
    await alone_with(session, publish_id)
    values = {
        "workspace_id": workspace_id,
        "connection_id": connection_id,
        "publish_id": publish_id,
        "waiting": Outcome.WAITING.value,
        "nudged": Outcome.NUDGED.value,
    }
    return await _MATCH.first(session, values) is not None
