"""Puts the slices together into one ASGI app."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp

from tiktok_emulator.control.routes import ROUTES as CONTROL
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.routes import ROUTES as OAUTH
from tiktok_emulator.pages import render
from tiktok_emulator.phone.routes import ROUTES as PHONE
from tiktok_emulator.posting.routes import ROUTES as POSTING
from tiktok_emulator.store import World
from tiktok_emulator.upload.routes import ROUTES as UPLOAD
from tiktok_emulator.wire import OURS, Wire


def create_app(world: World) -> ASGIApp:
    """The emulator as an ASGI app, for a server or for an in-process client.

    Without a server, a fault that drops the connection raises ConnectionDropped out of the app.
    """
    app = Starlette(
        routes=[*OAUTH, *POSTING, *UPLOAD, *PHONE, *CONTROL],
        exception_handlers={HTTPException: _no_such_path},
    )
    app.router.redirect_slashes = False
    app.state.world = world
    return Wire(app, world)


async def _no_such_path(request: Request, _: Exception) -> Response:
    """Paths and methods that TikTok does not have are 404, like those not emulated yet."""
    path = request.url.path
    if path.startswith("/_control"):
        text = f"{request.method} {path} is no control endpoint; GET /_control/ lists them"
        return JSONResponse({"error": text}, 404)
    if path == "/" or path.startswith(OURS):
        return HTMLResponse(render("not_there.html", {"text": "Couldn't find this page"}), 404)
    note = note_of(request)
    note.code = "unknown_path"
    note.why = (
        "TikTok has no such path with this method, or it is not emulated; mind the final slash."
    )
    return PlainTextResponse("Unsupported path", 404)
