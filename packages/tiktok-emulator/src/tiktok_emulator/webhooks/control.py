"""The control plane's window on webhooks: what was told, what became of it, send it again."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tiktok_emulator.control import schemas
from tiktok_emulator.control.describe import asks, takes
from tiktok_emulator.control.lookup import Missing, known
from tiktok_emulator.seeds import Text, Username
from tiktok_emulator.store import world_of
from tiktok_emulator.webhooks.envelope import EVENTS
from tiktok_emulator.webhooks.state import Delivery


class EventOrder(BaseModel):
    """An event to tell by hand. Without a username it has no `user_openid`."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    event: Text
    client_key: Text
    username: Username | None = None
    content: dict[str, object] = Field(default={})


@asks("after")
async def webhooks(request: Request) -> Response:
    """List what was told to apps and what became of it. Query: after=N for later ones.

    `state` is waiting, delivered, dropped (72 hours are over), lost (a fault) or no_url.
    """
    after = request.query_params.get("after", "0")
    if not (after.isascii() and after.isdecimal() and len(after) < 20):
        raise schemas.BadOrder(f"after: {after!r} is not a number")
    told = world_of(request).outbox.deliveries
    return JSONResponse(
        {"deliveries": [delivery_facts(each) for each in told if each.n > int(after)]}
    )


@takes(EventOrder)
async def tell(request: Request) -> Response:
    """Tell an app of any event, by hand.

    Body: {"event", "client_key", "username"?, "content": {...}}. The names of TikTok's events
    and what their content holds are in `events` of the answer; others are sent as they are.
    """
    order = await schemas.read(EventOrder, request)
    world = world_of(request)
    known(world.apps, order.client_key, "app")
    if order.username is not None:
        known(world.creators, order.username, "creator")
    delivery = world.outbox.put(
        order.event, client_key=order.client_key, username=order.username, content=order.content
    )
    return JSONResponse({"n": delivery.n, "events": {name: list(EVENTS[name]) for name in EVENTS}})


async def retry(request: Request) -> Response:
    """Send a webhook once more, now, whatever became of it; answers when that is done."""
    world = world_of(request)
    number = request.path_params["n"]
    delivery = world.outbox.find(number)
    if delivery is None:
        raise Missing(f"no webhook {number}; GET /_control/webhooks lists them")
    await world.outbox.retry(delivery)
    return JSONResponse(delivery_facts(delivery))


def delivery_facts(delivery: Delivery) -> dict[str, object]:
    """One delivery as the control plane shows it; the body is what is sent, as text."""
    return {
        "n": delivery.n,
        "event": delivery.event,
        "client_key": delivery.client_key,
        "username": delivery.username,
        "user_openid": delivery.user_openid,
        "content": delivery.content,
        "body": delivery.body.decode(),
        "told_at": delivery.told_at.isoformat(),
        "state": delivery.state.value,
        "next_at": _iso(delivery.next_at),
        "attempts": [
            {
                "at": attempt.at.isoformat(),
                "url": attempt.url,
                "status": attempt.status,
                "problem": attempt.problem,
                "signature": attempt.signature,
            }
            for attempt in delivery.attempts
        ],
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


ENDPOINTS = [
    ("GET", "/_control/webhooks", webhooks),
    ("POST", "/_control/webhooks", tell),
    ("POST", "/_control/webhooks/{n:int}/retry", retry),
]
