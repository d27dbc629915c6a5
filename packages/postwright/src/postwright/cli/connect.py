"""`postwright connect`: an account, with its owner's consent."""

import asyncio
import contextlib
import sys
import threading
import webbrowser
from urllib.parse import urlsplit

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.loopback import Loopback, Page, Redirect, listening
from postwright.cli.opening import Desk, opened
from postwright.cli.settings import current, environment
from postwright.config import Settings
from postwright.connections.connect import PUBLISHING, Connected, finish, register_app
from postwright.connections.consent import scopes_of
from postwright.connections.models import PlatformApp
from postwright.errors import AppError, Misconfigured, NeedsReconnect, NetworkTrouble
from postwright.platforms.answers import Consent
from postwright.publishing.resume import resume_reconnected


class NoConsent(NeedsReconnect):
    """Nobody came back from the consent page."""

    code = "no_consent"


@click.group()
def command() -> None:
    """Connect an account, with its owner's consent in a browser."""


@command.command()
@click.option("--no-browser", is_flag=True, help="Print the address instead of opening it.")
@click.option(
    "--port", type=click.IntRange(1, 65535), metavar="N", help="Listen here. Default: any free one."
)
@click.option(
    "--timeout",
    "timeout_s",
    type=click.FloatRange(min=1),
    default=300,
    show_default=True,
    metavar="S",
    help="Seconds to wait for the consent.",
)
@json_option
@asynchronous
async def tiktok(*, no_browser: bool, port: int | None, timeout_s: float, as_json: bool) -> None:
    """Connect a TikTok account, or connect it again.

    A browser opens TikTok's consent page and comes back to this command, so it has to run on the
    same machine. Accounts that are connected again go on with what was waiting for them.

    \b
    Examples:
      postwright connect tiktok
      postwright connect tiktok --no-browser      prints the address to open

    Exit codes: 0 connected, 6 refused or nobody came back, 7 TikTok cannot be reached.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings = current()
    _refuse_web(settings)
    async with opened(settings) as desk:
        async with desk.database.transaction() as session:
            app = await register_app(
                session, desk.accounts.vault, desk.workspace_id, settings.tiktok
            )
        redirect = Redirect.parse(app.redirect_uri, port=port)
        await _refuse_absent(app.base_url, settings)
        async with listening(redirect) as loopback:
            network = desk.accounts.networks.of_app(app)
            consent = network.consent(
                loopback.redirect_uri, scopes_of(network, PUBLISHING), always_ask=True
            )
            loopback.expect(consent.state)
            _send_there(consent, browser=not no_browser, as_json=as_json)
            callback = await _callback(loopback, timeout_s)
            made = await _finish(desk, app, consent, callback, loopback)
        async with desk.database.transaction() as session:
            resumed = await resume_reconnected(session)
    _tell(made, resumed, as_json=as_json)


def _refuse_web(settings: Settings) -> None:
    if settings.tiktok.app_kind == "web":
        raise Misconfigured(
            "A web app cannot be connected from here.",
            why="TikTok sends the browser back to an https address, and this command can only "
            "listen on this machine.",
            fix="Register a desktop app at TikTok and set POSTWRIGHT_TIKTOK__APP_KIND=desktop.",
        )


async def _refuse_absent(base_url: str, settings: Settings) -> None:
    """Say that an address of one's own does not answer before a browser shows it less well."""
    if not base_url or settings.proxy:
        return
    parts = urlsplit(base_url)
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(
                parts.hostname, parts.port or (443 if parts.scheme == "https" else 80)
            )
        writer.close()
    except OSError as error:
        raise NetworkTrouble(
            f"TikTok at {base_url} does not answer.",
            why=error.strerror or str(error) or "It took too long.",
            fix="If it is the emulator, start it: postwright up --emulator",
        ) from None


def _send_there(consent: Consent, *, browser: bool, as_json: bool) -> None:
    say = printing.note if as_json else printing.line
    if browser and _has_browser():
        # Some return when their window is closed, so nobody waits for it.
        threading.Thread(target=_open_browser, args=(consent.url,), daemon=True).start()
        say("A browser opens the consent page. If it does not, open it yourself:")
    else:
        say("Open this address in a browser on this machine:")
    say(consent.url)


def _has_browser() -> bool:
    # Without a screen Python would run a text browser, in this terminal.
    graphical = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"}
    return sys.platform in {"darwin", "win32"} or bool(graphical & environment().keys())


def _open_browser(url: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(url)


async def _callback(loopback: Loopback, timeout_s: float) -> str:
    try:
        async with asyncio.timeout(timeout_s):
            return await loopback.arrived()
    except TimeoutError:
        raise NoConsent(
            "No account was connected: nobody came back from TikTok's page.",
            why=f"It was waited for {timeout_s:g} s.",
            fix="Try again; --timeout gives more time.",
        ) from None


async def _finish(
    desk: Desk, app: PlatformApp, consent: Consent, callback: str, loopback: Loopback
) -> Connected:
    try:
        made = await finish(desk.accounts, app, consent, callback)
    except AppError as error:
        await loopback.tell(Page(error.what, error.why, error.fix))
        raise
    except BaseException:
        await loopback.tell(Page("It did not work.", "The terminal says more.", "Try again there."))
        raise
    await loopback.tell(Page(f"@{made.handle} is connected.", "You can close this window."))
    return made


def _tell(made: Connected, resumed: int, *, as_json: bool) -> None:
    if made.missing_scopes:
        printing.warning(f"Not granted: {', '.join(sorted(made.missing_scopes))}.")
    if as_json:
        printing.json_line(
            {
                "account": f"@{made.handle}",
                "name": made.display_name,
                "connection_id": made.connection_id,
                "is_new": made.is_new,
                "missing_scopes": made.missing_scopes,
                "resumed_posts": resumed,
            }
        )
        return
    printing.line(f"@{made.handle} is connected{'' if made.is_new else ' again'}.")
    if resumed:
        printing.line(f"{resumed} held post{'s go' if resumed > 1 else ' goes'} on.")
