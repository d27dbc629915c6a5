"""User info, the list of videos, videos by id, and their covers."""

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from tiktok_emulator.display import bodies, covers
from tiktok_emulator.display.fields import (
    BASIC,
    PROFILE,
    STATS,
    USER_FIELDS,
    VIDEO_FIELDS,
    VIDEOS,
    asked_fields,
    check_scopes,
)
from tiktok_emulator.display.objects import Asker, user_object, video_object
from tiktok_emulator.display.videos import Listed, page_of, shelf
from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.state import Grant
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting.access import admit, bearer
from tiktok_emulator.posting.envelope import Endpoint, base_url, ok
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.store import World, world_of


async def user_info(request: Request) -> Response:
    """Facts of the user: a GET without a body, `fields` in the query.

    spec: display.user-info.method
    Source: get user info page and v2 introduction, 2026; order of the checks assumed.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.USER_INFO, (BASIC, PROFILE, STATS))
    settle_all(world)
    fields = _fields(request, world, USER_FIELDS, "display.user-info.fields")
    token = bearer(world, request.headers)
    check_scopes(fields, token.scopes if token else (), world.settings)
    who = world.creators[grant.username]
    return ok(request, {"user": user_object(world, who, _asker(request, world, grant), fields)})


async def video_list(request: Request) -> Response:
    """A page of the user's public videos, newest first.

    spec: display.video-list
    Source: list videos page, 2026. It has no row for `fields`; that it is required is assumed.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.VIDEO_LIST, (VIDEOS,))
    settle_all(world)
    fields = _fields(request, world, VIDEO_FIELDS, "display.video-list.fields")
    body = await bodies.read_object(request)
    cursor, count = bodies.read_cursor(body), bodies.read_max_count(body)
    page = page_of(shelf(world, grant.username), cursor, _page_size(world, count))
    data = {
        "videos": _objects(request, world, grant, page.videos, fields),
        "cursor": page.cursor_ms,
        "has_more": page.has_more,
    }
    return ok(request, data)


def _page_size(world: World, count: int) -> int:
    """How many videos a page gets: a switch makes it shorter than was asked for.

    spec: display.video-list.short-pages
    Source: video list page of the first version: a page may be short although there is more.
    """
    return (count + 1) // 2 if world.settings.short_pages else count


async def video_query(request: Request) -> Response:
    """The user's own public videos with these ids, in their order; others are left out.

    spec: display.video-query, display.video-query.own-only
    Source: query videos page, 2026; that videos no longer public are left out is assumed.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.VIDEO_QUERY, (VIDEOS,))
    settle_all(world)
    fields = _fields(request, world, VIDEO_FIELDS, "display.video-query")
    wanted = bodies.read_video_ids(await bodies.read_object(request))
    there = {str(video.post_id): video for video in shelf(world, grant.username)}
    found = tuple(there[video_id] for video_id in wanted if video_id in there)
    return ok(request, {"videos": _objects(request, world, grant, found, fields)})


def _fields(request: Request, world: World, known: Mapping[str, str], rule: str) -> tuple[str, ...]:
    text = request.query_params.get("fields", "")
    return asked_fields(text, known, world.settings, note_of(request), rule=rule)


def _asker(request: Request, world: World, grant: Grant) -> Asker:
    return Asker(
        client_key=grant.client_key,
        base_url=base_url(request),
        now=world.clock.now(),
        cover_url_s=world.settings.cover_url_s,
    )


def _objects(
    request: Request,
    world: World,
    grant: Grant,
    videos: tuple[Listed, ...],
    fields: tuple[str, ...],
) -> list[dict[str, object]]:
    asker = _asker(request, world, grant)
    return [video_object(video, asker, fields) for video in videos]


async def cover(request: Request) -> Response:
    """The picture behind a cover_image_url, as long as the address works."""
    world = world_of(request)
    post_id = int(request.path_params["post_id"])
    try:
        covers.check(request.query_params, post_id, world.clock.now())
    except PostingRefusal as refusal:
        note_of(request).refuse(refusal)
        return PlainTextResponse("Access Denied", refusal.status)
    picture = covers.picture(world, post_id)
    if picture is None:
        return PlainTextResponse("Not Found", 404)
    return Response(picture, media_type="image/jpeg", headers={"Cache-Control": "no-store"})


def _enveloped(endpoint: Endpoint) -> Endpoint:
    """Answer refusals as Display does: an `error` object beside an empty `data`.

    spec: display.envelope-data
    Source: observed 2025; the error handling page shows no `data`.
    """

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PostingRefusal as refusal:
            note = note_of(request)
            note.refuse(refusal)
            error = {"code": refusal.code, "message": refusal.message, "log_id": note.log_id}
            return JSONResponse({"data": {}, "error": error}, refusal.status)

    return answered


ROUTES = [
    Route("/v2/user/info/", _enveloped(user_info), methods=["GET"]),
    Route("/v2/video/list/", _enveloped(video_list), methods=["POST"]),
    Route("/v2/video/query/", _enveloped(video_query), methods=["POST"]),
    Route("/cover/{post_id:int}.jpeg", cover, methods=["GET", "HEAD"]),
]
