"""The control plane: JSON in, JSON out, under /_control/. TikTok has nothing like it.

A body with an unknown field or a bad value is answered with 400 and {"error": "..."} that
names the field; something that does not exist with 404.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import cast

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tiktok_emulator.control import deeds, schemas
from tiktok_emulator.control.describe import asks, takes
from tiktok_emulator.control.dump import dump
from tiktok_emulator.control.lookup import Missing, known
from tiktok_emulator.control.snapshot import load, snapshot
from tiktok_emulator.display.control import ENDPOINTS as DISPLAY
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.oauth.departures import follow
from tiktok_emulator.oauth.state import Removal, StandingConsent
from tiktok_emulator.oauth.tokens import disconnect
from tiktok_emulator.posting.by_hand import follow_account
from tiktok_emulator.posting.control import ENDPOINTS as POSTING
from tiktok_emulator.posting.settle import settle_all
from tiktok_emulator.published.control import control_document
from tiktok_emulator.published.surface import surface_document
from tiktok_emulator.scenarios import SCENARIOS, play, scenario_facts
from tiktok_emulator.seeds import Seed, problems
from tiktok_emulator.settings import Settings
from tiktok_emulator.store import world_of
from tiktok_emulator.webhooks.control import ENDPOINTS as WEBHOOKS

Endpoint = Callable[[Request], Awaitable[Response]]


async def index(_: Request) -> Response:
    """List these endpoints."""
    return JSONResponse(
        {
            "endpoints": [
                {"method": method, "path": path, "does": inspect.getdoc(endpoint)}
                for method, path, endpoint in ENDPOINTS
            ]
        }
    )


async def openapi(_: Request) -> Response:
    """Describe the control plane: OpenAPI 3.1."""
    return JSONResponse(control_document(ENDPOINTS))


async def tiktok_openapi(_: Request) -> Response:
    """Describe the emulated part of TikTok: OpenAPI 3.1."""
    return JSONResponse(surface_document())


@takes(schemas.ResetOrder)
async def reset(request: Request) -> Response:
    """Forget everything but the apps and creators of the start. Body: {"seed": int?}.

    Time is real again, settings are those of the start, faults and consents are gone. With a
    seed, every id and token from now on is repeatable.
    """
    order = await schemas.read(schemas.ResetOrder, request)
    world_of(request).reset(order.seed)
    return JSONResponse({"ok": True})


@takes(Seed)
async def seed(request: Request) -> Response:
    """Add or change apps and creators, and publish videos by hand.

    Body: {"apps": [...], "creators": [...], "videos": [...]}.

    Facts that are left out keep their value, or get the default when new. All or nothing.
    """
    order = await schemas.read(Seed, request)
    world = world_of(request)
    world.seed(order)
    for entry in order.creators:
        follow(world, world.creators[entry.username])
        follow_account(world, entry.username)
    return JSONResponse({"apps": list(world.apps), "creators": list(world.creators)})


async def clock(request: Request) -> Response:
    """Tell the emulator's time, whether it stands still, its pace, and what is due next."""
    return JSONResponse(deeds.clock_facts(world_of(request)))


@takes(schemas.ClockOrder)
async def move_clock(request: Request) -> Response:
    """Move time, stop it, or let it run faster.

    Body: {"freeze": bool?, "rate": seconds in a second?, "to": moment?, "advance_s": seconds?}.
    Forward, everything on the way happens at its moment: posts come through moderation,
    downloads time out, webhooks are tried again.
    """
    world = world_of(request)
    await deeds.move_clock(world, await schemas.read(schemas.ClockOrder, request))
    return JSONResponse(deeds.clock_facts(world))


@asks("secrets", "media")
async def state(request: Request) -> Response:
    """Dump apps, creators, grants, uploads and posts; no token and no secret is in it.

    Query: secrets=1 adds `snapshot`, which has them, for POST /_control/state; media=1 puts the
    uploaded bytes into that, in base64.
    """
    world = world_of(request)
    settle_all(world)
    facts = dump(world, str(request.base_url).rstrip("/"))
    if request.query_params.get("secrets") == "1":
        with_media = request.query_params.get("media") == "1"
        facts["snapshot"] = snapshot(world, with_media=with_media)
    return JSONResponse(facts)


