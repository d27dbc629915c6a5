"""Changes a post that is there: what is not sent stays, and what is out stays as it is."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts
from postwright.api.posts.checked import Checked, Examined, Named, fetched, pieces
from postwright.api.posts.made import order_of, ready, targets_of
from postwright.api.posts.taken import taken_over
from postwright.api.posts.wish import Wish, wished
from postwright.api.wire.posts import PostChange
from postwright.db.database import app_now
from postwright.errors import Conflict
from postwright.jobs import lanes
from postwright.media.models import MediaFile
from postwright.posts.models import Post, PostMedia
from postwright.publishing.awaiting import expect, settled
from postwright.publishing.cancel import cancel
from postwright.publishing.edit import Changes, TooLateToEdit, edit
from postwright.publishing.hand import ChangedMeanwhile
from postwright.publishing.listing import Part, Whole, find_post, wholes
from postwright.publishing.models import AwaitedMedia
from postwright.publishing.schedule import InThePast, add
from postwright.publishing.states import State
from postwright.workspaces import audit

# Kept with a post, and no part of what is published.
_LABELS = frozenset({"tags", "hashtags", "mentions", "metadata"})
# With one of these, what was called off goes out, or is a draft, again.
_AGAIN = frozenset({"platforms", "scheduled_for", "publish_now"})
_CHANGEABLE = frozenset({State.DRAFT, State.SCHEDULED, State.PREPARING, State.HELD, State.FAILED})
OUT = frozenset({State.PUBLISHED, State.DELIVERED})
_TRIES = 10
ELSEWHERE = "TikTok's API can neither change nor delete a post; its owner can, in TikTok's app."


class PostPublished(Conflict):
    """The post is out, and no API of the network changes or deletes what is."""

    code = "post_published"


class _Overtaken(Exception):
    """Somebody else has changed the post since it was read."""


async def change(parts: Parts, caller: Caller, whole: Whole, body: PostChange) -> list[str]:
    """Change a post as far as it is not out; what to say of what was left as it is.

    Of two that change it at once, the second changes what the first has made of it.

    Raises:
        PostPublished, TooLateToEdit: nothing of it can be changed any more.
        InvalidRequest: a draft is to go out, and nobody says when.
        PostUnfit: it could not go out like that.
        ChangedMeanwhile: others change it again and again.
        And what making a post raises.
    """
    for _ in range(_TRIES):
        try:
            return await _changed(parts, caller, whole, body)
        except _Overtaken:
            async with parts.database.transaction() as session:
                post = await find_post(session, caller.workspace_id, whole.post.id)
                (whole,) = await wholes(session, caller.workspace_id, [post])
    raise ChangedMeanwhile(f"{whole.post.id} is being changed by others.", fix="Try again.")


async def _changed(parts: Parts, caller: Caller, whole: Whole, body: PostChange) -> list[str]:
    before = taken_over(whole, parts.accounts.networks.of_app)
    after = wished(body, before)
    if body.given <= _LABELS:
        async with parts.database.transaction() as session:
            await _label(session, caller, whole.post, after)
        return []
    there = _there(whole, body)
    _refuse_what_is_over(whole.post, there)
    _refuse_without_time(before, after, body)
    fixed = [part for part in there if part.publication.state not in _CHANGEABLE]
    ids = {part.connection.id for part in fixed}
    open_ones = tuple(each for each in after.targets if each.account_id not in ids)
    examined = await ready(parts, caller, replace(after, targets=open_ones))
    async with parts.database.transaction() as session:
        here = await fetched(session, parts, caller, examined)
        (now,) = await wholes(session, caller.workspace_id, [whole.post])
        await _apply(session, caller, replace(now, parts=_there(now, body)), here, body)
        kept = {each.account_id: each for each in here.wish.targets}
        targets = tuple(kept.get(each.account_id, each) for each in after.targets)
        await _keep(session, whole.post, replace(here.wish, targets=targets), here, body)
    left = [
        f"@{part.connection.handle}: left as it is, {part.publication.state}." for part in fixed
    ]
    return [*examined.warnings, *left]


def _there(whole: Whole, body: PostChange) -> tuple[Part, ...]:
    """The parts that a change is about."""
    if not body.given & _AGAIN:
        return whole.parts
    return tuple(each for each in whole.parts if each.publication.state is not State.CANCELLED)


def _refuse_what_is_over(post: Post, there: Sequence[Part]) -> None:
    states = [part.publication.state for part in there]
    if not states or _CHANGEABLE.intersection(states):
        return
    if OUT.intersection(states):
        raise PostPublished(
            f"{post.id} is out, and cannot be changed.",
            why=ELSEWHERE,
            fix="Change it in TikTok's app, or make another post.",
        )
    raise TooLateToEdit(f"{post.id} cannot be changed any more: it is {states[0]}.")


def _refuse_without_time(before: Wish, after: Wish, body: PostChange) -> None:
    if not before.is_draft or after.is_draft or body.publish_now or after.at is not None:
        return
    if any(each.at is None for each in after.targets):
        raise InvalidRequest(
            "The draft is to go out, and nobody says when.",
            fix="Send scheduledFor, or publishNow.",
            param="scheduledFor",
        )


async def _apply(
    session: AsyncSession, caller: Caller, whole: Whole, here: Examined, body: PostChange
) -> None:
    """Change the publications: files first, then lanes in their order, as everybody locks."""
    targets = [replace(each, media=await _settled(session, caller, each)) for each in here.targets]
    there = {part.connection.id: part for part in whole.parts}
    wanted = {each.connection.id for each in targets}
    await lanes.lock(session, sorted({*there, *wanted}))
    await _lock(session, whole.post)
    now = await app_now(session)
    for each in targets:
        part = there.get(each.connection.id)
        if part is None:
            continue
        changes = _changes(each, part, here.wish, body, now)
        try:
            await edit(
                session,
                part.publication,
                changes,
                expected_version=body.content_version,
                actor=caller.actor,
            )
        except InThePast as error:
            error.param = "scheduledFor"
            raise
    new = [each for each in targets if each.connection.id not in there]
    if new:
        order = order_of(here, source=whole.post.source, created_by=whole.post.created_by)
        await add(session, whole.post.id, targets_of(new), order, actor=caller.actor)
    for part in whole.parts:
        if part.connection.id not in wanted and part.publication.state in _CHANGEABLE:
            await _call_off(session, caller, part)


async def _settled(session: AsyncSession, caller: Caller, target: Checked) -> tuple[Named, ...]:
    found = await settled(session, caller.workspace_id, pieces(target.media))
    return tuple(
        replace(named, found=piece) for named, piece in zip(target.media, found, strict=True)
    )


async def _call_off(session: AsyncSession, caller: Caller, part: Part) -> None:
    if not part.publication.state.is_end:
        await cancel(session, part.publication, actor=caller.actor)


def _changes(target: Checked, part: Part, wish: Wish, body: PostChange, now: datetime) -> Changes:
    publication = part.publication
    publish_at: datetime | None = None
    if publication.state is not State.FAILED and not wish.is_draft:
        publish_at = target.wished.at or wish.at
        if publish_at is None and (body.publish_now or publication.state is State.DRAFT):
            publish_at = now
        if publish_at == publication.publish_at and publication.state is not State.DRAFT:
            publish_at = None
    return Changes(
        publish_at=publish_at,
        timezone=body.timezone,
        if_missed=body.if_missed,
        caption=target.choice.caption,
        settings=target.choice.settings,
        media=pieces(target.media),
        kind=target.kind,
        mode=target.choice.mode,
        is_draft=wish.is_draft or None,
        refuses_repeats=not wish.allows_repeat,
    )


async def _keep(
    session: AsyncSession, post: Post, wish: Wish, here: Examined, body: PostChange
) -> None:
    """Keep with the post what is wished of it now."""
    row = await find_post(session, post.workspace_id, post.id, locks=True)
    about = wish.about(source=row.source, created_by=row.created_by)
    for name, value in about.columns().items():
        setattr(row, name, value)
    row.caption, row.kind = wish.content, here.kind or row.kind
    row.version += 1
    row.updated_at = await app_now(session)
    await session.flush()
    if body.media_items is None:
        return
    media = await settled(session, row.workspace_id, pieces(here.media))
    its, coming = PostMedia, AwaitedMedia
    await session.execute(delete(its).where(its.post_id == row.id))
    await session.execute(
        delete(coming).where(coming.post_id == row.id, coming.publication_id.is_(None))
    )
    rows = [
        {"post_id": row.id, "position": position, "media_id": each.id}
        for position, each in enumerate(media)
        if isinstance(each, MediaFile)
    ]
    if rows:
        await session.execute(insert(its), rows)
    await expect(session, row.id, None, media)


async def _lock(session: AsyncSession, read: Post) -> Post:
    """The post's row, locked.

    Raises:
        _Overtaken: it is not as it was read.
    """
    version = read.version
    row = await find_post(session, read.workspace_id, read.id, locks=True)
    if row.version != version:
        raise _Overtaken
    return row


async def _label(session: AsyncSession, caller: Caller, post: Post, wish: Wish) -> None:
    row = await _lock(session, post)
    row.tags, row.hashtags = list(wish.tags), list(wish.hashtags)
    row.mentions, row.more = list(wish.mentions), wish.more
    row.version += 1
    row.updated_at = await app_now(session)
    await audit.record(
        session, caller.workspace_id, actor=caller.actor, action="post.labelled", subject=row.id
    )
