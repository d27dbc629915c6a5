"""What a person does on the phone: finish a draft, change or delete a post, disconnect an app."""

from dataclasses import asdict, replace

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.control import deeds
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.forms import see, takes_form, text
from tiktok_emulator.oauth.state import Grant, Token
from tiktok_emulator.oauth.tokens import disconnect
from tiktok_emulator.phone import show
from tiktok_emulator.phone.owner import NotThere, not_there, owner, owner_page
from tiktok_emulator.phone.post import post_page
from tiktok_emulator.posting import by_hand
from tiktok_emulator.posting.creator import privacy_options
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.posting.state import Post, PostInfo, Privacy
from tiktok_emulator.seeds import problems
from tiktok_emulator.store import world_of

COUNTERS = (
    ("follower_count", "Followers"),
    ("following_count", "Following"),
    ("likes_count", "Likes"),
    ("video_count", "Videos"),
)
_SWITCHES = (
    "private",
    "comment_disabled",
    "duet_disabled",
    "stitch_disabled",
    "is_verified",
    "banned",
    "too_many_posts",
    "old_app_version",
)
_TEXTS = ("nickname", "bio_description", "account")
_NUMBERS = ("daily_post_cap", "pending_share_cap", "max_video_post_duration_sec")


def _draft(request: Request) -> Publish:
    creator = owner(request)
    settle_all(world_of(request))
    found = world_of(request).publishes.get(request.path_params["publish_id"])
    if found is None or found.username != creator.username or not found.is_delivered:
        raise NotThere("This draft is not in the inbox")
    return found


async def draft(request: Request) -> Response:
    """Show a draft with what its app has proposed; nothing is chosen for the person."""
    found = _draft(request)
    given: dict[str, object] = {
        "title": found.info.title,
        "description": found.info.description,
        "privacy": "",
        "comment": True,
        "duet": True,
        "stitch": True,
        "brand_organic": False,
        "brand_content": False,
        "is_aigc": False,
    }
    return _draft_page(request, found, given)


def _draft_page(
    request: Request, found: Publish, given: dict[str, object], problem: str = ""
) -> Response:
    values = {
        "draft": show.shown_draft(found),
        "given": given,
        "problem": problem,
        "options": privacy_options(owner(request)),
    }
    return owner_page(request, "draft.html", "inbox", values, status=400 if problem else 200)


async def post_draft(request: Request, form: FormData) -> Response:
    """Post a draft as its owner wants it; may be done again, each time for a new post."""
    found = _draft(request)
    given: dict[str, object] = {
        name: text(form, name) for name in ("title", "description", "privacy")
    }
    ticked = ("comment", "duet", "stitch", "brand_organic", "brand_content", "is_aigc")
    given |= {name: name in form for name in ticked}
    info = replace(
        found.info,
        privacy=text(form, "privacy"),
        title=text(form, "title"),
        description=text(form, "description"),
        disable_comment="comment" not in form,
        disable_duet="duet" not in form,
        disable_stitch="stitch" not in form,
        brand_content="brand_content" in form,
        brand_organic="brand_organic" in form,
        is_aigc="is_aigc" in form,
    )
    if problem := _draft_problem(request, info):
        return _draft_page(request, found, given, problem)
    world = world_of(request)
    try:
        made = by_hand.finish(world, found, info=info, privacy=Privacy(info.privacy))
    except EmulatorError as error:
        return _draft_page(request, found, given, str(error))
    return see(show.shown_post(world, made).address)


def _draft_problem(request: Request, info: PostInfo) -> str | None:
    if info.privacy not in privacy_options(owner(request)):
        return "Choose who can see it."
    if info.brand_content and info.privacy == Privacy.SELF.value:
        return "Branded content visibility cannot be set to private."
    return None


def _post(request: Request) -> Post:
    creator = owner(request)
    number = request.path_params["post_id"]
    found = world_of(request).posts.get(number)
    if found is None or found.username != creator.username or found.deleted_at is not None:
        raise NotThere("Post currently unavailable")
    return found


