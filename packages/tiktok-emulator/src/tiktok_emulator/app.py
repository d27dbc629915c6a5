"""Puts the slices together into one ASGI app."""

import secrets

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from tiktok_emulator.control.routes import ROUTES as CONTROL
from tiktok_emulator.desk.controls import ROUTES as CONTROLS
from tiktok_emulator.desk.log import ROUTES as LOG
from tiktok_emulator.display.routes import ROUTES as DISPLAY
from tiktok_emulator.due import Due
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.routes import ROUTES as OAUTH
from tiktok_emulator.pages import ROUTES as ASSETS
from tiktok_emulator.pages import page
from tiktok_emulator.phone.routes import ROUTES as PHONE
from tiktok_emulator.portal.routes import ROUTES as PORTAL
from tiktok_emulator.posting import settle
from tiktok_emulator.posting.routes import ROUTES as POSTING
from tiktok_emulator.store import World
from tiktok_emulator.upload.routes import ROUTES as UPLOAD
from tiktok_emulator.wire import OURS, Wire

PAGES = (*PHONE, *PORTAL, *LOG, *CONTROLS, *ASSETS)
# What happens later, by the emulator's clock.
DUE = (
    Due("posting", settle.next_at, settle.run),
    Due(
        "webhooks",
        next_at=lambda world: world.outbox.next_at(),
        run=lambda world: world.outbox.run(),
        settle=lambda world: world.outbox.settle(),
    ),
)


def create_app(world: World) -> ASGIApp:
    """The emulator as an ASGI app, for a server or for an in-process client.

    Without a server, a fault that drops the connection raises ConnectionDropped out of the app.
    """
    app = Starlette(
        routes=[*OAUTH, *POSTING, *UPLOAD, *DISPLAY, *PAGES, *CONTROL],
        exception_handlers={HTTPException: _no_such_path},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    for due in DUE:
        world.due.register(due)
    app.state.form_key = secrets.token_urlsafe(24)
    return Wire(app, world)


async def _no_such_path(request: Request, _: Exception) -> Response:
    """Paths and methods that TikTok does not have are 404, like those not emulated yet.

    spec: path.unknown-404, path.final-slash
    Source: the text observed 2026.
    """
    path = request.url.path
    if path.startswith("/_control"):
        text = f"{request.method} {path} is no control endpoint; GET /_control/ lists them"
        return JSONResponse({"error": text}, 404)
    if path == "/" or path.startswith(OURS):
        return page(request, "not_there.html", {"text": "Couldn't find this page"}, status=404)
    note = note_of(request)
    note.code = "unknown_path"
    note.why = (
        "TikTok has no such path with this method, or it is not emulated; mind the final slash."
    )
    return PlainTextResponse("Unsupported path(Janus)", 404)
