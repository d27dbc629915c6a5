"""`/v1/posts`: content that goes to accounts, at once, at a time, or later."""

from typing import Annotated

from fastapi import Path, Query, Request, Response
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.bases import base_of
from postwright.api.caller import Caller, Publisher, Reader
from postwright.api.idempotency import CallOf
from postwright.api.paging import PageOf
from postwright.api.parts import PartsOf
from postwright.api.posts.changed import change
from postwright.api.posts.ended import remove, try_again
from postwright.api.posts.found import FiltersOf, after_of, bounds, reach
from postwright.api.posts.logs import logs_of
from postwright.api.posts.made import place, ready, whole_of
from postwright.api.posts.shown import new_shown, post_shown, posts_shown
from postwright.api.posts.wish import wished
from postwright.api.routing import routes
from postwright.api.wire.base import In, warnings_of
from postwright.api.wire.posts import PostChange, PostFields, PostNew
from postwright.api.wire.posts_shown import PostAnswer, PostDone, PostList, PostLogs
from postwright.api.wire.profiles import Message
from postwright.publishing.listed import COUNTED, Span, listed, place_of
from postwright.publishing.listing import Whole, find_post, wholes
from postwright.publishing.schedule import Scheduled
from postwright.publishing.seeing import seen

router = routes("Posts")

PostId = Annotated[
    str, Path(alias="postId", description="The post's id.", examples=["post_7k3m9x2q4d1f"])
]
_MOST_LOGS = 500
_SUM_UP = text("SET CONSTRAINTS ALL IMMEDIATE")


@router.post(
    "/posts",
    summary="Make a post",
    operation_id="create_post",
    status_code=201,
    response_model=PostDone,
)
async def create_post(
    wanted: PostNew, request: Request, caller: Publisher, parts: PartsOf, call: CallOf
) -> Response:
    """Make a post that goes out at once (`publishNow`), at a time (`scheduledFor`), or is a draft.

    It is checked first by the rules that hold when it is sent: what is wrong is told as
    `details.findings`, and nothing is stored. Then all of it is stored, or nothing. The answer
    does not wait for the network: `platforms[].status` says how far it is, `GET /v1/posts/{postId}`
    and `GET /v1/events` how it goes on. Files that are named by an address elsewhere are fetched
    first; until then the target is `held` with the reason `media_coming`.

    The same content to the same account within 24 hours is refused with 409 and
    `details.existingPostId`, unless `metadata.allowDuplicate` is true.
    """
    if (answer := await call.known()) is not None:
        return answer
    examined = await ready(parts, caller, wished(wanted))
    base = base_of(request, parts.settings.web.public_url)

    async def work(session: AsyncSession) -> PostDone:
        made, here = await place(
            session,
            parts,
            caller,
            examined,
            source="api",
            key=wanted.client_key,
            if_missed=wanted.if_missed,
        )
        if made.made is not None:
            rules = {each.connection.id: each.rules for each in here.targets}
            shown = new_shown(whole_of(made.made, here), parts, base, rules)
        else:
            post = await find_post(session, caller.workspace_id, made.post_id)
            shown = await post_shown(session, parts, post, base)
        return PostDone(
            message=_made(shown.id, made, is_draft=examined.wish.is_draft),
            is_new=made.is_new,
            post=shown,
            warnings=[*_unknown(wanted), *examined.warnings],
        )

    return await call.once(work)


def _made(post_id: str, made: Scheduled, *, is_draft: bool) -> str:
    if not made.is_new:
        return f"The key has been used before: this is the same post, {post_id}."
    return f"{post_id} is a draft." if is_draft else f"{post_id} is on its way."


def _unknown(wanted: PostFields) -> list[str]:
    """What was sent and means nothing; `crosspostingEnabled` says what holds anyway."""
    shapes: list[In] = [wanted, *(wanted.platforms or []), *(wanted.media_items or [])]
    told = dict.fromkeys(warnings_of(*shapes))
    return [each for each in told if not each.startswith("crosspostingEnabled ")]


