"""Pages to look at: who is there, what they posted, and the video itself."""

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Route

from tiktok_emulator.pages import render
from tiktok_emulator.posting.state import Creator, Post
from tiktok_emulator.store import World, world_of
from tiktok_emulator.upload.finish import settle_all


async def home(request: Request) -> Response:
    """All creators, with their numbers of posts."""
    world = world_of(request)
    settle_all(world)
    counts = {
        name: sum(post.username == name for post in world.posts.values()) for name in world.creators
    }
    values = {"creators": list(world.creators.values()), "counts": counts}
    return HTMLResponse(render("home.html", values))


async def profile(request: Request) -> Response:
    """One creator as the owner sees the profile: every post, the newest first."""
    world = world_of(request)
    settle_all(world)
    creator = world.creators.get(request.path_params["username"])
    if creator is None:
        return _not_there("Couldn't find this account")
    posts = [post for post in world.posts.values() if post.username == creator.username]
    running = [
        upload
        for upload in world.uploads_of(creator.username)
        if upload.post_id is None and upload.received_bytes
    ]
    values = {"creator": creator, "posts": posts[::-1], "running": running[::-1]}
    return HTMLResponse(render("profile.html", values))


async def video(request: Request) -> Response:
    """One post: the video, the caption, and the facts TikTok has of it."""
    world = world_of(request)
    settle_all(world)
    post = _post(world, request.path_params["post_id"])
    if post is None or post.username != request.path_params["username"]:
        return _not_there("Video currently unavailable")
    creator: Creator = world.creators[post.username]
    values = {
        "creator": creator,
        "post": post,
        "shows_id": post.shows_id(world.clock.now()),
    }
    return HTMLResponse(render("video.html", values))


async def media(request: Request) -> Response:
    """The bytes of a post, as they were uploaded; ranges are served."""
    world = world_of(request)
    post = _post(world, request.path_params["post_id"])
    if post is None:
        return Response(status_code=404)
    return FileResponse(world.upload_of(post).path, media_type=post.media_type)


async def cover(request: Request) -> Response:
    """The picture a post shows until it is played, as a JPEG."""
    post = _post(world_of(request), request.path_params["post_id"])
    if post is None or post.cover is None:
        return Response(status_code=404)
    # Not for long: after a reset with a seed another post may have the same number.
    headers = {"Cache-Control": "private, max-age=60"}
    return Response(post.cover, media_type="image/jpeg", headers=headers)


async def avatar(request: Request) -> Response:
    """A drawn avatar: the first letter on a colour of one's own."""
    creator = world_of(request).creators.get(request.path_params["username"])
    if creator is None:
        return Response(status_code=404)
    hue = sum(creator.username.encode()) * 47 % 360
    values = {"letter": creator.nickname[:1].upper(), "hue": hue}
    return Response(render("avatar.svg", values), media_type="image/svg+xml")


def _post(world: World, post_id: str) -> Post | None:
    return world.posts.get(int(post_id)) if post_id.isdecimal() and len(post_id) < 20 else None


def _not_there(text: str) -> Response:
    return HTMLResponse(render("not_there.html", {"text": text}), 404)


ROUTES = [
    Route("/", home, methods=["GET"]),
    Route("/@{username}", profile, methods=["GET"]),
    Route("/@{username}/video/{post_id}", video, methods=["GET"]),
    Route("/media/{post_id}", media, methods=["GET", "HEAD"]),
    Route("/media/{post_id}/cover.jpg", cover, methods=["GET", "HEAD"]),
    Route("/avatar/{username}.svg", avatar, methods=["GET"]),
]
