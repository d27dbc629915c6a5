"""The inits: each opens a publish, by upload or by pull, for the profile or for the inbox."""

from dataclasses import dataclass
from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.faults import FaultKind, fault_of
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.state import Grant
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting import creator, init, photos
from tiktok_emulator.posting.access import DRAFT, PUBLISH, admit
from tiktok_emulator.posting.envelope import base_url, enveloped, glance, ok, read_body
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.posting.state import Aim, ChunkPlan, Medium, PostInfo, Privacy
from tiktok_emulator.pull import download
from tiktok_emulator.pull.address import Address
from tiktok_emulator.pull.ownership import check_ownership
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.store import World, world_of
from tiktok_emulator.upload import address
from tiktok_emulator.upload.state import Upload

# A number is added; live ones of direct posts differ from what the pages print.
UPLOADED = {Aim.DIRECT: "v_pub_file~v2-1", Aim.INBOX: "v_inbox_file~v2"}
PULLED = {
    (Medium.VIDEO, Aim.DIRECT): "v_pub_url~v2-1",
    (Medium.VIDEO, Aim.INBOX): "v_inbox_url~v2",
    (Medium.PHOTO, Aim.DIRECT): "p_pub_url~v2",
    (Medium.PHOTO, Aim.INBOX): "p_inbox_url~v2",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What a grant may open: a post with the privacy that it will stand with, or (None) a draft."""

    grant: Grant
    medium: Medium
    info: PostInfo
    privacy: Privacy | None

    @property
    def aim(self) -> Aim:
        """Where it will end."""
        return Aim.INBOX if self.privacy is None else Aim.DIRECT


async def video_init(request: Request) -> Response:
    """Begin a direct post of a video.

    spec: posting.init, posting.init.publish-id, posting.init.upload-url-lifetime, pull.init
    spec: envelope.check-order
    Source: direct post page, 2026-09-11; order of the checks assumed.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.INIT, (PUBLISH,))
    settle_all(world)
    body = await read_body(request, world)
    info = init.read_post_info(body, world.settings)
    source = init.read_source(body, world.settings)
    privacy = _check_direct(world, grant, info.privacy, _addresses(source))
    return await _open_video(request, Wish(grant, Medium.VIDEO, info, privacy), source)


async def inbox_video_init(request: Request) -> Response:
    """Begin a draft of a video in the creator's inbox. No audit is needed.

    spec: inbox.video.init, inbox.video.init.scope, inbox.video.init.no-post-info
    spec: inbox.video.init.refusals, inbox.video.init.plan
    Source: upload page, 2026; that post_info is ignored was observed 2026.
    """
    world = world_of(request)
    grant = admit(world, request.headers, Operation.INBOX_INIT, (DRAFT,))
    settle_all(world)
    body = await read_body(request, world)
    source = init.read_source(body, world.settings)
    _check_draft(world, grant, _addresses(source))
    if "post_info" in body and world.settings.warn_of_ignored:
        note_of(request).why = "post_info is ignored here: the person decides on the phone."
    return await _open_video(request, Wish(grant, Medium.VIDEO, PostInfo(), None), source)


async def photo_init(request: Request) -> Response:
    """Begin a post or a draft of photos.

    spec: photo.init, photo.init.scope-by-mode, photo.init.publish-id
    Source: photo post page, 2026-09-11; order of the checks assumed.
    """
    world = world_of(request)
    scopes = photos.scopes_of(await glance(request))
    grant = admit(world, request.headers, Operation.PHOTO_INIT, scopes)
    settle_all(world)
    asked = photos.read_photos(await read_body(request, world), world.settings)
    who = world.creators[grant.username]
    if asked.aim is Aim.INBOX:
        photos.check_app_version(who)
        _check_draft(world, grant, asked.addresses)
        privacy = None
    else:
        privacy = _check_direct(world, grant, asked.info.privacy, asked.addresses)
    wish = Wish(grant, Medium.PHOTO, asked.info, privacy)
    return await _pulling(request, _new_pull(world, wish, asked.addresses))


