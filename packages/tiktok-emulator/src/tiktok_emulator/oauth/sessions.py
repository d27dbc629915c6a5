"""Who is signed in on the consent page, by browser."""

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from tiktok_emulator.oauth.state import Session
from tiktok_emulator.store import World, world_of

COOKIE = "tiktok_emulator_session"


def signed_in(request: Request) -> str:
    """The creator this browser is signed in as; empty if nobody, or no longer."""
    world = world_of(request)
    session = world.sessions.get(request.cookies.get(COOKIE, ""))
    if session is None or world.clock.now() >= session.expires_at:
        return ""
    return session.username if can_sign_in(world, session.username) else ""


def can_sign_in(world: World, username: str) -> bool:
    """Whether there is such an account, neither deleted nor banned."""
    creator = world.creators.get(username)
    return creator is not None and creator.account == "active"


def sign_in(request: Request, response: Response, username: str) -> None:
    """Remember the browser that gets this response; an earlier session of it ends."""
    world = world_of(request)
    world.sessions.pop(request.cookies.get(COOKIE, ""), None)
    name = world.ids.page()
    lifetime = timedelta(seconds=world.settings.session_s)
    world.sessions[name] = Session(username, world.clock.now() + lifetime)
    is_secure = request.url.scheme == "https"
    response.set_cookie(COOKIE, name, httponly=True, samesite="lax", secure=is_secure)
