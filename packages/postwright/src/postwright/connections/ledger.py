"""The ledger of calls: what we asked a network, what it said, and how long it took."""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Call
from postwright.platforms.base import CallFacts


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a call is made."""

    workspace_id: str
    connection_id: str | None = None
    publication_id: str | None = None
    attempt: int | None = None


async def write(session: AsyncSession, who: OnBehalf, calls: list[CallFacts]) -> None:
    """Add the calls to the ledger, in order."""
    if not calls:
        return
    await session.execute(
        insert(Call),
        [
            {
                "at": call.started_at,
                "workspace_id": who.workspace_id,
                "connection_id": who.connection_id,
                "publication_id": who.publication_id,
                "attempt": who.attempt,
                "operation": call.operation,
                "http_status": call.http_status,
                "code": call.code,
                "log_id": call.log_id,
                "elapsed_ms": call.elapsed_ms,
                "detail": call.detail,
            }
            for call in calls
        ],
    )
