"""Reads of alerts. Every one takes the workspace first."""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.models import Alert
from postwright.db.database import NOW


async def unsent(session: AsyncSession, workspace_id: str) -> Sequence[Alert]:
    """The alerts of the last day that were tried in vain, the newest first."""
    found = await session.scalars(
        select(Alert)
        .where(
            Alert.workspace_id == workspace_id,
            Alert.created_at > NOW - timedelta(days=1),
            Alert.sent_at.is_(None),
            Alert.tries > 0,
            Alert.detail != "",
        )
        .order_by(Alert.created_at.desc())
    )
    return found.all()