def _check_direct(
    world: World, grant: Grant, privacy: str, addresses: tuple[Address, ...]
) -> Privacy:
    """What a post must pass once its body is right; the privacy that it will stand with.

    spec: pull.init.unverified, photo.init.unaudited-public
    """
    who, app = world.creators[grant.username], world.apps[grant.client_key]
    for each in addresses:
        check_ownership(app, each)
    creator.check_ban(who, status=403)
    granted = creator.check_audience(app, who, privacy, world.settings)
    creator.check_caps(app, who, creator.standing(world), status=403)
    return granted


def _check_draft(world: World, grant: Grant, addresses: tuple[Address, ...]) -> None:
    """What a draft must pass once its body is right."""
    who, app = world.creators[grant.username], world.apps[grant.client_key]
    for each in addresses:
        check_ownership(app, each)
    creator.check_ban(who, status=403)
    creator.check_pending(who, app, creator.standing(world))


def _addresses(source: ChunkPlan | Address) -> tuple[Address, ...]:
    return (source,) if isinstance(source, Address) else ()


async def _open_video(request: Request, wish: Wish, source: ChunkPlan | Address) -> Response:
    world = world_of(request)
    if isinstance(source, Address):
        return await _pulling(request, _new_pull(world, wish, (source,)))
    upload = _new_upload(world, wish, source)
    note_of(request).publish_id = upload.publish_id
    url = address.make(base_url(request), upload)
    return ok(request, {"publish_id": upload.publish_id, "upload_url": url})


async def _pulling(request: Request, pull: Pull) -> Response:
    """Start the download and answer; by a switch or a fault, the other way round."""
    world = world_of(request)
    note_of(request).publish_id = pull.publish_id
    task = download.start(world, pull)
    fault = fault_of(request)
    is_ordered = fault is not None and fault.kind is FaultKind.FETCH_FIRST
    if is_ordered or world.settings.fetch_before_answer:
        await download.through(world, task)
    return ok(request, {"publish_id": pull.publish_id})


def _new_upload(world: World, wish: Wish, plan: ChunkPlan) -> Upload:
    """Remember an upload that is to come.

    spec: inbox.video.init.ids
    Source: get started pages, 2026; observed 2026.
    """
    now = world.clock.now()
    upload_id = str(world.ids.number())
    upload = Upload(
        publish_id=f"{UPLOADED[wish.aim]}.{world.ids.number()}",
        upload_id=upload_id,
        upload_token=world.ids.upload_token(),
        client_key=wish.grant.client_key,
        username=wish.grant.username,
        info=wish.info,
        privacy=wish.privacy or Privacy.SELF,
        aim=wish.aim,
        plan=plan,
        path=world.spool / upload_id,
        created_at=now,
        expires_at=now + timedelta(seconds=world.settings.upload_url_s),
    )
    world.add_publish(upload)
    world.uploads_by_id[upload_id] = upload
    return upload


def _new_pull(world: World, wish: Wish, addresses: tuple[Address, ...]) -> Pull:
    """Remember a pull that is about to start.

    spec: pull.init.ids, photo.init.ids, inbox.video.init.ids
    Source: get started and photo pages, 2026; observed 2026.
    """
    now = world.clock.now()
    pull = Pull(
        publish_id=f"{PULLED[wish.medium, wish.aim]}.{world.ids.number()}",
        client_key=wish.grant.client_key,
        username=wish.grant.username,
        info=wish.info,
        privacy=wish.privacy or Privacy.SELF,
        medium=wish.medium,
        aim=wish.aim,
        addresses=addresses,
        created_at=now,
        deadline_at=now + timedelta(seconds=world.settings.pull_timeout_s),
    )
    world.add_publish(pull)
    return pull


ROUTES = [
    Route("/v2/post/publish/video/init/", enveloped(video_init), methods=["POST"]),
    Route("/v2/post/publish/inbox/video/init/", enveloped(inbox_video_init), methods=["POST"]),
    Route("/v2/post/publish/content/init/", enveloped(photo_init), methods=["POST"]),
]
