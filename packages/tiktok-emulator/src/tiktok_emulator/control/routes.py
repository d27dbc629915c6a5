"""The control plane: JSON in, JSON out, under /_control/. TikTok has nothing like it.

A body with an unknown field or a bad value is answered with 400 and {"error": "..."} that
names the field; something that does not exist with 404.
"""

import inspect
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import timedelta
from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tiktok_emulator.control import schemas
from tiktok_emulator.control.dump import dump
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.faults import Fault
from tiktok_emulator.oauth.state import StandingConsent
from tiktok_emulator.oauth.tokens import disconnect
from tiktok_emulator.posting.state import FailReason, Outcome
from tiktok_emulator.seeds import AppSeed, CreatorSeed, Seed, problems
from tiktok_emulator.settings import changed
from tiktok_emulator.store import World, world_of
from tiktok_emulator.upload.finish import settle_all

T = TypeVar("T")
Endpoint = Callable[[Request], Awaitable[Response]]


class _Missing(EmulatorError):
    """Answered with 404."""


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


async def reset(request: Request) -> Response:
    """Forget everything but the apps and creators of the start. Body: {"seed": int?}.

    Time is real again, settings are those of the start, faults and consents are gone. With a
    seed, every id and token from now on is repeatable.
    """
    order = await schemas.read(schemas.ResetOrder, request)
    world_of(request).reset(order.seed)
    return JSONResponse({"ok": True})


async def seed(request: Request) -> Response:
    """Add or change apps and creators. Body: {"apps": [...], "creators": [...]}.

    Facts that are left out keep their value, or get the default when new. All or nothing.
    """
    order = await schemas.read(Seed, request)
    world = world_of(request)
    world.seed(order)
    return JSONResponse({"apps": list(world.apps), "creators": list(world.creators)})


async def clock(request: Request) -> Response:
    """Tell the emulator's time, and whether it stands still."""
    return _clock(world_of(request))


async def move_clock(request: Request) -> Response:
    """Move time or stop it. Body: {"advance_s": seconds?, "freeze": bool?}."""
    order = await schemas.read(schemas.ClockOrder, request)
    world = world_of(request)
    if order.advance_s is not None:
        world.clock.advance(timedelta(seconds=order.advance_s))
    if order.freeze is not None:
        world.clock.freeze() if order.freeze else world.clock.release()
    settle_all(world)
    return _clock(world)


def _clock(world: World) -> Response:
    return JSONResponse(
        {
            "now": world.clock.now().isoformat(),
            "is_frozen": world.clock.is_frozen,
            "offset_s": round(world.clock.offset.total_seconds(), 3),
        }
    )


async def state(request: Request) -> Response:
    """Dump apps, creators, grants, uploads and posts; no token and no secret is in it."""
    world = world_of(request)
    settle_all(world)
    return JSONResponse(dump(world, str(request.base_url).rstrip("/")))


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
    return JSONResponse({"faults": [asdict(fault) for fault in world_of(request).faults.waiting]})


async def order_fault(request: Request) -> Response:
    """Order a fault for the next calls of an operation; first in, first out.

    Body: {"operation", "kind", "count": 1 or null, "skip": 0, "delay_s", "status", "code",
    "creator", "last_chunk", "bytes_per_second"}. Kinds: drop_before, drop_after,
    delay_before, delay_after, error, slow_intake.
    """
    order = await schemas.read(schemas.FaultOrder, request)
    world = world_of(request)
    if order.creator is not None:
        _known(world.creators, order.creator, "creator")
    world.faults.waiting.append(Fault(**order.model_dump()))
    return await faults(request)


async def clear_faults(request: Request) -> Response:
    """Take back all faults that wait."""
    world_of(request).faults.waiting.clear()
    return await faults(request)


async def consent(request: Request) -> Response:
    """Let a creator consent, or refuse, without a browser: authorize then redirects at once.

    Body: {"client_key", "username", "decision": "accept"|"refuse", "scopes": [...]?,
    "count": int or null}. A new order for the same app goes before older ones without a count.
    """
    order = await schemas.read(schemas.ConsentOrder, request)
    world = world_of(request)
    _known(world.apps, order.client_key, "app")
    _known(world.creators, order.username, "creator")
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


