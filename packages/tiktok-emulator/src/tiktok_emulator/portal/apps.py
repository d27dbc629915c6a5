"""The portal's apps: list, create, change."""

from collections.abc import Mapping
from dataclasses import asdict

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.control import deeds
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.forms import see, takes_form, text
from tiktok_emulator.oauth.page import SCOPE_WORDS
from tiktok_emulator.oauth.state import App
from tiktok_emulator.pages import page
from tiktok_emulator.portal.address import app_address
from tiktok_emulator.pull.properties import signature_file
from tiktok_emulator.seeds import SCOPES, AppSeed, Seed, problems
from tiktok_emulator.store import world_of

_SWITCHES = ("audited", "sandbox", "allow_localhost_urls")
_LISTS = ("redirect_uris", "target_users")
_DONE = {
    "made": "The app was made. Its keys are below.",
    "saved": "Saved.",
    "add": "The property was added. Put its signature in place, then verify it.",
    "verify": "The property is verified.",
    "remove": "The property was removed.",
}


async def index(request: Request) -> Response:
    """All apps."""
    world = world_of(request)
    apps = [
        {
            "app": app,
            "users": sum(
                grant.client_key == app.client_key and grant.revoked_at is None
                for grant in world.grants.values()
            ),
            "failing": sum(
                each.client_key == app.client_key and each.failures > 0 and each.next_at is not None
                for each in world.outbox.deliveries
            ),
            "address": app_address(app.client_key),
        }
        for app in world.apps.values()
    ]
    return page(request, "portal_apps.html", {"apps": apps, "tab": "apps"})


async def new(request: Request) -> Response:
    """An empty app to fill in."""
    given = asdict(App("", "")) | {"client_key": "", "properties": ()}
    return app_page(request, None, given)


async def make(request: Request, form: FormData) -> Response:
    """Make an app; keys are given out if none were chosen."""
    world = world_of(request)
    facts = _facts(form)
    prefix = "sb" if facts["sandbox"] else "aw"
    key = text(form, "client_key") or prefix + world.ids.page()[:16].lower()
    facts |= {"client_key": key, "client_secret": text(form, "client_secret") or world.ids.page()}
    if key in world.apps:
        return app_page(request, None, facts, f"There is an app {key!r} already.")
    try:
        world.seed(Seed(apps=[AppSeed.model_validate(facts)]))
    except ValidationError as error:
        return app_page(request, None, facts, problems(error))
    except EmulatorError as error:
        return app_page(request, None, facts, str(error))
    return see(f"{app_address(key)}?done=made")


async def show(request: Request) -> Response:
    """One app with everything that is set up for it."""
    app = _app(request)
    return _missing(request) if app is None else app_page(request, app, asdict(app))


async def change(request: Request, form: FormData) -> Response:
    """Change an app, as the control plane does."""
    app = _app(request)
    if app is None:
        return _missing(request)
    facts = _facts(form)
    try:
        deeds.change_app(world_of(request), app.client_key, facts)
    except ValidationError as error:
        return app_page(request, app, facts, problems(error))
    except EmulatorError as error:
        return app_page(request, app, facts, str(error))
    return see(f"{app_address(app.client_key)}?done=saved")


def _facts(form: FormData) -> dict[str, object]:
    """What the form says, in the words of AppSeed."""
    facts: dict[str, object] = {name: name in form for name in _SWITCHES}
    facts |= {name: text(form, name).replace(",", " ").split() for name in _LISTS}
    facts |= {name: text(form, name) for name in ("kind", "state")}
    facts |= {name: text(form, name) or None for name in ("webhook_url", "active_user_cap")}
    facts["scopes"] = [str(scope) for scope in form.getlist("scopes")]
    return facts


def _app(request: Request) -> App | None:
    return world_of(request).apps.get(request.path_params["client_key"])


def _missing(request: Request) -> Response:
    return page(request, "not_there.html", {"text": "Couldn't find this app"}, status=404)


def app_page(
    request: Request, app: App | None, given: Mapping[str, object], problem: str = ""
) -> Response:
    """The page of an app, or (None) of one to be made, with what was `given` in its fields."""
    values = {
        "tab": "apps",
        "app": app,
        "given": given,
        "problem": problem,
        "done": _DONE.get(request.query_params.get("done", "")) if not problem else None,
        "all_scopes": [(scope, *SCOPE_WORDS[scope]) for scope in SCOPES],
        "address": app_address(app.client_key) if app else "/_portal/new",
        "properties": _properties(app) if app else [],
    }
    return page(request, "portal_app.html", values, status=400 if problem else 200)


def _properties(app: App) -> list[Mapping[str, object]]:
    """The app's URL properties, each with the file that proves it."""
    found: list[Mapping[str, object]] = []
    for each in app.properties:
        name, holds = signature_file(app.client_key, each.value)
        found.append(asdict(each) | {"file_name": name, "file_text": holds})
    return found


ROUTES = [
    Route("/_portal/apps", index, methods=["GET"]),
    Route("/_portal/new", new, methods=["GET"]),
    Route("/_portal/new", takes_form(make), methods=["POST"]),
    Route("/_portal/app/{client_key:path}", show, methods=["GET"]),
    Route("/_portal/app/{client_key:path}", takes_form(change), methods=["POST"]),
]
