"""Reads for incoming webhooks. Every one takes the workspace first."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.publishing.inbox.models import Outcome, WebhookEvent
from postwright.publishing.models import AttemptRow, Publication


async def any_workspace_apps(
    session: AsyncSession, platform: str, client_key: str
) -> Sequence[PlatformApp]:
    """The registrations with this client key: one per workspace that uses the app."""
    found = await session.scalars(
        select(PlatformApp)
        .where(PlatformApp.platform == platform, PlatformApp.client_key == client_key)
        .order_by(PlatformApp.id)
    )
    return found.all()


async def attempt_called(
    session: AsyncSession, workspace_id: str, app_id: str, publish_id: str, external_id: str
) -> AttemptRow | None:
    """The attempt with this publish id, of an account that was connected through this app.

    If the network has given it twice: that of the account which it names, and then the newest.
    """
    return await session.scalar(
        select(AttemptRow)
        .join(Connection, Connection.id == AttemptRow.connection_id)
        .where(
            AttemptRow.workspace_id == workspace_id,
            AttemptRow.publish_id == publish_id,
            Connection.platform_app_id == app_id,
        )
        .order_by(
            (Connection.external_id == external_id).desc(),
            AttemptRow.created_at.desc(),
            AttemptRow.number.desc(),
        )
        .limit(1)
    )


async def attempt_that_gave(
    session: AsyncSession, workspace_id: str, app_id: str, external_id: str, post_id: str
) -> AttemptRow | None:
    """The newest attempt of the publication that gave a public post of this account."""
    return await session.scalar(
        select(AttemptRow)
        .join(Publication, Publication.id == AttemptRow.publication_id)
        .join(Connection, Connection.id == Publication.connection_id)
        .where(
            Publication.workspace_id == workspace_id,
            Publication.post_ids.contains([post_id]),
            Connection.platform_app_id == app_id,
            Connection.external_id == external_id,
        )
        .order_by(AttemptRow.number.desc())
        .limit(1)
    )


async def newer_attempt_exists(
    session: AsyncSession, workspace_id: str, attempt: AttemptRow
) -> bool:
    """Whether the publication has been tried again since."""
    newer = select(AttemptRow.id).where(
        AttemptRow.workspace_id == workspace_id,
        AttemptRow.publication_id == attempt.publication_id,
        AttemptRow.number > attempt.number,
    )
    return await session.scalar(newer.limit(1)) is not None


async def last_attempt(session: AsyncSession, workspace_id: str, publication_id: str) -> AttemptRow:
    """The newest attempt of a publication that has been tried."""
    newest = (
        select(AttemptRow)
        .where(AttemptRow.workspace_id == workspace_id, AttemptRow.publication_id == publication_id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(newest)).one()


async def last_seen(
    session: AsyncSession, workspace_id: str, app_id: str, post_ids: Collection[str]
) -> dict[str, tuple[datetime, Outcome]]:
    """When each post was last told to be public or withdrawn, and which; by post."""
    rows = await session.execute(
        select(WebhookEvent.post_id, WebhookEvent.happened_at, WebhookEvent.outcome)
        .where(
            WebhookEvent.workspace_id == workspace_id,
            WebhookEvent.platform_app_id == app_id,
            WebhookEvent.post_id.in_(post_ids),
            WebhookEvent.outcome.in_([Outcome.PUBLIC, Outcome.WITHDRAWN]),
        )
        .ext(distinct_on(WebhookEvent.post_id))
        .order_by(WebhookEvent.post_id, WebhookEvent.happened_at.desc(), WebhookEvent.id.desc())
    )
    return {post_id: (at, outcome) for post_id, at, outcome in rows if post_id is not None}


async def account(
    session: AsyncSession, workspace_id: str, app_id: str, external_id: str
) -> Connection | None:
    """The connection of this account through this app."""
    return await session.scalar(
        select(Connection).where(
            Connection.workspace_id == workspace_id,
            Connection.platform_app_id == app_id,
            Connection.external_id == external_id,
        )
    )


async def any_workspace_apps_with(
    session: AsyncSession, app_ids: Collection[str], external_id: str
) -> frozenset[str]:
    """Those of some apps through which this account was connected."""
    found = await session.scalars(
        select(Connection.platform_app_id).where(
            Connection.platform_app_id.in_(app_ids), Connection.external_id == external_id
        )
    )
    return frozenset(found)


async def last_webhook(session: AsyncSession, workspace_id: str) -> datetime | None:
    """When a fresh webhook last came for any app of the workspace."""
    return await session.scalar(
        select(func.max(PlatformApp.webhook_at)).where(PlatformApp.workspace_id == workspace_id)
    )