async def change_settings(request: Request) -> Response:
    """Change switches by name; groups (processing, rate_limits) are merged key by key."""
    world = world_of(request)
    changes = await schemas.read(schemas.AnyObject, request)
    try:
        world.settings = changed(world.settings, changes.root)
    except ValidationError as error:
        raise schemas.BadOrder(problems(error)) from error
    return await settings(request)


async def change_creator(request: Request) -> Response:
    """Change facts of one creator: private, banned, too_many_posts, caps and the rest."""
    world = world_of(request)
    creator = _known(world.creators, request.path_params["username"], "creator")
    order = await schemas.read(schemas.CreatorPatch, request)
    facts = order.model_dump(exclude_unset=True)
    world.seed(Seed(creators=[CreatorSeed(username=creator.username, **facts)]))
    return JSONResponse(asdict(world.creators[creator.username]))


async def change_app(request: Request) -> Response:
    """Change facts of one app: audited, sandbox, active_user_cap, scopes."""
    world = world_of(request)
    app = _known(world.apps, request.path_params["client_key"], "app")
    order = await schemas.read(schemas.AppPatch, request)
    facts = order.model_dump(exclude_unset=True)
    world.seed(Seed(apps=[AppSeed(client_key=app.client_key, **facts)]))
    return JSONResponse({"client_key": app.client_key, **facts})


async def revoke_grant(request: Request) -> Response:
    """Disconnect an app as its user would: all tokens die. Body: {"username", "client_key"}."""
    order = await schemas.read(schemas.RevokeOrder, request)
    world = world_of(request)
    grant = world.grants.get((order.client_key, order.username))
    if grant is None:
        raise _Missing(f"@{order.username} never consented to app {order.client_key!r}")
    disconnect(world, grant)
    return JSONResponse({"ok": True})


async def order_outcome(request: Request) -> Response:
    """Order how the next finished uploads end.

    Body: {"outcome": a fail_reason or "stuck", "creator"?, "count": 1}.
    """
    order = await schemas.read(schemas.OutcomeOrder, request)
    reason = order.outcome if isinstance(order.outcome, FailReason) else None
    world = world_of(request)
    if order.creator is not None:
        _known(world.creators, order.creator, "creator")
    world.outcomes.append(Outcome(reason, order.creator, order.count))
    return JSONResponse({"ok": True})


def _known(things: dict[str, T], name: str, kind: str) -> T:
    if name not in things:
        raise _Missing(f"no {kind} {name!r}; there are: {', '.join(things) or 'none'}")
    return things[name]


def _explained(endpoint: Endpoint) -> Endpoint:
    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except _Missing as error:
            return JSONResponse({"error": str(error)}, 404)
        except EmulatorError as error:
            return JSONResponse({"error": str(error)}, 400)
        except ValidationError as error:
            return JSONResponse({"error": problems(error)}, 400)

    return answered


ENDPOINTS: list[tuple[str, str, Endpoint]] = [
    ("GET", "/_control/", index),
    ("POST", "/_control/reset", reset),
    ("POST", "/_control/seed", seed),
    ("GET", "/_control/clock", clock),
    ("POST", "/_control/clock", move_clock),
    ("GET", "/_control/state", state),
    ("GET", "/_control/requests", requests),
    ("GET", "/_control/faults", faults),
    ("POST", "/_control/faults", order_fault),
    ("DELETE", "/_control/faults", clear_faults),
    ("POST", "/_control/consent", consent),
    ("DELETE", "/_control/consent", clear_consents),
    ("GET", "/_control/settings", settings),
    ("PATCH", "/_control/settings", change_settings),
    ("PATCH", "/_control/creators/{username}", change_creator),
    ("POST", "/_control/creators/{username}", change_creator),
    ("PATCH", "/_control/apps/{client_key}", change_app),
    ("POST", "/_control/grants/revoke", revoke_grant),
    ("POST", "/_control/outcomes", order_outcome),
]
ROUTES = [
    Route(path, _explained(endpoint), methods=[method]) for method, path, endpoint in ENDPOINTS
]
