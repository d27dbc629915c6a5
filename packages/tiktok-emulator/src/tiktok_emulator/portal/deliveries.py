"""The portal's webhook deliveries: what was sent, what came back, once more."""

import json
from collections.abc import Mapping

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.forms import see, takes_form
from tiktok_emulator.pages import page
from tiktok_emulator.store import world_of
from tiktok_emulator.webhooks.state import Delivery, State

MOST = 200
WORDS = {
    State.WAITING: ("waiting", "warn"),
    State.DELIVERED: ("delivered", "good"),
    State.DROPPED: ("given up", "bad"),
    State.LOST: ("lost by a fault", "bad"),
    State.NO_URL: ("no address", ""),
}


async def index(request: Request) -> Response:
    """The newest deliveries. Query: app=client_key, state=one of the states."""
    world = world_of(request)
    app, state = (request.query_params.get(name, "") for name in ("app", "state"))
    found = [
        each
        for each in reversed(world.outbox.deliveries)
        if app in ("", each.client_key) and state in ("", each.state.value)
    ]
    values = {
        "tab": "webhooks",
        "deliveries": found[:MOST],
        "left_out": max(0, len(found) - MOST),
        "apps": [("", "every app"), *((key, key) for key in world.apps)],
        "states": [
            ("", "every state"),
            *((each.value, words) for each, (words, _) in WORDS.items()),
        ],
        "app": app,
        "state": state,
        "words": WORDS,
        "has_address": any(each.webhook_url for each in world.apps.values()),
    }
    return page(request, "portal_webhooks.html", values)


async def show(request: Request) -> Response:
    """One delivery: the payload, each attempt, the signature it went out with."""
    found = world_of(request).outbox.find(request.path_params["n"])
    if found is None:
        return _missing(request)
    app = world_of(request).apps.get(found.client_key)
    values = {
        "tab": "webhooks",
        "delivery": found,
        "words": WORDS,
        "body": found.body.decode(),
        "content": _pretty(found),
        "address": app.webhook_url if app else None,
        "was_retried": request.query_params.get("done") == "retried",
    }
    return page(request, "portal_delivery.html", values)


async def retry(request: Request, _: FormData) -> Response:
    """Send a delivery once more, now."""
    outbox = world_of(request).outbox
    found = outbox.find(request.path_params["n"])
    if found is None:
        return _missing(request)
    await outbox.retry(found)
    return see(f"/_portal/webhooks/{found.n}?done=retried")


def _pretty(delivery: Delivery) -> str:
    content: Mapping[str, object] = json.loads(delivery.content)
    return json.dumps(content, indent=2, ensure_ascii=False)


def _missing(request: Request) -> Response:
    return page(request, "not_there.html", {"text": "Couldn't find this delivery"}, status=404)


ROUTES = [
    Route("/_portal/webhooks", index, methods=["GET"]),
    Route("/_portal/webhooks/{n:int}", show, methods=["GET"]),
    Route("/_portal/webhooks/{n:int}", takes_form(retry), methods=["POST"]),
]
