"""Tells people something: a row that is sent on, and a line in the log once it is committed."""

import logging
from typing import Any

from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.models import Alert
from postwright.db.database import NOW
from postwright.kit.ids import new_id

log = logging.getLogger(__name__)


async def tell(
    session: AsyncSession, workspace_id: str, kind: Kind, subject: str, *, says: str, **body: Any
) -> None:
    """Tell of something, if the transaction it happens in is committed.

    Args:
        session: of that transaction.
        workspace_id: whose it is.
        kind: what has happened.
        subject: the id of what it happened to.
        says: whole sentences for a person: what happened, and what to do.
        body: facts for programs, JSON without any secret.
    """
    await session.execute(
        insert(Alert).values(
            id=new_id("alert"),
            workspace_id=workspace_id,
            kind=kind,
            subject=subject,
            body={"says": says, **body},
            created_at=NOW,
            tries=0,
            next_at=NOW,
            detail="",
        )
    )

    def committed(_: Any) -> None:
        log.warning("%s %s: %s", kind.value, subject, says)

    event.listen(session.sync_session, "after_commit", committed, once=True)
