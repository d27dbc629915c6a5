"""The portal's URL properties: what an app says it owns, and the proof."""

from collections.abc import Sequence
from dataclasses import asdict, replace

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.control import deeds
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.forms import see, takes_form, text
from tiktok_emulator.oauth.state import App
from tiktok_emulator.pages import page
from tiktok_emulator.portal.address import app_address
from tiktok_emulator.portal.apps import app_page
from tiktok_emulator.pull.properties import Property
from tiktok_emulator.pull.verify import NotVerified, verify
from tiktok_emulator.seeds import problems
from tiktok_emulator.store import World, world_of


async def change(request: Request, form: FormData) -> Response:
    """Add a property, not verified yet; verify one; or remove one."""
    world = world_of(request)
    app = world.apps.get(request.path_params["client_key"])
    if app is None:
        return page(request, "not_there.html", {"text": "Couldn't find this app"}, status=404)
    named = (text(form, "kind"), text(form, "value"))
    owned = next((each for each in app.properties if (each.kind, each.value) == named), None)
    done = text(form, "do")
    if done == "add":
        problem = _add(world, app, *named)
    elif owned is None:
        problem = "The app has no such property."
    elif done == "verify":
        problem = await _verify(world, app, owned)
    else:
        problem = _keep(world, app, [each for each in app.properties if each is not owned])
    if problem is not None:
        return app_page(request, world.apps[app.client_key], asdict(app), problem)
    return see(f"{app_address(app.client_key)}?done={done}")


def _add(world: World, app: App, kind: str, value: str) -> str | None:
    if any((each.kind, each.value) == (kind, value) for each in app.properties):
        return "The app has this property already."
    new: dict[str, object] = {"kind": kind, "value": value, "is_verified": False}
    return _keep(world, app, [*app.properties, new])


async def _verify(world: World, app: App, owned: Property) -> str | None:
    """Look for the file of a prefix; of a domain its owner is taken at their word."""
    if owned.kind == "domain":
        known = [
            replace(each, is_verified=each.is_verified or each is owned) for each in app.properties
        ]
        return _keep(world, app, known)
    try:
        await verify(world, app, owned)
    except NotVerified as error:
        return str(error)
    return None


def _keep(world: World, app: App, properties: Sequence[Property | dict[str, object]]) -> str | None:
    """Let an app have these properties; why not, or None."""
    facts = [each if isinstance(each, dict) else asdict(each) for each in properties]
    try:
        deeds.change_app(world, app.client_key, {"properties": facts})
    except ValidationError as error:
        return problems(error)
    except EmulatorError as error:
        return str(error)
    return None


ROUTES = [Route("/_portal/properties/{client_key:path}", takes_form(change), methods=["POST"])]
