"""Schedules a post: content and publications in one transaction, lanes woken for their time."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.connections.standing import again, mends, says
from postwright.db.database import NOW, app_now
from postwright.errors import BadInput, Conflict, NeedsReconnect
from postwright.jobs import lanes
from postwright.kit.ids import new_id
from postwright.media.models import MediaFile
from postwright.media.uses import use
from postwright.platforms.content import Source
from postwright.posts.models import Post, PostMedia
from postwright.publishing.awaiting import expect, hold_back, settled
from postwright.publishing.models import Publication, PublicationMedia
from postwright.publishing.order import Order, Target
from postwright.publishing.repeats import content_hash, refuse_repeat
from postwright.publishing.states import State, Visibility
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


class SameAccountTwice(BadInput):
    """A post goes to an account once."""

    code = "same_account_twice"


class NothingToPost(BadInput):
    """A post has a file at least, unless it is a draft that is kept for later."""

    code = "nothing_to_post"


@dataclass(frozen=True, slots=True)
class Scheduled:
    """The post, and its publications as its targets were given.

    `is_new` is False if the same key had already made it.
    """

    post_id: str
    publication_ids: tuple[str, ...]
    is_new: bool

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
) -> Scheduled:
    """Store a post and its publications, each due at its time. All of it is stored, or nothing.

    The same key with the same content is the same post, also when two come at once.

    Raises:
        InThePast: a time has passed.
        KeyReused: the key was used for something else.
        Unusable: an account has to be connected again first.
        NoSuchMedia: a file was removed meanwhile.
        NothingToPost: it has no file.
        SameAccountTwice: two targets are one account.
        MediaNotThere: a file could not be fetched.
        Repeated: it refuses repeats, and an account gets the same already.
    """
    order, targets = await _with_what_has_come(session, workspace_id, order, targets)
    pairs = _paired(targets, order)
    now = await app_now(session)
    await _hold(session, workspace_id, pairs, order, now)
    fingerprint = _fingerprint(order, pairs)
    post_id = await _insert_post(session, workspace_id, order, fingerprint)
    if post_id is None:
        return await _repeated(session, workspace_id, targets, order, fingerprint)
    made = await _place(session, order, pairs, post_id, now)
    await _add_own_files(session, post_id, order)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="post.scheduled",
        subject=post_id,
        accounts=[connection.handle for connection, _ in pairs],
        publish_at=[each.publish_at.isoformat() for each in made.values()],
    )
    ids = tuple(made[target.connection.id].id for target in targets)
    return Scheduled(post_id, ids, is_new=True)


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
    pairs = _paired(targets, order)
    now = await app_now(session)
    await _hold(session, workspace_id, pairs, order, now)
    await _place(session, order, pairs, post_id, now)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="post.extended",
        subject=post_id,
        accounts=[connection.handle for connection, _ in pairs],
    )


async def _place(
    session: AsyncSession,
    order: Order,
    pairs: list[tuple[Connection, Order]],
    post_id: str,
    now: datetime,
) -> dict[str, Publication]:
    """The publications of a post, by account, with their files."""
    made = dict[str, Publication]()
    for connection, wanted in pairs:
        made[connection.id] = await _new(session, connection, wanted, post_id, now)
        if order.refuses_repeats and not order.is_draft:
            await refuse_repeat(session, made[connection.id])
    session.add_all(made.values())
    await session.flush()
    await _add_files(session, post_id, [(made[to.id], wanted) for to, wanted in pairs])
    return made


async def _with_what_has_come(
    session: AsyncSession, workspace_id: str, order: Order, targets: Sequence[Target]
) -> tuple[Order, Sequence[Target]]:
    """The same, with the files of fetches that have ended meanwhile."""
    media = await settled(session, workspace_id, order.media)
    own = [
        target
        if target.media is None
        else replace(target, media=await settled(session, workspace_id, target.media))
        for target in targets
    ]
    return replace(order, media=media), own


def _paired(targets: Sequence[Target], order: Order) -> list[tuple[Connection, Order]]:
    """Each account with what goes there, in the order in which accounts are locked."""
    by_id = {target.connection.id: target for target in targets}
    if len(by_id) < len(targets):
        raise SameAccountTwice(
            "An account is named twice.",
            why="A post goes to an account once.",
            fix="Name each account once, or make two posts.",
        )
    pairs = [(target.connection, target.order(order)) for _, target in sorted(by_id.items())]
    if not order.is_draft and not all(wanted.media for _, wanted in pairs):
        raise NothingToPost("There is no file to post.", fix="Add a video, or photos.")
    return pairs


async def _hold(
    session: AsyncSession,
    workspace_id: str,
    pairs: list[tuple[Connection, Order]],
    order: Order,
    now: datetime,
) -> None:
    """Wake the lanes, and hold the files: in this order, as a worker has them that announces."""
    if not order.is_draft:
        for connection, wanted in pairs:
            await lanes.wake(session, workspace_id, connection.id, START, wanted.publish_at or now)
    every = (order, *(wanted for _, wanted in pairs))
    files = {file.id for each in every for file in each.media if isinstance(file, MediaFile)}
    for media_id in sorted(files):
        await use(session, workspace_id, media_id)


def _fingerprint(order: Order, pairs: list[tuple[Connection, Order]]) -> str:
    """Tells a repeat of the same order from another one."""
    told = [_told(order), *([connection.id, _told(wanted)] for connection, wanted in pairs)]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _told(order: Order) -> list[Any]:
    at = None if order.publish_at is None else order.publish_at.astimezone(UTC).isoformat()
    files = [file.sha256 if isinstance(file, MediaFile) else file.id for file in order.media]
    how = [order.mode, order.source, order.if_missed, order.is_draft]
    return [files, order.caption, order.settings, how, at]


async def _new(
    session: AsyncSession, connection: Connection, wanted: Order, post_id: str, now: datetime
) -> Publication:
    if not connection.state.usable and not wanted.is_draft:
        raise Unusable(
            f"@{connection.handle} cannot be posted to: its connection is {connection.state}.",
            why=connection.state_detail or says(connection.state),
            fix=f"Please {mends(connection.state)}.",
            command=again(connection.handle),
        )
    at = time_to_come(wanted.publish_at, now)
    made = Publication(
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
        content_hash=content_hash(wanted.media, wanted.caption, wanted.settings, wanted.mode),
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
        **order.about.columns(),
    )
    made = await session.execute(row.on_conflict_do_nothing().returning(Post.id))
    return made.scalar_one_or_none()


async def _add_own_files(session: AsyncSession, post_id: str, order: Order) -> None:
    """Those of the post itself; what still comes is noted."""
    rows = [{"post_id": post_id, **file} for file in _files(order)]
    if rows:
        await session.execute(insert(PostMedia), rows)
    await expect(session, post_id, None, order.media)


async def _add_files(
    session: AsyncSession, post_id: str, made: list[tuple[Publication, Order]]
) -> None:
    """Those of each publication."""
    rows = [{"publication_id": each.id, **file} for each, wanted in made for file in _files(wanted)]
    if rows:
        await session.execute(insert(PublicationMedia), rows)
    for each, wanted in made:
        await expect(session, post_id, each.id, wanted.media)


def _files(order: Order) -> list[dict[str, Any]]:
    there = ((n, file.id) for n, file in enumerate(order.media) if isinstance(file, MediaFile))
    return [{"position": n, "media_id": media_id} for n, media_id in there]


async def _source(session: AsyncSession, connection: Connection, order: Order) -> Source:
    """As the post says, or its app; what the network makes of it is seen when it is taken up."""
    if order.source is not None:
        return order.source
    app = await session.get_one(PlatformApp, connection.platform_app_id)
    return Source(app.source)


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
