"""The public address: whether TikTok would find this very host there, and take it."""

import asyncio
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from socket import SOCK_STREAM
from urllib.parse import SplitResult, urlsplit

from sqlalchemy import text

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.cli.serving import signer_of
from postwright.cli.settings import is_noted
from postwright.kit.fetch import Fetched, FetchFailed, Line, NotTrusted, fetch
from postwright.media.host.presence import Presence
from postwright.media.host.readiness import PATH
from postwright.publishing.hosting import AWAY

_SOON = timedelta(days=14)
_WAITING = text("""
    SELECT count(*) FROM publications
    WHERE lane IS NOT NULL AND due_at IS NULL AND hold_reason = :reason
""")
_LAPTOP = (
    "None is set. Videos are uploaded and need none. Photos do not work, because TikTok fetches "
    "them; nor do webhooks, so TikTok is asked for news instead."
)
_TUNNEL = (
    "If you need them, lead a name of yours to POSTWRIGHT_WEB__PORT with a tunnel or a proxy, and "
    "set POSTWRIGHT_WEB__PUBLIC_URL: docs/howto/serve-media.md"
)


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at the web part on this machine, then at the address from outside."""
    public_url = scene.settings.web.public_url
    if not public_url:
        return [amber("public address", _LAPTOP, _TUNNEL)]
    if is_near(scene):
        return await _there(scene, public_url)
    parts = urlsplit(public_url)
    verdicts = [await _here(scene)]
    verdicts += _form(parts)
    verdicts += await _leads(scene, parts)
    return verdicts + await _there(scene, public_url)


def is_near(scene: Scene) -> bool:
    """Whether an emulator on this machine is in use, as it was noted: it fetches from here."""
    return is_noted(scene.settings)


async def proven(scene: Scene, base: str, line: Line) -> Fetched | None:
    """The answer of a host with our master key at this address; None if it is another one.

    Raises:
        FetchFailed: nothing answers.
    """
    nonce = secrets.token_hex(16)
    answer = await fetch(f"{base}{PATH}/{nonce}", line)
    expected = signer_of(scene.settings).proof(nonce)
    if expected.encode() in answer.body:
        return answer
    if answer.status // 100 == 3:
        raise FetchFailed(f"It redirects to {answer.headers.get('location', 'nowhere')}.")
    return None


async def _here(scene: Scene) -> Verdict:
    """Whether a web part answers on this machine, and whether workers know of that or another."""
    web = scene.settings.web
    base = _base_here(scene)
    runs, waits = await _known(scene)
    if web.port == 0 and runs is not False:
        return amber("web", "It listens on a port of its own choice.", "Set POSTWRIGHT_WEB__PORT.")
    do = "Start it: postwright up, or postwright web"
    try:
        is_ours = await proven(scene, base, Line()) is not None
        why = "" if is_ours else f"Another program listens at {base}, or one with another key."
    except FetchFailed as error:
        why = f"The web part does not answer at {base}. {error}"
    if why:
        if runs:
            return green("web", f"A web part is running, not at {base} on this machine.")
        return red("web", f"{why}{waits}", do)
    if runs is False:
        says = f"The web part answers at {base}, but no connection of it to the database is there, "
        says += f"by which workers know that it serves.{waits}"
        return red("web", says, "See what it logs. If it is an older version, restart it.")
    return green("web", f"The web part answers at {base}.")


def _base_here(scene: Scene) -> str:
    web = scene.settings.web
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(web.host, web.host)  # noqa: S104  # compared, not listened on
    return f"http://[{host}]:{web.port}" if ":" in host else f"http://{host}:{web.port}"


async def _known(scene: Scene) -> tuple[bool | None, str]:
    """Whether workers know of a web part, None if nobody can tell; and how many posts wait."""
    if scene.database is None:
        return None, ""
    async with scene.database.transaction() as session:
        runs = await Presence().is_there(session)
        waiting: int = (await session.execute(_WAITING, {"reason": AWAY})).scalar_one()
    return runs, f" Posts that wait for it: {waiting:,}." if waiting else ""


def _form(parts: SplitResult) -> list[Verdict]:
    """What TikTok asks of an address before it looks."""
    host = parts.hostname or ""
    verdicts = list[Verdict]()
    if parts.scheme != "https":
        do = "Let a proxy or a tunnel with a certificate lead here, and set its https address."
        verdicts.append(red("public address", "TikTok takes https addresses only.", do))
    if _is_ip(host) or "." not in host:
        do = "Use a name in a domain of yours."
        verdicts.append(red("public address", f"TikTok takes no address like {host}.", do))
    return verdicts


async def _leads(scene: Scene, parts: SplitResult) -> list[Verdict]:
    """Whether the name leads to the public network."""
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    if _is_ip(host) or f"{host}:{port}" in scene.connect_to:
        return []
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=SOCK_STREAM)
    except OSError as error:
        do = "Correct its DNS record, or POSTWRIGHT_WEB__PUBLIC_URL."
        return [red("public address", f"{host} has no address: {error.strerror}.", do)]
    inside = [str(entry[4][0]) for entry in found if not ip_address(entry[4][0]).is_global]
    if inside:
        do = "Let the name lead to an address that everybody can reach, for everybody."
        says = f"{host} leads into a private network ({', '.join(sorted(set(inside)))})."
        return [red("public address", says, do)]
    return []


async def _there(scene: Scene, public_url: str) -> list[Verdict]:
    """Ask for our own proof at the address; tell how its certificate stands."""
    line = Line("", scene.connect_to, scene.authorities)
    try:
        answer = await proven(scene, public_url, line)
    except NotTrusted as error:
        do = "Renew the certificate, with its whole chain, for this very name."
        return [red("public address", f"{public_url}: {error}", do)]
    except FetchFailed as error:
        do = "Lead it to the web part without a redirect; TikTok follows none. (If only your own "
        do += "network cannot reach it from inside, look from elsewhere.)"
        return [red("public address", f"{public_url} does not lead here. {error}", do)]
    if answer is None:
        do = "See where it leads; every process needs the same master key."
        return [red("public address", f"Something else answers at {public_url}.", do)]
    verdicts = [green("public address", f"{public_url} leads here, without a redirect.")]
    if answer.certificate_ends_at is not None:
        verdicts.append(_certificate(answer.certificate_ends_at))
    return verdicts


def _certificate(ends_at: datetime) -> Verdict:
    left = ends_at - datetime.now(UTC)
    says = f"It is good until {ends_at:%Y-%m-%d}, {left.days} days more."
    if left < _SOON:
        return amber("certificate", says, "Renew it, or see why it does not renew itself.")
    return green("certificate", says)


def _is_ip(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
