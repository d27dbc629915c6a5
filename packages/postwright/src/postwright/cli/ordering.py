"""Puts a post in order: its content and its publication, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli.choices import Choices
from postwright.cli.opening import Desk
from postwright.cli.printing import when
from postwright.cli.times import Moment
from postwright.connections.models import Connection
from postwright.db.database import app_now
from postwright.media.models import MediaFile
from postwright.platforms.content import Kind, Source
from postwright.posts.models import Post
from postwright.publishing.models import Publication
from postwright.publishing.order import Order, Target
from postwright.publishing.schedule import InThePast, KeyReused, Scheduled, schedule
from postwright.publishing.states import IfMissed

ACTOR = "cli"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What was asked for on the command line.

    `source` and `if_missed` are None where nobody has said; the app and the settings say it then.
    """

    account: str
    choices: Choices
    source: Source | None = None
    moment: Moment | None = None
    timezone: str = "UTC"
    if_missed: IfMissed | None = None
    key: str | None = None
    fix: bool = False


async def is_known_key(session: AsyncSession, workspace_id: str, key: str | None) -> bool:
    """Whether a post has this key, so that the command is one that was given before."""
    return key is not None and await _known_at(session, workspace_id, key) is not None


async def refuse_past(session: AsyncSession, wanted: Wanted) -> None:
    """Refuse a time that has passed before anything is copied.

    Raises:
        InThePast: the time has passed.
    """
    if wanted.moment is not None and not wanted.moment.is_relative:
        refuse_before(wanted.moment, await app_now(session))


def refuse_before(moment: Moment, now: datetime) -> None:
    """Refuse a time that has passed.

    Raises:
        InThePast: it has.
    """
    if moment.is_relative or moment.at >= now:
        return
    raise InThePast(
        f"{when(moment.at)} has passed.",
        why=f"It is {when(now)} now.",
        fix="Give a time to come, or leave --at out to publish now.",
    )


async def order(
    desk: Desk,
    connection: Connection,
    wanted: Wanted,
    media: Sequence[MediaFile],
) -> Scheduled:
    """Schedule it; `media` in the order in which it is shown.

    Raises:
        InThePast, KeyReused, Unusable: see `publishing.schedule`.
    """
    try:
        return await _schedule(desk, connection, wanted, media)
    except KeyReused:
        if wanted.moment is None or not wanted.moment.is_relative:
            raise
        # "+10m" is another time whenever it is said; with a known key it means the first one.
        async with desk.database.transaction() as session:
            known = await _known_at(session, desk.workspace_id, wanted.key or "")
        if known is None:
            raise
        again = replace(wanted, moment=known)
        return await _schedule(desk, connection, again, media)


async def _schedule(
    desk: Desk,
    connection: Connection,
    wanted: Wanted,
    media: Sequence[MediaFile],
) -> Scheduled:
    async with desk.database.transaction() as session:
        wish = Order(
            media=media,
            caption=wanted.choices.caption,
            settings=wanted.choices.settings(Kind(media[0].kind)).to_dict(),
            mode=wanted.choices.mode,
            source=wanted.source,
            publish_at=None if wanted.moment is None else wanted.moment.at,
            timezone=wanted.timezone,
            if_missed=wanted.if_missed,
            key=wanted.key,
        )
        return await schedule(session, desk.workspace_id, [Target(connection)], wish, actor=ACTOR)


async def _known_at(session: AsyncSession, workspace_id: str, key: str) -> Moment | None:
    at = await session.scalar(
        select(Publication.publish_at)
        .join(Post, Post.id == Publication.post_id)
        .where(Post.workspace_id == workspace_id, Post.client_key == key)
    )
    return None if at is None else Moment(at, is_relative=True)
