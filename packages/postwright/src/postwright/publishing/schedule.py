"""Schedules a post: content and publication in one transaction, the lane woken for its time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.connections.standing import says, step
from postwright.db.database import NOW, app_now
from postwright.errors import BadInput, Conflict, NeedsReconnect
from postwright.jobs import lanes
from postwright.kit.ids import new_id
from postwright.media.models import MediaFile, MediaKind
from postwright.media.uses import use
from postwright.platforms.content import Mode, Source
from postwright.posts.models import Post, PostMedia
from postwright.publishing.models import Publication
from postwright.publishing.states import IfMissed, State, Visibility
from postwright.publishing.work import START
from postwright.workspaces import audit

# People type "now" and mean it; a few seconds are spent on reading the file.
_GRACE = timedelta(minutes=1)


class InThePast(BadInput):
    """The time has passed."""

    code = "schedule_in_the_past"


class KeyReused(Conflict):
    """The key belongs to another post."""

    code = "key_reused"


class Unusable(NeedsReconnect):
    """The account cannot be used as it is."""

    code = "account_unusable"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be published.

    Attributes:
        media: one video, or photos in their order.
        caption: the text, as people are shown it; what goes out is in `settings`.
        settings: the network's own settings, as JSON.
        mode: onto the profile, or into the inbox.
        source: how the network gets the bytes; None leaves it to the platform app.
        publish_at: when; None is now.
        timezone: the IANA name of the zone in which a person chose the time.
        if_missed: what to do if nothing was running at that time; None leaves it to the settings.
        key: the caller's own name for it, if it has one.
    """

    media: Sequence[MediaFile]
    caption: str
    settings: dict[str, Any]
    mode: Mode = Mode.DIRECT
    source: Source | None = None
    publish_at: datetime | None = None
    timezone: str = "UTC"
    if_missed: IfMissed | None = None
    key: str | None = None

    @property
    def kind(self) -> MediaKind:
        """Video or photos. A post is made of one kind."""
        return self.media[0].kind

    def fingerprint(self, connection_id: str) -> str:
        """Tells a repeat of the same order from another one."""
        at = None if self.publish_at is None else self.publish_at.astimezone(UTC).isoformat()
        files = [file.sha256 for file in self.media]
        how = [self.mode, self.source, self.if_missed]
        told = [connection_id, files, self.caption, self.settings, how, at]
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The post; `is_new` is False if the same key had already made it."""

    post_id: str
    publication_id: str
    is_new: bool


async def schedule(
    session: AsyncSession, connection: Connection, order: Order, *, actor: str
) -> Scheduled:
    """Store the post and its publication, due at its time.

    The same key with the same content is the same post, also when two come at once.

    Raises:
        InThePast: `publish_at` has passed.
        KeyReused: the key was used for something else.
        Unusable: the account has to be connected again first.
        NoSuchMedia: the file was removed meanwhile.
    """
    fingerprint = order.fingerprint(connection.id)
    now = await app_now(session)
    # Before its files, as a worker has them that announces something with the same ones.
    await lanes.wake(
        session, connection.workspace_id, connection.id, START, order.publish_at or now
    )
    for media_id in sorted({file.id for file in order.media}):  # in one order, as others do
        await use(session, connection.workspace_id, media_id)
    post_id = await _insert_post(session, connection.workspace_id, order, fingerprint)
    if post_id is None:
        return await _repeated(session, connection.workspace_id, order, fingerprint)
    if not connection.state.usable:
        raise Unusable(
            f"@{connection.handle} cannot be posted to: its connection is {connection.state}.",
            why=connection.state_detail or says(connection.state),
            fix=f"Please {step(connection.state, connection.handle)}",
        )
    at = time_to_come(order.publish_at, now)
    source = await _source(session, connection, order)
    publication = _new(connection, order, post_id, source, at=at, now=now)
    session.add(publication)
    await session.flush()
    await audit.record(
        session,
        connection.workspace_id,
        actor=actor,
        action="post.scheduled",
        subject=post_id,
        account=connection.handle,
        publish_at=at.isoformat(),
    )
    return Scheduled(post_id, publication.id, is_new=True)


def _new(
    connection: Connection,
    order: Order,
    post_id: str,
    source: Source,
    *,
    at: datetime,
    now: datetime,
) -> Publication:
    return Publication(
        id=new_id("pub"),
        workspace_id=connection.workspace_id,
        post_id=post_id,
        connection_id=connection.id,
        settings=order.settings,
        source=source,
        mode=order.mode,
        content_version=1,
        state=State.SCHEDULED,
        lane=START,
        due_at=at,
        publish_at=at,
        timezone=order.timezone,
        if_missed=order.if_missed,
        hold_reason="",
        detail="",
        end_code="",
        post_ids=[],
        post_url="",
        visibility=Visibility.UNKNOWN,
        report=[],
        version=1,
        created_at=now,
    )


def time_to_come(wanted: datetime | None, now: datetime) -> datetime:
    """When it goes out: as wanted, or at once.

    Raises:
        InThePast: that has passed.
    """
    at = wanted or now
    if at < now - _GRACE:
        raise InThePast(
            f"{at:%Y-%m-%d %H:%M:%S %Z} has passed.",
            why=f"It is {now:%Y-%m-%d %H:%M:%S} UTC.",
            fix="Give a time to come, or leave --at out to publish now.",
        )
    return at


async def _insert_post(
    session: AsyncSession, workspace_id: str, order: Order, fingerprint: str
) -> str | None:
    """The id of the new post, or None if its key was there before."""
    row = insert(Post).values(
        id=new_id("post"),
        workspace_id=workspace_id,
        kind=order.kind,
        caption=order.caption,
        client_key=order.key,
        fingerprint=fingerprint,
        version=1,
        created_at=NOW,
    )
    made = await session.execute(row.on_conflict_do_nothing().returning(Post.id))
    post_id = made.scalar_one_or_none()
    if post_id is not None:
        files = enumerate(order.media)
        rows = [{"post_id": post_id, "position": n, "media_id": file.id} for n, file in files]
        await session.execute(insert(PostMedia), rows)
    return post_id


async def _source(session: AsyncSession, connection: Connection, order: Order) -> Source:
    """As the post says, or its app; what the network makes of it is seen when it is taken up."""
    if order.source is not None:
        return order.source
    app = await session.get_one(PlatformApp, connection.platform_app_id)
    return Source(app.source)


async def _repeated(
    session: AsyncSession, workspace_id: str, order: Order, fingerprint: str
) -> Scheduled:
    post, publication_id = (
        await session.execute(
            select(Post, Publication.id)
            .join(Publication, Publication.post_id == Post.id)
            .where(Post.workspace_id == workspace_id, Post.client_key == order.key)
        )
    ).one()
    if post.fingerprint != fingerprint:
        raise KeyReused(
            f"The key {order.key!r} was used for another post ({post.id}).",
            why="Its file, account, caption, settings or time differ from these.",
            fix="Use another key, or repeat the command exactly as it was.",
        )
    return Scheduled(post.id, publication_id, is_new=False)
