"""The audit log: append-only, in the transaction of what it tells of."""

from typing import Any

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.workspaces.models import AuditEntry


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
