"""Schedules a post: content and publications in one transaction, lanes woken for their time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.connections.standing import again, mends, says
from postwright.db.database import app_now
from postwright.db.plain import plain
from postwright.db.statement import Statement
from postwright.errors import BadInput, Conflict, NeedsReconnect
from postwright.kit.ids import new_id
from postwright.media.models import MediaFile
from postwright.platforms.content import Source
from postwright.posts.models import Post
from postwright.publishing.awaiting import hold_back, settled
from postwright.publishing.holding import Going, ask_to_hold
from postwright.publishing.models import Publication
from postwright.publishing.order import Order, Target
from postwright.publishing.placing import (
    Stored,
    post_of,
    put_files,
    put_post,
    put_publication,
)
from postwright.publishing.repeats import content_hash
from postwright.publishing.states import State, Visibility
from postwright.publishing.work import START
from postwright.workspaces import audit

_BY_KEY = Statement("""
    SELECT id FROM posts WHERE workspace_id = :workspace_id AND client_key = :key
""")

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


class SameAccountTwice(BadInput):
    """A post goes to an account once."""

    code = "same_account_twice"


class NothingToPost(BadInput):
    """A post has a file at least, unless it is a draft that is kept for later."""

    code = "nothing_to_post"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The post, and its publications as its targets were given.

    `is_new` is False if the same key had already made it. `made` is what was stored now.
    """

    post_id: str
    publication_ids: tuple[str, ...]
    is_new: bool
    made: Stored | None = None

    @property
    def publication_id(self) -> str:
        """That of the first target."""
        return self.publication_ids[0]


async def schedule(
    session: AsyncSession,
    workspace_id: str,
    targets: Sequence[Target],
    order: Order,
    *,
    actor: str,
    now: datetime | None = None,
) -> Scheduled:
    """Store a post and its publications, each due at its time. All of it is stored, or nothing.

    The same key with the same content is the same post, also when two come at once. `now` is what
    time it was a moment ago, if that is known.

    Raises:
        InThePast: a time has passed.
        KeyReused: the key was used for something else.
        Unusable: an account has to be connected again first.
        NoSuchMedia: a file was removed meanwhile.
        NothingToPost: it has no file.
        SameAccountTwice: two targets are one account.
        MediaNotThere: a file could not be fetched.
        Repeated: it refuses repeats, and an account gets the same already. This, and that a file
            was removed, may come only at the commit.
    """
    order, targets = await _with_what_has_come(session, workspace_id, order, targets)
    going = _to_accounts(targets, order)
    fingerprint = "" if order.key is None else _fingerprint(order, going)
    post_id = new_id("post")
    now = now or await app_now(session)
    try:
        made = await _made(session, going, post_id, now)
    except (InThePast, Unusable):
        # What the key has made already is told, whatever has become of its account and its time.
        if await _is_known(session, workspace_id, order.key):
            return await _repeated(session, workspace_id, targets, order, fingerprint)
        raise
    await ask_to_hold(session, workspace_id, going, order)
    every = list(made.values())
    post = post_of(workspace_id, post_id, order, fingerprint, made=every, now=now)
    if not await put_post(session, post):
        return await _repeated(session, workspace_id, targets, order, fingerprint)
    await _place(session, going, made)
    await put_files(session, post_id, None, order.media)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="post.scheduled",
        subject=post_id,
        accounts=[each.connection.handle for each in going],
        publish_at=[each.publish_at.isoformat() for each in made.values()],
    )
    ids = tuple(made[target.connection.id].id for target in targets)
    files = {each.connection.id: each.order.media for each in going}
    return Scheduled(post_id, ids, is_new=True, made=Stored(post, order.media, made, files))


async def add(
    session: AsyncSession,
    post_id: str,
    targets: Sequence[Target],
    order: Order,
    *,
    actor: str,
) -> None:
    """Have a post go to more accounts; `order` is what holds for all, as it was for the others.

    Raises:
        InThePast, Unusable, NoSuchMedia, NothingToPost, SameAccountTwice, MediaNotThere, Repeated:
            as `schedule` does.
    """
    workspace_id = targets[0].connection.workspace_id
    order, targets = await _with_what_has_come(session, workspace_id, order, targets)
    going = _to_accounts(targets, order)
    made = await _made(session, going, post_id, await app_now(session))
    await ask_to_hold(session, workspace_id, going, order)
    await _place(session, going, made)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="post.extended",
        subject=post_id,
        accounts=[each.connection.handle for each in going],
    )


async def _made(
    session: AsyncSession, going: Sequence[Going], post_id: str, now: datetime
) -> dict[str, Publication]:
    """The publications of a post, by account; nothing is stored."""
    return {each.connection.id: await _new(session, each, post_id, now) for each in going}


