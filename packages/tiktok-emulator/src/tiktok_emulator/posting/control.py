"""The control plane's hands: finish drafts, change posts, verify URL properties."""

from dataclasses import asdict, replace
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tiktok_emulator.control import schemas
from tiktok_emulator.control.describe import takes
from tiktok_emulator.control.dump import post_facts, publish_facts
from tiktok_emulator.control.lookup import Missing, known
from tiktok_emulator.posting.by_hand import delete, finish, set_privacy
from tiktok_emulator.posting.creator import privacy_options
from tiktok_emulator.posting.envelope import base_url
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.posting.state import Privacy
from tiktok_emulator.pull.properties import signature_file
from tiktok_emulator.pull.verify import confirm, verify
from tiktok_emulator.seeds import Text
from tiktok_emulator.store import world_of

LONGEST_TEXT = 4_000


class FinishOrder(BaseModel):
    """What the person chooses; what is left out stays as the app proposed it."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    privacy_level: Privacy | None = Field(
        default=None, description="the widest that the account offers, if left out"
    )
    title: str | None = Field(default=None, max_length=LONGEST_TEXT)
    description: str | None = Field(default=None, max_length=LONGEST_TEXT)
    disable_comment: bool = False
    disable_duet: bool = False
    disable_stitch: bool = False


class PostOrder(BaseModel):
    """Who may see a post from now on, or that it is deleted."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    privacy_level: Privacy | None = None
    deleted: Literal[True] | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.privacy_level is None) == (self.deleted is None):
            raise ValueError("give privacy_level or deleted")
        return self


class VerifyOrder(BaseModel):
    """Which property; `told` believes it without a look."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    value: Text
    told: bool = False


@takes(FinishOrder)
async def finish_draft(request: Request) -> Response:
    """Post a draft out of the inbox, as its person would on the phone; may be done again.

    Body: {"privacy_level"?, "title"?, "description"?, "disable_comment"?, "disable_duet"?,
    "disable_stitch"?}. Answers with the post.
    """
    order = await schemas.read(FinishOrder, request)
    world = world_of(request)
    settle_all(world)
    publish = known(world.publishes, request.path_params["publish_id"], "publish_id")
    creator = world.creators[publish.username]
    privacy = order.privacy_level or Privacy(privacy_options(creator)[0])
    info = replace(
        publish.info,
        title=publish.info.title if order.title is None else order.title,
        description=publish.info.description if order.description is None else order.description,
        disable_comment=order.disable_comment,
        disable_duet=order.disable_duet,
        disable_stitch=order.disable_stitch,
    )
    post = finish(world, publish, info=info, privacy=privacy)
    return JSONResponse(post_facts(world, post, base_url(request)))


async def release(request: Request) -> Response:
    """Let a publish that is stuck go on to its end. Of one that is not stuck nothing changes.

    Answers with the publish.
    """
    world = world_of(request)
    publish = known(world.publishes, request.path_params["publish_id"], "publish_id")
    publish.is_stuck = False
    settle_all(world)
    world.due.wake()
    return JSONResponse(publish_facts(publish))


@takes(PostOrder)
async def change_post(request: Request) -> Response:
    """Change who sees a post, or delete it, as its owner would.

    Body: {"privacy_level": "..."} or {"deleted": true}.
    """
    order = await schemas.read(PostOrder, request)
    world = world_of(request)
    settle_all(world)
    post = world.posts.get(request.path_params["post_id"])
    if post is None:
        raise Missing(f"no post {request.path_params['post_id']}; GET /_control/state lists them")
    if order.privacy_level is None:
        delete(world, post)
    else:
        set_privacy(world, post, order.privacy_level)
    world.due.wake()
    return JSONResponse(post_facts(world, post, base_url(request)))


@takes(VerifyOrder)
async def verify_property(request: Request) -> Response:
    """Verify a URL property of an app by fetching its signature file, or because you say so.

    Body: {"value": the domain or prefix, "told": false}. Answers with the property and with the
    file that proves it.
    """
    order = await schemas.read(VerifyOrder, request)
    world = world_of(request)
    app = known(world.apps, request.path_params["client_key"], "app")
    owned = known({each.value: each for each in app.properties}, order.value, "property")
    done = confirm(app, owned) if order.told else await verify(world, app, owned)
    name, text = signature_file(app.client_key, done.value)
    return JSONResponse(asdict(done) | {"signature_file": name, "signature_text": text})


ENDPOINTS = [
    ("POST", "/_control/drafts/{publish_id}/finish", finish_draft),
    ("POST", "/_control/uploads/{publish_id}/release", release),
    ("POST", "/_control/posts/{post_id:int}", change_post),
    ("POST", "/_control/apps/{client_key}/properties/verify", verify_property),
]
