"""Takes up the publication that is due in a lane, and freezes its content for an attempt."""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.db.database import NOW, app_now
from postwright.errors import Misconfigured
from postwright.jobs.lanes import Claim
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.media.models import MediaFile
from postwright.media.store import MediaStore
from postwright.platforms.base import Media, Network, Plan
from postwright.posts.models import Post
from postwright.publishing.attempt import Attempt
from postwright.publishing.models import AttemptRow, Publication

PUBLIC = "PUBLIC_TO_EVERYONE"


@dataclass(slots=True)
class Work:
    """A publication in a worker's hands. `attempt` is what is durable, as far as it knows."""

    workspace_id: str
    publication_id: str
    connection_id: str
    handle: str
    settings: dict[str, Any]
    media: Media
    probe: dict[str, Any]
    network: Network
    attempt_id: str
    number: int
    attempt: Attempt
    now: datetime

    def post_url(self, post_id: str) -> str:
        """Where people see the post."""
        return self.network.post_url(self.handle, post_id)

    def jittered(self, delay: timedelta) -> timedelta:
        """A tenth more or less, so that what waits together does not wake together."""
        return delay * random.uniform(0.95, 1.1)  # noqa: S311  # spreads load, keeps no secret


def upload_url_context(attempt_id: str) -> str:
    """Where an attempt's sealed upload address belongs."""
    return f"attempts:{attempt_id}:upload_url"


async def due_publication(session: AsyncSession, claim: Claim) -> str | None:
    """The publication of this lane that has been due for longest."""
    return await session.scalar(
        select(Publication.id)
        .where(
            Publication.connection_id == claim.subject_id,
            Publication.lane == claim.kind,
            Publication.due_at <= NOW,
        )
        .order_by(Publication.due_at)
        .limit(1)
    )


async def next_due(session: AsyncSession, claim: Claim) -> datetime | None:
    """When the lane has something to do next."""
    return await session.scalar(
        select(Publication.due_at)
        .where(
            Publication.connection_id == claim.subject_id,
            Publication.lane == claim.kind,
            Publication.due_at.is_not(None),
        )
        .order_by(Publication.due_at)
        .limit(1)
    )


async def take_up(
    session: AsyncSession,
    vault: Vault,
    publication: Publication,
    network: Network,
    store: MediaStore,
) -> Work:
    """Load a publication with its live attempt; the first attempt is made here, frozen."""
    post = await session.get_one(Post, publication.post_id)
    media = await session.get_one(MediaFile, post.media_id)
    connection = await session.get_one(Connection, publication.connection_id)
    row = await _live(session, publication.id)
    work = Work(
        workspace_id=publication.workspace_id,
        publication_id=publication.id,
        connection_id=publication.connection_id,
        handle=connection.handle,
        settings=publication.settings,
        media=Media(
            source=store.source(publication.workspace_id, media.sha256),
            size_bytes=media.size_bytes,
            sha256=media.sha256,
            content_type=media.content_type,
        ),
        probe=media.probe,
        network=network,
        attempt_id="",
        number=0,
        attempt=Attempt(plan=network.plan(media.size_bytes)),
        now=await app_now(session),
    )
    if row is None:
        expects_id = publication.settings.get("privacy_level") == PUBLIC
        first = Attempt(plan=work.attempt.plan, expects_id=expects_id)
        await insert_attempt(session, work, first, 1)
        row = await _live(session, publication.id)
    assert row is not None
    cancelled = publication.cancel_requested_at is not None
    work.attempt_id, work.number = row.id, row.number
    work.attempt = attempt_of(row, vault, publication.post_ids, cancel_requested=cancelled)
    return work


async def _live(session: AsyncSession, publication_id: str) -> AttemptRow | None:
    return await session.scalar(
        select(AttemptRow)
        .where(AttemptRow.publication_id == publication_id, AttemptRow.live)
        .execution_options(populate_existing=True)
    )


def attempt_of(
    row: AttemptRow, vault: Vault, post_ids: list[str], *, cancel_requested: bool
) -> Attempt:
    """The attempt as the protocol sees it."""
    url, lost = _upload_url(row, vault)
    return Attempt(
        plan=Plan(row.size_bytes, row.chunk_bytes, row.chunk_count),
        stage=row.stage,
        expects_id=row.expects_id,
        cancel_requested=cancel_requested,
        checked_at=row.checked_at,
        publish_id=row.publish_id,
        upload_url=url,
        opened_at=row.opened_at,
        offset=row.sent_offset,
        last_byte_at=row.last_byte_at,
        address_dead=row.address_dead or lost,
        failed_at=row.failed_at,
        post_ids=tuple(post_ids),
        polls=row.polls,
        troubles=row.troubles,
        rejections=row.rejections,
        voids=row.voids,
        retries=row.retries,
    )


def _upload_url(row: AttemptRow, vault: Vault) -> tuple[str | None, bool]:
    """The address, and whether there was one that was sealed with a master key that is gone."""
    if row.upload_url is None:
        return None, False
    try:
        return vault.open(row.upload_url, upload_url_context(row.id)), False
    except Misconfigured:
        return None, True


async def insert_attempt(session: AsyncSession, work: Work, a: Attempt, number: int) -> None:
    """Make the live attempt. A unique index allows only one per publication."""
    await session.execute(
        insert(AttemptRow).values(
            id=new_id("att"),
            workspace_id=work.workspace_id,
            publication_id=work.publication_id,
            number=number,
            live=True,
            stage=a.stage,
            media_sha256=work.media.sha256,
            size_bytes=a.plan.size_bytes,
            chunk_bytes=a.plan.chunk_bytes,
            chunk_count=a.plan.count,
            expects_id=a.expects_id,
            sent_offset=0,
            progress_bytes=0,
            address_dead=False,
            polls=0,
            troubles=0,
            rejections=0,
            voids=a.voids,
            retries=a.retries,
            created_at=NOW,
        )
    )
