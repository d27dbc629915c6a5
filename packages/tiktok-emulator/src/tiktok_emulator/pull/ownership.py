"""Whether an app may have media pulled from an address; asked at init, before anything is sent."""

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.oauth.state import App
from tiktok_emulator.posting.init import GUIDELINES_TEXT
from tiktok_emulator.pull.address import Address
from tiktok_emulator.pull.properties import is_domain

# TikTok's own sample video lies there.
SAMPLE_HOST = "sf16-va.tiktokcdn.com"


def check_ownership(app: App, address: Address) -> None:
    """That the app may name this address.

    Raises:
        PostingRefusal: 403. What TikTok says to http and to IP addresses is assumed: no
            property can cover them.

    spec: error.url_ownership_unverified, pull.init.tiktok-sample
    Source: media transfer guide, 2026-09-11.
    """
    if app.allow_localhost_urls and address.is_loopback and not address.has_userinfo:
        return
    if address.scheme != "https":
        raise _unverified("pull.init.https-only", f"{address.scheme} is not taken, only https.")
    if not is_domain(address.host):
        why = f"the host {address.host!r} is no domain; IP addresses are not taken."
        if address.is_loopback:
            why += " The app's fact allow_localhost_urls lets this machine pass."
        raise _unverified("pull.init.no-ip", why)
    if address.has_userinfo:
        raise _unverified("pull.init.unverified", "a user name in an address is not taken.")
    if address.host == SAMPLE_HOST:
        return
    covering = [each for each in app.properties if each.covers(address)]
    if any(each.is_verified for each in covering):
        return
    if covering:
        why = f"the {covering[0].kind} {covering[0].value!r} of the app is not verified yet."
        raise _unverified("pull.init.unverified", why)
    owned = ", ".join(f"{each.kind} {each.value}" for each in app.properties) or "none"
    raise _unverified(
        _closest(app),
        f"no URL property of the app covers {address.host}{address.path}; there are: {owned}. A "
        "domain covers its sub-domains, a prefix what begins with it letter by letter.",
    )


def _closest(app: App) -> str:
    kinds = {each.kind for each in app.properties}
    if kinds == {"prefix"}:
        return "pull.init.ownership-prefix"
    return "pull.init.ownership-domain" if kinds == {"domain"} else "pull.init.unverified"


def _unverified(rule: str, why: str) -> PostingRefusal:
    return PostingRefusal(403, "url_ownership_unverified", GUIDELINES_TEXT, rule=rule, why=why)