async def change_post(request: Request, form: FormData) -> Response:
    """Change who can see a post, or delete it."""
    world, found = world_of(request), _post(request)
    if form.get("do") == "delete":
        by_hand.delete(world, found)
        return see(f"/@{found.username}")
    try:
        by_hand.set_privacy(world, found, Privacy(text(form, "privacy")))
    except ValueError:
        return post_page(request, found, "Choose who can see it.")
    except EmulatorError as error:
        return post_page(request, found, str(error))
    return see(show.shown_post(world, found).address)


async def apps(request: Request) -> Response:
    """The apps that a creator has let in, and those of the past."""
    world, creator = world_of(request), owner(request)
    now = world.clock.now()
    mine = [grant for grant in world.grants.values() if grant.username == creator.username]

    def until(grant: Grant, tokens: dict[str, Token]) -> object:
        ends = [t.expires_at for t in tokens.values() if t.grant is grant and t.works(now)]
        return max(ends, default=None)

    grants = [
        asdict(grant)
        | {
            "access_until": until(grant, world.access_tokens),
            "refresh_until": until(grant, world.refresh_tokens),
        }
        for grant in mine
        if grant.revoked_at is None
    ]
    past = [grant for grant in mine if grant.revoked_at is not None]
    return owner_page(request, "connected.html", "apps", {"grants": grants, "past": past})


async def disconnect_app(request: Request, form: FormData) -> Response:
    """Take back a consent, as its owner would in TikTok's settings."""
    world, creator = world_of(request), owner(request)
    grant = world.grants.get((text(form, "client_key"), creator.username))
    if grant is None or grant.revoked_at is not None:
        raise NotThere("This app is not connected")
    disconnect(world, grant)
    return see(f"/@{creator.username}/apps")


async def settings(request: Request) -> Response:
    """The account's facts."""
    is_saved = request.query_params.get("saved") == "1"
    return _settings_page(request, asdict(owner(request)), is_saved=is_saved)


def _settings_page(
    request: Request, given: dict[str, object], *, problem: str = "", is_saved: bool = False
) -> Response:
    values = {"given": given, "problem": problem, "saved": is_saved, "counters": COUNTERS}
    status = 400 if problem else 200
    return owner_page(request, "account.html", "settings", values, status=status)


async def change_settings(request: Request, form: FormData) -> Response:
    """Change the account's facts, as the control plane does."""
    world, creator = world_of(request), owner(request)
    facts: dict[str, object] = {name: name in form for name in _SWITCHES}
    facts |= {name: text(form, name) for name in (*_TEXTS, *_NUMBERS)}
    facts |= {name: text(form, name) or None for name, _ in COUNTERS}
    for name in ("follower_count", "following_count"):
        facts[name] = facts[name] or 0
    try:
        deeds.change_creator(world, creator.username, facts)
    except ValidationError as error:
        return _settings_page(request, facts, problem=problems(error))
    except EmulatorError as error:
        return _settings_page(request, facts, problem=str(error))
    return see(f"/@{creator.username}/settings?saved=1")


ROUTES = [
    Route("/@{username}/drafts/{publish_id}", not_there(draft), methods=["GET"]),
    Route("/@{username}/drafts/{publish_id}", not_there(takes_form(post_draft)), methods=["POST"]),
    Route("/@{username}/video/{post_id:int}", not_there(takes_form(change_post)), methods=["POST"]),
    Route("/@{username}/photo/{post_id:int}", not_there(takes_form(change_post)), methods=["POST"]),
    Route("/@{username}/apps", not_there(apps), methods=["GET"]),
    Route("/@{username}/apps", not_there(takes_form(disconnect_app)), methods=["POST"]),
    Route("/@{username}/settings", not_there(settings), methods=["GET"]),
    Route("/@{username}/settings", not_there(takes_form(change_settings)), methods=["POST"]),
]
