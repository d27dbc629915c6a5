"""The audit log: append-only, in the transaction of what it tells of."""

from contextvars import ContextVar
from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.workspaces.models import AuditEntry

# The request to the API under way: what is done for it says so.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)


async def record(
    session: AsyncSession,
    workspace_id: str,
    *,
    actor: str,
    action: str,
    subject: str,
    **details: Any,
) -> None:
    """Add an entry. `action` is `noun.verb`; `details` must be JSON and hold no secret."""
    request_id = REQUEST_ID.get()
    if request_id is not None:
        details["request_id"] = request_id
    await session.execute(
        insert(AuditEntry).values(
            at=NOW,
            workspace_id=workspace_id,
            actor=actor,
            action=action,
            subject=subject,
            details=details,
        )
    )
