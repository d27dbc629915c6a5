"""The audit log: append-only, in the transaction of what it tells of."""

import json
from contextvars import ContextVar
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Statement

# The request to the API under way: what is done for it says so.
REQUEST_ID: ContextVar[str | None] = ContextVar("request_id", default=None)

_ADD = Statement("""
    INSERT INTO audit_log (at, workspace_id, actor, action, subject, details)
    VALUES (app_now(), :workspace_id, :actor, :action, :subject, CAST(:details AS jsonb))
""")


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
    values = {
        "workspace_id": workspace_id,
        "actor": actor,
        "action": action,
        "subject": subject,
        "details": json.dumps(details),
    }
    await _ADD.run(session, values)
