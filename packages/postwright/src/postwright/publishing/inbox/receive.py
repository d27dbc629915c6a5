"""Takes in one verified event: once, whenever and in whatever order it comes."""

import logging
from datetime import timedelta
from typing import assert_never

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import PlatformApp
from postwright.connections.removal import Removal, revoked_by_network
from postwright.db.database import NOW
from postwright.platforms.answers import Phase
from postwright.platforms.events import (
    OtherNews,
    Parted,
    StatusChanged,
    Told,
    Webhooks,
    WentPrivate,
    WentPublic,
)
from postwright.publishing.inbox import queries
from postwright.publishing.inbox.contradiction import contradicted
from postwright.publishing.inbox.match import alone_with
from postwright.publishing.inbox.models import Outcome, WebhookEvent
from postwright.publishing.inbox.nudge import held, nudge
from postwright.publishing.inbox.visibility import show

log = logging.getLogger(__name__)

_NOTED_EVERY = timedelta(minutes=1)


async def receive(
    session: AsyncSession, app: PlatformApp, told: Told, raw_body: bytes, webhooks: Webhooks
) -> Outcome | None:
    """Keep an event and do what it asks for; None if it was kept before, and nothing is done.

    Args:
        session: of a transaction that does nothing else.
        app: whose secret has verified it.
        told: what it says.
        raw_body: as it came, kept for whoever wants to know.
        webhooks: of the network.
    """
    event_id = await _keep(session, app, told, raw_body)
    outcome = None
    if event_id is not None:
        outcome = await _act(session, app, told, webhooks)
        handled_at = None if outcome is Outcome.WAITING else NOW
        await session.execute(
            update(WebhookEvent)
            .where(WebhookEvent.id == event_id)
            .values(outcome=outcome, handled_at=handled_at)
        )
    if not told.is_late:
        await _note_that_they_come(session, app)
    return outcome


async def _keep(session: AsyncSession, app: PlatformApp, told: Told, raw_body: bytes) -> int | None:
    publish_id, post_id = None, None
    match told.news:
        case StatusChanged():
            publish_id = told.news.publish_id
        case WentPublic() | WentPrivate():
            publish_id, post_id = told.news.publish_id or None, told.news.post_id
        case Parted() | OtherNews():
            pass
        case _:
            assert_never(told.news)
    row = insert(WebhookEvent).values(
        workspace_id=app.workspace_id,
        platform_app_id=app.id,
        digest=told.digest,
        event=told.event,
        external_id=told.external_id,
        publish_id=publish_id,
        post_id=post_id,
        happened_at=told.happened_at,
        received_at=NOW,
        body=raw_body.decode("utf-8", "replace").replace("\0", "\ufffd"),
        outcome=Outcome.WAITING,
    )
    return await session.scalar(
        row.on_conflict_do_nothing(
            index_elements=[WebhookEvent.platform_app_id, WebhookEvent.digest]
        ).returning(WebhookEvent.id)
    )


async def _act(session: AsyncSession, app: PlatformApp, told: Told, webhooks: Webhooks) -> Outcome:
    news = told.news
    match news:
        case StatusChanged(publish_id=publish_id):
            await alone_with(session, publish_id)
            attempt = await queries.attempt_called(
                session, app.workspace_id, app.id, publish_id, told.external_id
            )
            if attempt is None:
                return Outcome.WAITING
            publication = await held(session, attempt)
            if await nudge(session, publication, attempt):
                return Outcome.NUDGED
            is_out = news.phase in {Phase.COMPLETE, Phase.INBOX}
            if is_out and await contradicted(session, publication, attempt):
                return Outcome.CONTRADICTS
            return Outcome.TOO_LATE
        case WentPublic() | WentPrivate():
            if news.publish_id:
                await alone_with(session, news.publish_id)
                attempt = await queries.attempt_called(
                    session, app.workspace_id, app.id, news.publish_id, told.external_id
                )
            else:
                attempt = await queries.attempt_that_gave(
                    session, app.workspace_id, app.id, told.external_id, news.post_id
                )
            if attempt is None:
                return Outcome.WAITING
            return await show(
                session, app, attempt, news, happened_at=told.happened_at, webhooks=webhooks
            )
        case Parted(why=why):
            return await _part(session, app, told, why)
        case OtherNews():
            return Outcome.KEPT
        case _:
            assert_never(news)


async def _part(session: AsyncSession, app: PlatformApp, told: Told, why: str) -> Outcome:
    connection = await queries.account(session, app.workspace_id, app.id, told.external_id)
    if connection is None:
        return Outcome.NOBODY
    removal = await revoked_by_network(session, connection, told.happened_at, why)
    match removal:
        case Removal.DONE | Removal.ALREADY:
            return Outcome.REVOKED
        case Removal.OLDER:
            return Outcome.OVERTAKEN
        case Removal.DOUBTFUL:
            return Outcome.NUDGED
        case _:
            assert_never(removal)


async def _note_that_they_come(session: AsyncSession, app: PlatformApp) -> None:
    """Once a minute, and only if nobody else does: a stream of events must not queue here."""
    due = (PlatformApp.webhook_at.is_(None)) | (PlatformApp.webhook_at < NOW - _NOTED_EVERY)
    free = (
        select(PlatformApp.id)
        .where(PlatformApp.id == app.id, due)
        .with_for_update(skip_locked=True, key_share=True)
    )
    await session.execute(
        update(PlatformApp).where(PlatformApp.id.in_(free)).values(webhook_at=NOW)
    )
