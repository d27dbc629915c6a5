"""Pages to look at: who is there, what they posted, and the media itself."""

from collections import Counter
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from tiktok_emulator.display.covers import picture
from tiktok_emulator.pages import page, render
from tiktok_emulator.phone import show
from tiktok_emulator.phone.hands import ROUTES as HANDS
from tiktok_emulator.phone.owner import not_there, owner, owner_page
from tiktok_emulator.phone.post import number_of, show_post
from tiktok_emulator.posting.creator import Standing, posts_today
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.posting.state import Photo, Post, Privacy
from tiktok_emulator.store import World, world_of

MANY = 12
FEED_PAGE = 8
# Not for long: after a reset with a seed another post may have the same number.
_KEPT = {
    "Cache-Control": "private, max-age=60",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; media-src 'self'; img-src 'self'; "
    "style-src 'unsafe-inline'",
}


async def home(request: Request) -> Response:
    """All creators, with their numbers of posts."""
    world = world_of(request)
    settle_all(world)
    search = request.query_params.get("q", "").strip()
    wanted = search.casefold().removeprefix("@")
    posts = Counter(item.username for item in show.shown_all(world))
    drafts = Counter(
        each.username
        for each in world.publishes.values()
        if each.is_delivered and not each.post_ids
    )
    people = [
        {
            "creator": creator,
            "posts": posts[creator.username],
            "drafts": drafts[creator.username],
        }
        for creator in world.creators.values()
        if wanted in creator.username.casefold() or wanted in creator.nickname.casefold()
    ]
    values = {
        "people": people,
        "creator_count": len(world.creators),
        "has_search": len(world.creators) > MANY or bool(search),
        "search": search,
        "apps": list(world.apps.values()),
        "base_url": str(request.base_url).rstrip("/"),
    }
    return page(request, "home.html", values)


async def feed(request: Request) -> Response:
    """What everybody may see, a few posts a page. Query: before=key of the last one seen."""
    world = world_of(request)
    settle_all(world)
    items = show.feed(world)
    before = request.query_params.get("before", "")
    keys = [item.key for item in items]
    start = keys.index(before) + 1 if before in keys else 0
    shown = items[start : start + FEED_PAGE]
    has_more = start + FEED_PAGE < len(items)
    values = {"items": shown, "older": shown[-1].key if has_more else None}
    return page(request, "feed.html", values)


async def profile(request: Request) -> Response:
    """One creator as the owner sees the profile. Query: shelf=posts, private or drafts."""
    world = world_of(request)
    settle_all(world)
    creator = owner(request)
    items = show.shown_all(world, creator.username)
    public = [item for item in items if item.privacy is not Privacy.SELF]
    private = [item for item in items if item.privacy is Privacy.SELF]
    drafts = show.drafts_of(world, creator.username)
    running = show.underway(world, creator.username)
    shelf = request.query_params.get("shelf", "posts")
    standing = Standing(world.clock.now(), world.posts.values(), ())
    likes = sum(item.statistics.like_count for item in public)
    values = {
        "shelf": shelf if shelf in ("private", "drafts") else "posts",
        "items": private if shelf == "private" else public,
        "drafts": drafts,
        "running": running,
        "underway": [each for each in running if not each.fail_reason],
        "likes": likes if creator.likes_count is None else creator.likes_count,
        "posted_today": posts_today(creator.username, standing),
        "shelves": [
            ("posts", "Posts", len(public)),
            ("private", "Private", len(private)),
            ("drafts", "Drafts", len(drafts)),
        ],
    }
    return owner_page(request, "profile.html", "profile", values)


async def inbox(request: Request) -> Response:
    """What apps have sent to a creator: drafts to finish, and how posting ended."""
    world = world_of(request)
    settle_all(world)
    creator = owner(request)
    values = {"notices": show.notices(world, creator.username)}
    return owner_page(request, "inbox.html", "inbox", values)


async def media(request: Request) -> Response:
    """The bytes of a video, as they were sent; ranges are served."""
    found = _post(request)
    if found is None or found.photos:
        return Response(status_code=404)
    files = world_of(request).publish_of(found).files
    return FileResponse(files[0].path, media_type=found.media_type, headers=_KEPT)


async def cover(request: Request) -> Response:
    """The picture a post shows until it is played, as a JPEG."""
    number = number_of(request)
    if number in world_of(request).videos:
        return _jpeg(picture(world_of(request), number))
    found = _post(request)
    return _jpeg(None if found is None else found.cover)


async def photo(request: Request) -> Response:
    """One picture of a photo post, numbered from 0."""
    found = _post(request)
    return _picture(() if found is None else found.photos, request)


async def draft_media(request: Request) -> Response:
    """The video of a draft, for its owner to look at."""
    draft = _draft(request)
    if draft is None or draft.facts is None or not draft.files:
        return Response(status_code=404)
    media_type = draft.facts.media_type
    return FileResponse(draft.files[0].path, media_type=media_type, headers=_KEPT)


async def draft_cover(request: Request) -> Response:
    """The first picture of a draft, as a JPEG."""
    draft = _draft(request)
    return _jpeg(None if draft is None else draft.cover)


async def draft_photo(request: Request) -> Response:
    """One picture of a draft of photos, numbered from 0."""
    draft = _draft(request)
    return _picture(() if draft is None else draft.photos, request)


async def avatar(request: Request) -> Response:
    """A drawn avatar: the first letter on a colour of one's own."""
    creator = world_of(request).creators.get(request.path_params["username"])
    if creator is None:
        return Response(status_code=404)
    hue = sum(creator.username.encode()) * 47 % 360
    values = {"letter": creator.nickname[:1].upper(), "hue": hue}
    return Response(render("avatar.svg", values), media_type="image/svg+xml", headers=_KEPT)


def _post(request: Request) -> Post | None:
    found = world_of(request).posts.get(number_of(request))
    return None if found is None or found.deleted_at is not None else found


def _draft(request: Request) -> Publish | None:
    world: World = world_of(request)
    found = world.publishes.get(request.path_params["publish_id"])
    return found if found is not None and found.is_delivered else None


def _jpeg(picture: bytes | None) -> Response:
    if picture is None:
        return Response(status_code=404)
    return Response(picture, media_type="image/jpeg", headers=_KEPT)


def _picture(photos: tuple[Photo, ...], request: Request) -> Response:
    number = int(request.path_params["number"])
    if number >= len(photos):
        return Response(status_code=404)
    path: Path = photos[number].path
    return FileResponse(path, media_type=photos[number].media_type, headers=_KEPT)


def _media_routes() -> list[Route]:
    paths = {
        "/media/{post_id}": media,
        "/media/{post_id}/cover.jpg": cover,
        "/media/{post_id}/photo/{number:int}": photo,
        "/media/draft/{publish_id}/cover.jpg": draft_cover,
        "/media/draft/{publish_id}/photo/{number:int}": draft_photo,
        "/media/draft/{publish_id}": draft_media,
        "/avatar/{username}.svg": avatar,
    }
    return [Route(path, endpoint, methods=["GET", "HEAD"]) for path, endpoint in paths.items()]


ROUTES = [
    Route("/", home, methods=["GET"]),
    Route("/feed", feed, methods=["GET"]),
    Route("/@{username}", not_there(profile), methods=["GET"]),
    Route("/@{username}/inbox", not_there(inbox), methods=["GET"]),
    Route("/@{username}/video/{post_id}", not_there(show_post), methods=["GET"]),
    Route("/@{username}/photo/{post_id}", not_there(show_post), methods=["GET"]),
    *HANDS,
    *_media_routes(),
]
