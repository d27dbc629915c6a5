"""What a person sees at the authorize address: the consent page, or what is wrong."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import HTMLResponse

from tiktok_emulator.errors import PageRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.oauth.rules import ALWAYS_GRANTED
from tiktok_emulator.pages import page
from tiktok_emulator.posting.state import Creator
from tiktok_emulator.sources import fact
from tiktok_emulator.store import world_of

MANY = 8

# What each scope lets an app do, as a person reads it: the deed, and what it is about.
SCOPE_WORDS = {
    "user.info.basic": ("Know who you are", "your name and your picture"),
    "user.info.profile": ("Read your profile", "bio, username, link, verified or not"),
    "user.info.stats": ("Read your numbers", "followers, likes, videos"),
    "video.list": ("See your public videos", "with their views, likes and comments"),
    "video.publish": ("Post for you", "straight to your account, as you asked the app to"),
    "video.upload": ("Send drafts to your inbox", "you finish and post them yourself"),
}


def consent_page(
    request: Request,
    page_id: str,
    *,
    search: str = "",
    chosen: str = "",
    ticked: Collection[str] | None = None,
) -> HTMLResponse:
    """The page of an accepted authorize request that waits in `world.pages`.

    `search` narrows the accounts down, `chosen` and `ticked` keep what was chosen on the page
    before it; None is every scope.
    """
    world = world_of(request)
    asked = world.pages[page_id].request
    app = world.apps[asked.client_key]
    found = [
        who for who in world.creators.values() if who.account == "active" and _is_meant(who, search)
    ]
    values = {
        "page_id": page_id,
        "app": app,
        "accounts": found,
        "account_count": len(world.creators),
        "has_search": len(world.creators) > MANY,
        "search": search,
        "chosen": _preselected(found, chosen),
        "scopes": asked.scopes,
        "ticked": asked.scopes if ticked is None else ticked,
        "always_granted": ALWAYS_GRANTED,
        "words": SCOPE_WORDS,
        "leads_to": asked.redirect_uri,
    }
    return page(request, "consent.html", values, leads_to_apps=True)


def refused_page(request: Request, refusal: PageRefusal) -> HTMLResponse:
    """What is wrong with an authorize request; the refusal is noted in the log."""
    note = note_of(request)
    note.refuse(refusal)
    values = {"refusal": refusal, "log_id": note.log_id, "fact": fact(refusal.rule)}
    return page(request, "oauth_error.html", values, status=refusal.status)


def _is_meant(creator: Creator, search: str) -> bool:
    wanted = search.casefold().removeprefix("@")
    return wanted in creator.username.casefold() or wanted in creator.nickname.casefold()


def _preselected(found: list[Creator], chosen: str) -> str:
    """The account that is chosen when the page opens: the one asked for, or the first."""
    names = [who.username for who in found]
    return chosen if chosen in names else (names[0] if names else "")
