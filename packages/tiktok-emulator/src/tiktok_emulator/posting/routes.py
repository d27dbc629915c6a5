"""Creator info, init of a direct post, status."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import cast

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.faults import Operation
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.state import Grant
from tiktok_emulator.posting import creator, init
from tiktok_emulator.posting.access import admit
from tiktok_emulator.posting.state import ChunkPlan, PostInfo, Privacy
from tiktok_emulator.store import World, world_of
from tiktok_emulator.upload import address
from tiktok_emulator.upload.finish import settle, settle_all
from tiktok_emulator.upload.state import Upload

PUBLISH = "video.publish"
UPLOAD = "video.upload"


async def creator_info(request: Request) -> Response:
    """What the creator may do now; bans and caps answer with HTTP 200.

    spec: posting.creator-info
    Source: creator info page, 2026.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.CREATOR_INFO, (PUBLISH,))
    settle_all(world)
    who = world.creators[grant.username]
    app = world.apps[grant.client_key]
    creator.check_ban(who, status=200)
    creator.check_caps(app, who, _standing(world), status=200)
    avatar = f"{_base(request)}/avatar/{who.username}.svg"
    return _ok(request, creator.facts(who, avatar))


async def video_init(request: Request) -> Response:
    """Begin a direct post by FILE_UPLOAD and give out its upload address.

    spec: posting.init, posting.init.publish-id, posting.init.upload-url-lifetime
    Source: direct post page, 2026-09-11; order of the checks assumed.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.INIT, (PUBLISH,))
    settle_all(world)
    body = await _json(request, world)
    info = init.read_post_info(body, world.settings)
    plan = init.read_source(body, world.settings)
    who, app = world.creators[grant.username], world.apps[grant.client_key]
    creator.check_ban(who, status=403)
    privacy = creator.check_audience(app, who, info.privacy, world.settings)
    creator.check_caps(app, who, _standing(world), status=403)
    upload = _new_upload(world, grant, info, privacy, plan)
    note_of(request).publish_id = upload.publish_id
    return _ok(
        request,
        {"publish_id": upload.publish_id, "upload_url": address.make(_base(request), upload)},
    )


def _new_upload(
    world: World, grant: Grant, info: PostInfo, privacy: Privacy, plan: ChunkPlan
) -> Upload:
    now = world.clock.now()
    upload_id = str(world.ids.number())
    upload = Upload(
        publish_id=f"v_pub_file~v2-1.{world.ids.number()}",
        upload_id=upload_id,
        upload_token=world.ids.upload_token(),
        client_key=grant.client_key,
        username=grant.username,
        info=info,
        privacy=privacy,
        plan=plan,
        path=world.spool / upload_id,
        created_at=now,
        expires_at=now + timedelta(seconds=world.settings.upload_url_s),
    )
    world.uploads[upload.publish_id] = upload
    world.uploads_by_id[upload_id] = upload
    return upload


async def status(request: Request) -> Response:
    """How far a post has come.

    spec: status.fetch, status.fetch.uploaded-bytes
    spec: error.invalid_publish_id, error.token_not_authorized_for_specified_publish_id
    Source: status page, 2026-09.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.STATUS, (PUBLISH, UPLOAD))
    body = await _json(request, world)
    publish_id = body.get("publish_id")
    upload = world.uploads.get(publish_id) if isinstance(publish_id, str) else None
    note_of(request).publish_id = upload.publish_id if upload else None
    visible_after = timedelta(seconds=world.settings.publish_id_visible_after_s)
    if upload is None or world.clock.now() - upload.created_at < visible_after:
        raise PostingRefusal(
            400,
            "invalid_publish_id",
            "The publish_id is invalid.",
            rule="status.fetch.invalid-publish-id",
            why="publish_id is none that init has given out"
            + (" (or a switch hides it still)." if upload else "."),
        )
    if (upload.client_key, upload.username) != (grant.client_key, grant.username):
        raise PostingRefusal(
            400,
            "token_not_authorized_for_specified_publish_id",
            "The access token is not authorized for the specified publish_id.",
            rule="status.fetch.wrong-user",
            why="the publish_id belongs to another user or another app than the token.",
        )
    settle(world, upload)
    upload.status_reads += 1
    return _ok(request, _status_of(world, upload))


def _status_of(world: World, upload: Upload) -> dict[str, object]:
    """The `data` of status/fetch. The misspelt key is TikTok's, the ids are bare int64.

    spec: status.fetch.post-id, status.fetch.post-id-int64, status.fetch.post-id-only-public
    """
    post = world.posts.get(upload.post_id) if upload.post_id is not None else None
    shown = [post.post_id] if post is not None and post.shows_id(world.clock.now()) else []
    data: dict[str, object] = {
        "status": upload.status,
        "publicaly_available_post_id": shown,
        "uploaded_bytes": upload.received_bytes,
    }
    if upload.fail_reason is not None:
        data["fail_reason"] = upload.fail_reason.value
    return data


def _standing(world: World) -> creator.Standing:
    return creator.Standing(world.clock.now(), world.posts.values(), world.uploads.values())


def _base(request: Request) -> str:
    return str(request.base_url).rstrip("/")


def _ok(request: Request, data: Mapping[str, object]) -> Response:
    """A data answer.

    spec: envelope.log-id
    """
    note = note_of(request)
    note.code = "ok"
    error = {"code": "ok", "message": "", "log_id": note.log_id}
    return JSONResponse({"data": data, "error": error})


async def _json(request: Request, world: World) -> Mapping[str, object]:
    """The body as an object.

    Raises:
        PostingRefusal: 400, not JSON or no object.
    """
    media_type = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body: object = None
    if media_type == "application/json":
        try:
            text = (await request.body()).decode("utf-8")
            body = json.loads(text, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            body = None
    if not isinstance(body, dict):
        raise init.bad_param(
            world.settings,
            "The request parameters are invalid.",
            rule="error.invalid_params",
            why=f"the body is no JSON object, or Content-Type ({media_type or 'missing'}) is not "
            "application/json.",
        )
    return cast("Mapping[str, object]", body)


def _no_constant(name: str) -> None:
    """Refuse what Python takes for a number and JSON does not have: NaN, Infinity."""
    raise ValueError(name)


def _enveloped(
    endpoint: Callable[[Request], Awaitable[Response]],
) -> Callable[[Request], Awaitable[Response]]:
    """Answer refusals as Content Posting does: an `error` object and no `data`.

    spec: envelope.data-error
    Source: observed 2025-08-16.
    """

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except PostingRefusal as refusal:
            note = note_of(request)
            note.refuse(refusal)
            error = {"code": refusal.code, "message": refusal.message, "log_id": note.log_id}
            return JSONResponse({"error": error}, refusal.status)

    return answered


ROUTES = [
    Route("/v2/post/publish/creator_info/query/", _enveloped(creator_info), methods=["POST"]),
    Route("/v2/post/publish/video/init/", _enveloped(video_init), methods=["POST"]),
    Route("/v2/post/publish/status/fetch/", _enveloped(status), methods=["POST"]),
]