@takes(schemas.AnyObject)
async def load_state(request: Request) -> Response:
    """Go on from a state that was dumped with secrets=1; what is here is forgotten. All or nothing.

    Body: that dump, or {"snapshot": ...}.
    """
    order = await schemas.read(schemas.AnyObject, request)
    taken = order.root.get("snapshot")
    if not isinstance(taken, dict):
        raise schemas.BadOrder("snapshot: missing; dump with GET /_control/state?secrets=1")
    load(world_of(request), cast("dict[str, object]", taken))
    return JSONResponse({"ok": True})


@asks("after")
async def requests(request: Request) -> Response:
    """The request log. Query: after=N for what came later than entry N.

    A refused request says which rule it broke and what mends it.
    """
    after = request.query_params.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 20):
        raise schemas.BadOrder(f"after: {after!r} is not a number")
    return JSONResponse({"requests": list(world_of(request).journal.after(int(after)))})


async def faults(request: Request) -> Response:
    """List the faults that wait."""
    return JSONResponse(
        {"faults": [deeds.fault_facts(fault) for fault in world_of(request).faults.waiting]}
    )


@takes(schemas.FaultOrder)
async def order_fault(request: Request) -> Response:
    """Order a fault for the next calls of an operation; first in, first out.

    Body: {"operation", "kind", "count": 1 or null, "skip": 0, "probability": 1, "for_s"?,
    "creator"?, "client_key"?, "match"?, "last_chunk"?, "delay_s", "status", "code",
    "bytes_per_second", "after_bytes"}.
    """
    order = await schemas.read(schemas.FaultOrder, request)
    deeds.order_fault(world_of(request), order)
    return await faults(request)


async def clear_faults(request: Request) -> Response:
    """Take back all faults that wait."""
    deeds.clear_faults(world_of(request))
    return await faults(request)


async def scenarios(request: Request) -> Response:
    """List the named scenarios: what happens in each, and what a good client does."""
    world = world_of(request)
    listed = [scenario_facts(scenario) for scenario in SCENARIOS.values()]
    return JSONResponse({"playing": world.scenario, "scenarios": listed})


@takes(schemas.ScenarioOrder)
async def play_scenario(request: Request) -> Response:
    """Let the circumstances of a scenario hold, instead of any before. Body: {"name"}.

    `calm` ends any other.
    """
    order = await schemas.read(schemas.ScenarioOrder, request)
    return JSONResponse(scenario_facts(play(world_of(request), order.name)))


@takes(schemas.ConsentOrder)
async def consent(request: Request) -> Response:
    """Let a creator consent, or refuse, without a browser: authorize then redirects at once.

    Body: {"client_key", "username", "decision": "accept"|"refuse", "scopes": [...]?,
    "count": int or null, "error": with what a refusal comes back}. A new order for the same
    app goes before older ones without a count.
    """
    order = await schemas.read(schemas.ConsentOrder, request)
    world = world_of(request)
    known(world.apps, order.client_key, "app")
    known(world.creators, order.username, "creator")
    world.standing = [
        s for s in world.standing if s.count is not None or s.client_key != order.client_key
    ]
    world.standing.append(
        StandingConsent(
            client_key=order.client_key,
            username=order.username,
            decision=order.decision,
            scopes=None if order.scopes is None else tuple(order.scopes),
            count=order.count,
            error=order.error,
        )
    )
    return JSONResponse({"ok": True})


async def clear_consents(request: Request) -> Response:
    """Take back standing consents; authorize shows the page again."""
    world_of(request).standing.clear()
    return JSONResponse({"ok": True})


async def settings(request: Request) -> Response:
    """Tell every switch and its value."""
    return JSONResponse(world_of(request).settings.model_dump())


