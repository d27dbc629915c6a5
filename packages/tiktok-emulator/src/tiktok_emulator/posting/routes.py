"""Creator info, status, cancel; the three inits are in posting/opening.py."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.state import Grant
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting import creator, opening
from tiktok_emulator.posting.access import DRAFT, PUBLISH, admit
from tiktok_emulator.posting.envelope import base_url, enveloped, ok, read_body
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.settle import settle, settle_all
from tiktok_emulator.posting.state import FailReason
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.store import World, world_of


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
    creator.check_caps(app, who, creator.standing(world), status=200)
    avatar = f"{base_url(request)}/avatar/{who.username}.svg"
    return ok(request, creator.facts(who, avatar))


async def status(request: Request) -> Response:
    """How far a publish has come.

    spec: status.fetch, status.fetch.uploaded-bytes, status.downloaded-bytes
    Source: status page, 2026-09.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.STATUS, (PUBLISH, DRAFT))
    publish = await _named(
        request,
        world,
        grant,
        unknown_rule="status.fetch.invalid-publish-id",
        foreign_rule="status.fetch.wrong-user",
    )
    settle(world, publish)
    publish.status_reads += 1
    return ok(request, _status_of(world, publish))


async def _named(
    request: Request, world: World, grant: Grant, *, unknown_rule: str, foreign_rule: str
) -> Publish:
    """The publish that the body names.

    Raises:
        PostingRefusal: 400, there is none, or it is not of this user and this app.

    spec: error.invalid_publish_id, error.token_not_authorized_for_specified_publish_id
    """
    body = await read_body(request, world)
    publish_id = body.get("publish_id")
    publish = world.publishes.get(publish_id) if isinstance(publish_id, str) else None
    note_of(request).publish_id = publish.publish_id if publish else None
    visible_after = timedelta(seconds=world.settings.publish_id_visible_after_s)
    if publish is None or world.clock.now() - publish.created_at < visible_after:
        raise PostingRefusal(
            400,
            "invalid_publish_id",
            "The publish_id is invalid.",
            rule=unknown_rule,
            why="publish_id is none that init has given out"
            + (" (or a switch hides it still)." if publish else "."),
        )
    if (publish.client_key, publish.username) != (grant.client_key, grant.username):
        raise PostingRefusal(
            400,
            "token_not_authorized_for_specified_publish_id",
            "The access token is not authorized for the specified publish_id.",
            rule=foreign_rule,
            why="the publish_id belongs to another user or another app than the token.",
        )
    return publish


def _status_of(world: World, publish: Publish) -> dict[str, object]:
    """The `data` of status/fetch. The misspelt key is TikTok's, the ids are bare int64.

    spec: status.fetch.post-id, status.fetch.post-id-int64, status.fetch.post-id-only-public
    spec: status.drafts-many-ids, status.fetch.listed-fields-only
    """
    now = world.clock.now()
    posts = (world.posts[post_id] for post_id in publish.post_ids)
    data: dict[str, object] = {
        "status": publish.status,
        "publicaly_available_post_id": [post.post_id for post in posts if post.shows_id(now)],
    }
    counter = "downloaded_bytes" if isinstance(publish, Pull) else "uploaded_bytes"
    data[counter] = publish.received_bytes
    if publish.fail_reason is not None:
        data["fail_reason"] = publish.fail_reason.value
    return data


async def cancel(request: Request) -> Response:
    """Stop a download that is under way; it ends as FAILED with publish_cancelled.

    spec: cancel, cancel.no-data, cancel.event
    Source: media transfer guide and status page, 2026-09.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.CANCEL, (PUBLISH, DRAFT))
    publish = await _named(
        request,
        world,
        grant,
        unknown_rule="cancel.invalid-publish-id",
        foreign_rule="cancel.wrong-user",
    )
    settle(world, publish)
    pull = _cancellable(publish)
    pull.give_up(FailReason.CANCELLED, "the app cancelled it.")
    settle(world, pull)
    return ok(request, None)


def _cancellable(publish: Publish) -> Pull:
    """The pull whose download is under way.

    Raises:
        PostingRefusal: 400, it is an upload, it is being processed, or it is over.

    spec: error.publish_not_cancellable
    """
    if not isinstance(publish, Pull):
        raise _not_cancellable(
            "cancel.pull-only", "only what TikTok downloads can be cancelled; this is uploaded."
        )
    if publish.finished_at is not None:
        raise _not_cancellable("cancel.not-cancellable", f"it is {publish.status} already.")
    if publish.is_complete:
        raise _not_cancellable(
            "cancel.pull-only", "the download is through and is being processed."
        )
    return publish


def _not_cancellable(rule: str, why: str) -> PostingRefusal:
    return PostingRefusal(
        400, "publish_not_cancellable", "The publish is not cancellable.", rule=rule, why=why
    )


ROUTES = [
    Route("/v2/post/publish/creator_info/query/", enveloped(creator_info), methods=["POST"]),
    Route("/v2/post/publish/status/fetch/", enveloped(status), methods=["POST"]),
    Route("/v2/post/publish/cancel/", enveloped(cancel), methods=["POST"]),
    *opening.ROUTES,
]
