"""Sends a person through a network's consent page and stores what comes back.

The browser comes back to this machine (a desktop app), or the person copies the address at which
it ends: for a web app, and where the browser runs on another machine.
"""

import asyncio
import contextlib
import sys
import threading
import webbrowser
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import ParamSpec
from urllib.parse import urlsplit

import click

from postwright.cli import printing
from postwright.cli.loopback import Page, Redirect, listening
from postwright.cli.opening import Desk
from postwright.cli.settings import environment
from postwright.connections.connect import Connected, finish
from postwright.connections.consent import scopes_of
from postwright.connections.models import Connection, PlatformApp
from postwright.errors import AppError, NeedsReconnect, NetworkTrouble
from postwright.platforms.answers import Consent
from postwright.platforms.purpose import Purpose
from postwright.publishing.resume import resume_reconnected

P = ParamSpec("P")

# For an address that is only copied: nothing listens there.
ANY_PORT = 49152


class NoConsent(NeedsReconnect):
    """Nobody came back from the consent page."""

    code = "no_consent"


@dataclass(frozen=True, slots=True)
class Way:
    """How to get a consent from a person."""

    browser: bool
    port: int | None
    timeout_s: float
    paste: bool
    as_json: bool


def consent_options(command: Callable[P, object]) -> Callable[P, object]:
    """The options of a command that asks for a consent."""
    for option in (
        click.option(
            "--timeout",
            "timeout_s",
            type=click.FloatRange(min=1),
            default=300,
            show_default=True,
            metavar="S",
            help="Seconds to wait for the consent.",
        ),
        click.option(
            "--port",
            type=click.IntRange(1, 65535),
            metavar="N",
            help="Listen here. Default: any free one.",
        ),
        click.option(
            "--paste",
            is_flag=True,
            help="Copy the address that the browser ends at into the terminal.",
        ),
        click.option("--no-browser", is_flag=True, help="Print the address instead of opening it."),
        click.option(
            "--for",
            "purposes",
            type=click.Choice([str(purpose) for purpose in Purpose]),
            multiple=True,
            help="What to ask the permission for; may be repeated. Default: publish.",
        ),
    ):
        command = option(command)
    return command


async def ask(
    desk: Desk,
    app: PlatformApp,
    purposes: Collection[Purpose],
    way: Way,
    *,
    expected: Connection | None = None,
) -> Connected:
    """Get a consent and store the account; what was held for it goes on.

    Raises:
        NoConsent: nobody came back in time.
        ConnectFailed: it was refused, or its answer lost.
        WrongAccount: it is not the expected one.
        NetworkTrouble: the network cannot be reached.
    """
    await _refuse_absent(app.base_url, proxied=bool(desk.settings.proxy.get_secret_value()))
    if way.paste or app.kind == "web":
        made = await _pasted(desk, app, purposes, way, expected)
    else:
        made = await _looped_back(desk, app, purposes, way, expected)
    async with desk.database.transaction() as session:
        resumed = await resume_reconnected(session)
    tell(made, resumed, as_json=way.as_json)
    return made


async def _looped_back(
    desk: Desk,
    app: PlatformApp,
    purposes: Collection[Purpose],
    way: Way,
    expected: Connection | None,
) -> Connected:
    async with listening(Redirect.parse(app.redirect_uri, port=way.port)) as loopback:
        consent = _begun(desk, app, loopback.redirect_uri, purposes)
        loopback.expect(consent.state)
        send_there(consent.url, way)
        callback = await in_time(loopback.arrived(), way.timeout_s)
        try:
            made = await finish(
                desk.accounts, app, consent, callback, purposes=purposes, expected=expected
            )
        except AppError as error:
            await loopback.tell(Page(error.what, error.why, error.fix))
            raise
        except BaseException:
            page = Page("It did not work.", "The terminal says more.", "Try again there.")
            await loopback.tell(page)
            raise
        await loopback.tell(Page(f"@{made.handle} is connected.", "You can close this window."))
        return made


async def _pasted(
    desk: Desk,
    app: PlatformApp,
    purposes: Collection[Purpose],
    way: Way,
    expected: Connection | None,
) -> Connected:
    back = app.redirect_uri
    if app.kind != "web":
        redirect = Redirect.parse(back, port=way.port)
        back = f"http://{redirect.host}:{redirect.port or ANY_PORT}{redirect.path}"
    consent = _begun(desk, app, back, purposes)
    callback = await pasted(consent.url, way)
    return await finish(desk.accounts, app, consent, callback, purposes=purposes, expected=expected)


def _begun(desk: Desk, app: PlatformApp, back: str, purposes: Collection[Purpose]) -> Consent:
    network = desk.accounts.networks.of_app(app)
    return network.consent(back, scopes_of(network, purposes), always_ask=True)


async def pasted(url: str, way: Way) -> str:
    """The address at which a browser ends that was sent to a consent page, as a person copies it.

    Raises:
        NoConsent: nobody did in time.
    """
    say = printing.note if way.as_json else printing.line
    say("Open this address in any browser:")
    say(url)
    say("Then copy the whole address at which the browser ends, whatever it shows, and give it")
    say("here:")
    return (await in_time(_line(), way.timeout_s)).strip()


async def _line() -> str:
    """One line of standard input. The thread that reads it holds nobody up at the end."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        said = sys.stdin.readline()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(lambda: line.done() or line.set_result(said))

    threading.Thread(target=read, daemon=True).start()
    return await line


async def _refuse_absent(base_url: str, *, proxied: bool) -> None:
    """Say that an address of one's own does not answer before a browser shows it less well."""
    if not base_url or proxied:
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


def send_there(url: str, way: Way) -> None:
    """Open a consent page in a browser, or say where it is."""
    say = printing.note if way.as_json else printing.line
    if way.browser and _has_browser():
        # Some return when their window is closed, so nobody waits for it.
        threading.Thread(target=_open_browser, args=(url,), daemon=True).start()
        say("A browser opens the consent page. If it does not, open it yourself:")
    else:
        say("Open this address in a browser on this machine:")
    say(url)


def _has_browser() -> bool:
    # Without a screen Python would run a text browser, in this terminal.
    graphical = {"DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"}
    return sys.platform in {"darwin", "win32"} or bool(graphical & environment().keys())


def _open_browser(url: str) -> None:
    with contextlib.suppress(webbrowser.Error, OSError):
        webbrowser.open(url)


async def in_time(arrived: Awaitable[str], timeout_s: float) -> str:
    """The address with which a browser came back.

    Raises:
        NoConsent: none did in time.
    """
    try:
        async with asyncio.timeout(timeout_s):
            return await arrived
    except TimeoutError:
        raise NoConsent(
            "No account was connected: nobody came back from TikTok's page.",
            why=f"It was waited for {timeout_s:g} s.",
            fix="Try again; --timeout gives more time.",
        ) from None


def tell(made: Connected, resumed: int, *, as_json: bool) -> None:
    """Print who is connected, and how many held posts go on."""
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