@takes(Settings)
async def change_settings(request: Request) -> Response:
    """Change switches by name; groups (processing, rate_limits) are merged key by key."""
    changes = await schemas.read(schemas.AnyObject, request)
    deeds.change_settings(world_of(request), changes.root)
    return await settings(request)


@takes(schemas.CreatorPatch)
async def change_creator(request: Request) -> Response:
    """Change facts of one creator: private, banned, too_many_posts, caps and the rest."""
    order = await schemas.read(schemas.CreatorPatch, request)
    facts = order.model_dump(exclude_unset=True)
    creator = deeds.change_creator(world_of(request), request.path_params["username"], facts)
    return JSONResponse(asdict(creator))


@takes(schemas.AppPatch)
async def change_app(request: Request) -> Response:
    """Change facts of one app: audited, sandbox, state, active_user_cap, scopes and the rest."""
    order = await schemas.read(schemas.AppPatch, request)
    facts = order.model_dump(exclude_unset=True)
    app = deeds.change_app(world_of(request), request.path_params["client_key"], facts)
    return JSONResponse({"client_key": app.client_key, **facts})


@takes(schemas.RevokeOrder)
async def revoke_grant(request: Request) -> Response:
    """Disconnect an app as its user would: all tokens die, and the app is told by webhook.

    Body: {"username", "client_key", "reason": 1}. Reasons: 0 unknown, 1 the user disconnected
    the app, 2 account deleted, 3 age changed, 4 account banned, 5 by the developer.
    """
    order = await schemas.read(schemas.RevokeOrder, request)
    world = world_of(request)
    grant = world.grants.get((order.client_key, order.username))
    if grant is None:
        raise Missing(f"@{order.username} never consented to app {order.client_key!r}")
    disconnect(world, grant, Removal(order.reason))
    return JSONResponse({"ok": True})


@takes(schemas.OutcomeOrder)
async def order_outcome(request: Request) -> Response:
    """Order how the next finished uploads end.

    Body: {"outcome": a fail_reason or "stuck", "creator"?, "count": 1}.
    """
    order = await schemas.read(schemas.OutcomeOrder, request)
    deeds.order_outcome(world_of(request), order)
    return JSONResponse({"ok": True})


def _explained(endpoint: Endpoint) -> Endpoint:
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Missing as error:
            return JSONResponse({"error": str(error)}, 404)
        except EmulatorError as error:
            return JSONResponse({"error": str(error)}, 400)
        except ValidationError as error:
            return JSONResponse({"error": problems(error)}, 400)

    return answered


ENDPOINTS: list[tuple[str, str, Endpoint]] = [
    ("GET", "/_control/", index),
    ("GET", "/_control/openapi.json", openapi),
    ("GET", "/_control/tiktok-openapi.json", tiktok_openapi),
    ("POST", "/_control/reset", reset),
    ("POST", "/_control/seed", seed),
    ("GET", "/_control/clock", clock),
    ("POST", "/_control/clock", move_clock),
    ("GET", "/_control/state", state),
    ("POST", "/_control/state", load_state),
    ("GET", "/_control/requests", requests),
    ("GET", "/_control/faults", faults),
    ("POST", "/_control/faults", order_fault),
    ("DELETE", "/_control/faults", clear_faults),
    ("GET", "/_control/scenario", scenarios),
    ("POST", "/_control/scenario", play_scenario),
    ("POST", "/_control/consent", consent),
    ("DELETE", "/_control/consent", clear_consents),
    ("GET", "/_control/settings", settings),
    ("PATCH", "/_control/settings", change_settings),
    ("PATCH", "/_control/creators/{username}", change_creator),
    ("POST", "/_control/creators/{username}", change_creator),
    ("PATCH", "/_control/apps/{client_key}", change_app),
    ("POST", "/_control/grants/revoke", revoke_grant),
    ("POST", "/_control/outcomes", order_outcome),
    *DISPLAY,
    *WEBHOOKS,
    *POSTING,
]
ROUTES = [
    Route(path, _explained(endpoint), methods=[method]) for method, path, endpoint in ENDPOINTS
]
