"""The way out: whether TikTok can be reached, through the proxy if one is set."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.kit.fetch import FetchFailed, Line, fetch
from postwright.platforms.tiktok.pool import api_origin


def origin_of(scene: Scene) -> str:
    """Where TikTok's API is."""
    return api_origin(scene.settings.tiktok.base_url)


def line_of(scene: Scene) -> Line:
    """The way out that calls to TikTok take."""
    proxy = scene.settings.proxy.get_secret_value()
    return Line(proxy, scene.connect_to, scene.authorities)


async def check(scene: Scene) -> Sequence[Verdict]:
    """Ask TikTok's API for nothing in particular; any answer will do."""
    return [await _way(scene), _app(scene)]


async def _way(scene: Scene) -> Verdict:
    origin, line = origin_of(scene), line_of(scene)
    host = _host(line.proxy)
    through = f" through the proxy {host}" if host else ""
    if line.proxy and not host:
        do = "It should look like http://user:password@host:3128"
        return red("TikTok", "The proxy in POSTWRIGHT_PROXY is no address.", do)
    try:
        answer = await fetch(f"{origin}/", line)
    except FetchFailed as error:
        do = "See whether this machine may open connections to there"
        do += ", and whether POSTWRIGHT_PROXY is right." if through else "; a proxy goes into "
        do += "" if through else "POSTWRIGHT_PROXY."
        return red("TikTok", f"{origin} cannot be reached{through}. {error}", do)
    name = "The TikTok in use is not the real one" if scene.settings.tiktok.base_url else "TikTok"
    says = f"{name}: {origin} answers{through}, in {answer.elapsed_s * 1000:.0f} ms."
    return green("TikTok", says)


def _host(proxy: str) -> str:
    try:
        return urlsplit(proxy).hostname or ""
    except ValueError:
        return ""


def _app(scene: Scene) -> Verdict:
    tiktok = scene.settings.tiktok
    if not tiktok.client_key:
        do = "See docs/howto/connect-a-real-app.md, or try it with: postwright up --emulator"
        return amber("app", "No app of TikTok's is set, so no account can be connected.", do)
    if not tiktok.client_secret.get_secret_value():
        do = "Set POSTWRIGHT_TIKTOK__CLIENT_SECRET, or ..._FILE."
        return red("app", f"The app {tiktok.client_key} has no secret.", do)
    return green("app", f"The app {tiktok.client_key} is set, with its secret.")