@router.get("/posts", summary="List posts", operation_id="list_posts", response_model=PostList)
async def list_posts(
    *, request: Request, caller: Reader, parts: PartsOf, page: PageOf, filters: FiltersOf
) -> Response:
    """The posts that the key reaches. Of more than 1,000 the total is a lower bound, and capped.

    There is always a page more than that of the last post that is known: whoever reads page after
    page comes to the end. `nextCursor` leads there faster.
    """
    after = None if page.after is None else after_of(page.after)
    base = base_of(request, parts.settings.web.public_url)
    span = Span(filters.sorting, after, page.skip, page.limit + 1)
    async with parts.database.transaction() as session:
        found = await listed(session, caller.workspace_id, filters.wanted, bounds(caller), span)
        has_more, ids = len(found.ids) > page.limit, found.ids[: page.limit]
        posts = await seen(session, caller.workspace_id, ids) if ids else []
    total = found.total
    if is_capped := total >= COUNTED:
        total = max(total, page.skip + len(ids) + has_more)
    place = place_of(posts[-1].post, filters.sorting) if has_more and posts else None
    last = None if place is None else (place[0].isoformat(), place[1])
    shown = posts_shown(posts, parts, base)
    told = PostList(posts=shown, pagination=page.told(total, last, is_capped=is_capped))
    # Straight to JSON: to go by way of plain values takes as long again, for a hundred posts.
    return Response(told.model_dump_json(by_alias=True), media_type="application/json")


@router.get("/posts/{postId}", summary="Get a post", operation_id="get_post")
async def get_post(post_id: PostId, request: Request, caller: Reader, parts: PartsOf) -> PostAnswer:
    """One post, with its attempts and what the rules say of it as it is now."""
    base = base_of(request, parts.settings.web.public_url)
    async with parts.database.transaction() as session:
        post = await find_post(session, caller.workspace_id, post_id, reach(caller))
        return PostAnswer(post=await post_shown(session, parts, post, base))


@router.put("/posts/{postId}", summary="Change a post", operation_id="update_post")
async def update_post(
    post_id: PostId, wanted: PostChange, request: Request, caller: Publisher, parts: PartsOf
) -> PostDone:
    """Change what is sent of a post; the rest stays. It is checked as a new one is.

    What the network has got already cannot be changed: of a post that is partly out the rest is,
    and `warnings` say what was left. What has failed is changed, and goes out with `retry`. A draft
    stays one until `isDraft: false` with a time, or `publishNow`. With `platforms`, accounts that
    are not named any more are called off, and new ones added. Tags, hashtags, mentions and
    metadata can always be changed.
    """
    base = base_of(request, parts.settings.web.public_url)
    async with parts.database.transaction() as session:
        whole = await _whole(session, caller, post_id)
    warnings = await change(parts, caller, whole, wanted)
    async with parts.database.transaction() as session:
        post = await find_post(session, caller.workspace_id, post_id)
        return PostDone(
            message=f"{post_id} was changed.",
            post=await post_shown(session, parts, post, base),
            warnings=[*_unknown(wanted), *warnings],
        )


@router.delete("/posts/{postId}", summary="Delete a post", operation_id="delete_post")
async def delete_post(post_id: PostId, caller: Publisher, parts: PartsOf) -> Message:
    """Cancel a post that is not out, and take it off the lists.

    What is out cannot be deleted here: 409 says where it can. What the network fetches already is
    asked to stop; the post stays until that is decided, and the message says so.
    """
    async with parts.database.transaction() as session:
        whole = await _whole(session, caller, post_id)
        return Message(message=await remove(session, caller, whole))


@router.post(
    "/posts/{postId}/retry",
    summary="Try again what has failed",
    operation_id="retry_post",
    response_model=PostDone,
)
async def retry_post(
    post_id: PostId, request: Request, caller: Publisher, parts: PartsOf, call: CallOf
) -> Response:
    """Publish again, now, on those accounts where it has failed; the others stay as they are."""
    base = base_of(request, parts.settings.web.public_url)

    async def work(session: AsyncSession) -> PostDone:
        whole = await _whole(session, caller, post_id)
        count = await try_again(session, caller, whole)
        await session.flush()
        # The post is summed up at the end of the transaction, and told before.
        await session.execute(_SUM_UP)
        await session.refresh(whole.post)
        return PostDone(
            message=f"{count} of {len(whole.parts)} targets go out again.",
            post=await post_shown(session, parts, whole.post, base),
        )

    return await call.once(work, status=200)


@router.get(
    "/posts/{postId}/logs", summary="What was done about a post", operation_id="get_post_logs"
)
async def get_post_logs(
    post_id: PostId,
    caller: Reader,
    parts: PartsOf,
    limit: Annotated[int, Query(ge=1, le=_MOST_LOGS, description="Most entries.")] = 100,
) -> PostLogs:
    """Requests to the network for this post, and who did what with it; the newest first."""
    async with parts.database.transaction() as session:
        whole = await _whole(session, caller, post_id)
        return PostLogs(logs=await logs_of(session, whole, limit=limit))


async def _whole(session: AsyncSession, caller: Caller, post_id: str) -> Whole:
    post = await find_post(session, caller.workspace_id, post_id, reach(caller))
    (whole,) = await wholes(session, caller.workspace_id, [post])
    return whole
