"""The page of one post: the video or the photos, and the facts TikTok has of it."""

from starlette.requests import Request
from starlette.responses import Response

from tiktok_emulator.phone import show
from tiktok_emulator.phone.owner import NotThere, owner, owner_page
from tiktok_emulator.posting.creator import privacy_options
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.posting.state import Post
from tiktok_emulator.store import world_of


async def show_post(request: Request) -> Response:
    """One post, or one video that was seeded."""
    world = world_of(request)
    settle_all(world)
    creator, number = owner(request), number_of(request)
    found = world.posts.get(number)
    if found is not None and found.username == creator.username:
        if found.deleted_at is not None:
            raise NotThere("This post was deleted")
        return post_page(request, found)
    seeded = world.videos.get(number)
    if seeded is None or seeded.username != creator.username:
        raise NotThere("Post currently unavailable")
    values = {"item": show.shown_seeded(world, seeded), "post": None, "shows_id": True}
    return owner_page(request, "video.html", "profile", values)


def post_page(request: Request, post: Post, problem: str = "") -> Response:
    """The page of a post that came through the API or out of a draft."""
    world = world_of(request)
    values = {
        "item": show.shown_post(world, post),
        "post": post,
        "shows_id": post.shows_id(world.clock.now()),
        "options": privacy_options(owner(request)),
        "problem": problem,
    }
    status = 400 if problem else 200
    return owner_page(request, "video.html", "profile", values, status=status)


def number_of(request: Request) -> int:
    """The post id of the path; 0, which nothing has, if it is none."""
    text = str(request.path_params["post_id"])
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 20 else 0