async def _place(
    session: AsyncSession, going: Sequence[Going], made: dict[str, Publication]
) -> None:
    """Store the publications of a post, with their files."""
    for each in going:
        publication = made[each.connection.id]
        await put_publication(session, publication)
        await put_files(session, publication.post_id, publication.id, each.order.media)


async def _with_what_has_come(
    session: AsyncSession, workspace_id: str, order: Order, targets: Sequence[Target]
) -> tuple[Order, Sequence[Target]]:
    """The same, with the files of fetches that have ended meanwhile."""
    every = (order.media, *(target.media or () for target in targets))
    if all(isinstance(each, MediaFile) for media in every for each in media):
        return order, targets
    media = await settled(session, workspace_id, order.media)
    own = [
        target
        if target.media is None
        else replace(target, media=await settled(session, workspace_id, target.media))
        for target in targets
    ]
    return replace(order, media=media), own


def _to_accounts(targets: Sequence[Target], order: Order) -> list[Going]:
    """Each account with what goes there, in the order in which accounts are locked."""
    by_id = {target.connection.id: target for target in targets}
    if len(by_id) < len(targets):
        raise SameAccountTwice(
            "An account is named twice.",
            why="A post goes to an account once.",
            fix="Name each account once, or make two posts.",
        )
    going = [_as_ordered(target, order) for _, target in sorted(by_id.items())]
    if not order.is_draft and not all(each.order.media for each in going):
        raise NothingToPost("There is no file to post.", fix="Add a video, or photos.")
    return going


def _as_ordered(target: Target, order: Order) -> Going:
    its = target.order(order)
    content = content_hash(its.media, its.caption, its.settings, its.mode)
    return Going(target.connection, its, content)


def _fingerprint(order: Order, going: Sequence[Going]) -> str:
    """Tells a repeat of the same order from another one."""
    told = [_told(order), *([each.connection.id, _told(each.order)] for each in going)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _told(order: Order) -> list[Any]:
    at = None if order.publish_at is None else order.publish_at.astimezone(UTC).isoformat()
    files = [file.sha256 if isinstance(file, MediaFile) else file.id for file in order.media]
    how = [order.mode, order.source, order.if_missed, order.is_draft]
    return [files, order.caption, order.settings, how, at]


async def _new(session: AsyncSession, going: Going, post_id: str, now: datetime) -> Publication:
    connection, wanted = going.connection, going.order
    if not connection.state.usable and not wanted.is_draft:
        raise Unusable(
            f"@{connection.handle} cannot be posted to: its connection is {connection.state}.",
            why=connection.state_detail or says(connection.state),
            fix=f"Please {mends(connection.state)}.",
            command=again(connection.handle),
        )
    at = time_to_come(wanted.publish_at, now)
    made = plain(
        Publication,
        id=new_id("pub"),
        workspace_id=connection.workspace_id,
        post_id=post_id,
        connection_id=connection.id,
        kind=wanted.kind,
        caption=wanted.caption,
        settings=wanted.settings,
        source=await _source(session, connection, wanted),
        mode=wanted.mode,
        content_version=1,
        content_hash=going.content,
        request_id=audit.REQUEST_ID.get(),
        state=State.DRAFT if wanted.is_draft else State.SCHEDULED,
        lane=None if wanted.is_draft else START,
        due_at=None if wanted.is_draft else at,
        publish_at=at,
        timezone=wanted.timezone,
        if_missed=wanted.if_missed,
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
    if not wanted.is_draft and not all(isinstance(each, MediaFile) for each in wanted.media):
        hold_back(made)
    return made


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
            fix="Give a time to come, or none to publish now.",
        )
    return at


async def _source(session: AsyncSession, connection: Connection, order: Order) -> Source:
    """As the post says, or its app; what the network makes of it is seen when it is taken up."""
    if order.source is not None:
        return order.source
    app = await session.get_one(PlatformApp, connection.platform_app_id)
    return Source(app.source)


async def _is_known(session: AsyncSession, workspace_id: str, key: str | None) -> bool:
    values = {"workspace_id": workspace_id, "key": key}
    return key is not None and await _BY_KEY.first(session, values) is not None


async def _repeated(
    session: AsyncSession,
    workspace_id: str,
    targets: Sequence[Target],
    order: Order,
    fingerprint: str,
) -> Scheduled:
    post = (
        await session.scalars(
            select(Post).where(Post.workspace_id == workspace_id, Post.client_key == order.key)
        )
    ).one()
    if post.fingerprint != fingerprint:
        raise KeyReused(
            f"The key {order.key!r} was used for another post ({post.id}).",
            why="Its files, accounts, texts, settings or times differ from these.",
            fix="Use another key, or repeat exactly what was asked then.",
        )
    rows = await session.execute(
        select(Publication.connection_id, Publication.id).where(Publication.post_id == post.id)
    )
    made = {row.connection_id: row.id for row in rows}
    ids = tuple(made[target.connection.id] for target in targets)
    return Scheduled(post.id, ids, is_new=False)
