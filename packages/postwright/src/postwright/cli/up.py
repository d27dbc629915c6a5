"""`postwright up`: everything in one process."""

import os
from collections.abc import AsyncGenerator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click
from pydantic import SecretStr

from postwright.api.returning import callback_path
from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.loopback import PortTaken
from postwright.cli.narrate import narrate
from postwright.cli.opening import Desk, keep_running, make_data_dir, opened
from postwright.cli.running import collect_seldom, log_to_stderr, until_stopped
from postwright.cli.serving import serving
from postwright.cli.settings import (
    Noted,
    current,
    forget_emulator,
    note_emulator,
    only_emulator,
    own,
    with_emulator,
    without_public_address,
)
from postwright.config import Settings, TikTokSettings
from postwright.errors import Misconfigured
from postwright.kit.text import sentence
from postwright.media.host.serving import WebPortTaken
from postwright.publishing.inbox.route import FOLDER
from postwright.worker import Worker

if TYPE_CHECKING:
    from tiktok_emulator import Emulator, Seed


@click.command()
@click.option("--emulator", is_flag=True, help="Run a TikTok on this machine as well.")
@click.option(
    "--emulator-port",
    type=click.IntRange(0, 65535),
    default=8700,
    show_default=True,
    help="Where it listens; 0 is any free port.",
)
@json_option
@asynchronous
async def command(*, emulator: bool, emulator_port: int, as_json: bool) -> None:
    """Run everything in one process, until Ctrl-C.

    That is the database (unless POSTWRIGHT_DATABASE_URL names one), its migrations, a worker, and
    the web part, which TikTok fetches media from (`postwright web`).
    With --emulator there is a TikTok on this machine too, with an app and some creators: commands
    in other terminals use it without any setting.

    \b
    Examples:
      postwright up
      postwright up --emulator
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings = current() if not emulator else own()
    # What becomes of the posts is told in words; the steps are in the log only on request.
    log_to_stderr(settings, least="WARNING")
    collect_seldom()
    make_data_dir(settings.data_dir)
    async with AsyncExitStack() as stack:
        if emulator:
            stack.enter_context(only_emulator(settings.data_dir))
            settings = without_public_address(settings)
        desk = await stack.enter_async_context(opened(settings, waits=True))
        tiktok = TikTokSettings() if emulator else settings.tiktok
        meant = _Meant(tiktok, settings.web.public_url)
        web = await stack.enter_async_context(_web(settings, desk, meant, any_port=emulator))
        noted = None
        if emulator:
            near = None if web is None else _on_this_machine(web)
            noted = await stack.enter_async_context(_emulator(settings, emulator_port, near))
            settings = with_emulator(settings, noted)
            meant.tiktok, meant.public_url = settings.tiktok, settings.web.public_url
        _tell(settings, noted, web, as_json=as_json)
        parts = [Worker(settings, desk.database.url).run(), keep_running(settings)]
        if not as_json:
            parts.append(narrate(desk))
        await until_stopped(*parts)
    if not as_json:
        printing.line("Stopped.")


def _on_this_machine(address: str) -> str:
    """Where an address is found from this machine, though it listens everywhere."""
    return address.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:")


@dataclass(slots=True)
class _Meant:
    """What the web part has to know of the emulator, which comes up after it.

    `tiktok` is the app that accounts are connected through; `public_url` is where TikTok fetches.
    """

    tiktok: TikTokSettings
    public_url: str

    def is_reachable(self) -> bool:
        """Whether TikTok can fetch files from us."""
        return bool(self.public_url)

    def __call__(self) -> TikTokSettings:
        """The app as of now."""
        return self.tiktok


def _serving(settings: Settings, desk: Desk, meant: _Meant) -> AbstractAsyncContextManager[str]:
    return serving(settings, desk.database.url, tiktok=meant, is_reachable=meant.is_reachable)


@asynccontextmanager
async def _web(
    settings: Settings, desk: Desk, meant: _Meant, *, any_port: bool
) -> AsyncGenerator[str | None]:
    """The web part; if its port is taken on any other, or without it if nobody would find it."""
    async with AsyncExitStack() as stack:
        try:
            address = await stack.enter_async_context(_serving(settings, desk, meant))
        except WebPortTaken as error:
            if settings.web.public_url:
                raise
            if any_port:
                free = settings.model_copy(
                    update={"web": settings.web.model_copy(update={"port": 0})}
                )
                address = await stack.enter_async_context(_serving(free, desk, meant))
            else:
                printing.warning(f"{error.what} {error.why} Media is not served.")
                address = None
        yield address


@asynccontextmanager
async def _emulator(settings: Settings, port: int, web: str | None) -> AsyncGenerator[Noted]:
    """An emulator with its demonstration app, noted for the other commands.

    It fetches from this machine, and sends its webhooks there.
    """
    try:
        from tiktok_emulator import Emulator, PortTaken as Taken  # noqa: PLC0415, I001  # an extra that may not be installed
    except ImportError:
        raise Misconfigured(
            "The emulator is not installed.",
            why="It is a package of its own.",
            fix="Install it: pip install 'postwright[emulator]'",
        ) from None
    try:
        async with Emulator.serve(port=port, base=_seed(web)) as emulator:
            noted = Noted(_demo_app(emulator), web or "")
            note_emulator(settings.data_dir, noted)
            try:
                yield noted
            finally:
                forget_emulator(settings.data_dir)
    except Taken as error:
        raise PortTaken(
            f"The emulator cannot listen on port {port}.",
            why=sentence(str(error).partition(";")[0]),
            fix="Stop what runs there, or give another port: postwright up --emulator "
            "--emulator-port 0",
        ) from None


def _seed(web: str | None) -> "Seed":
    """The demonstration's apps and creators; its first app may use this machine."""
    from tiktok_emulator import DEMO  # noqa: PLC0415  # an extra, as above

    if web is None:
        return DEMO
    first, *others = DEMO.apps
    back = f"http://127.0.0.1:*{callback_path('tiktok')}"
    here = {
        "allow_localhost_urls": True,
        "webhook_url": f"{web}{FOLDER}tiktok",
        "redirect_uris": [*first.redirect_uris, back],
    }
    return DEMO.model_copy(update={"apps": [first.model_copy(update=here), *others]})


def _demo_app(emulator: "Emulator") -> TikTokSettings:
    app = next(iter(emulator.state.apps.values()))
    return TikTokSettings(
        base_url=emulator.base_url,
        client_key=app.client_key,
        client_secret=SecretStr(app.client_secret),
        app_kind=app.kind,
        redirect_uri=app.redirect_uris[0],
    )


def _tell(settings: Settings, noted: Noted | None, web: str | None, *, as_json: bool) -> None:
    place = "in POSTWRIGHT_DATABASE_URL"
    if settings.embedded:
        place = f"its own PostgreSQL, in {settings.data_dir / 'postgres'}"
    if as_json:
        emulator = None if noted is None else noted.tiktok.base_url
        facts = {"ready": True, "pid": os.getpid(), "emulator": emulator, "web": web}
        printing.json_line({**facts, "data_dir": settings.data_dir})
        return
    printing.line("Postwright is up. Ctrl-C stops it.")
    printing.line(f"Database  {place}")
    if web is not None:
        _tell_of_web(settings, noted, web)
    if noted is None:
        printing.line("Connect an account: postwright connect tiktok")
        return
    _tell_of_emulator(noted.tiktok)


def _tell_of_web(settings: Settings, noted: Noted | None, web: str) -> None:
    """Where the web part is, and who gets there."""
    printing.line(f"Web       {web}")
    printing.line(f"API       {web}/v1  for a key: postwright api-keys create --name me")
    if noted is not None:
        return
    if settings.web.public_url:
        printing.line(f"          from outside {settings.web.public_url}")
    else:
        printing.line("          From this machine only; photos need a public address:")
        printing.line("          docs/howto/serve-media.md")


def _tell_of_emulator(tiktok: TikTokSettings) -> None:
    for text in (
        f"TikTok    {tiktok.base_url}  on this machine: open it, it has a phone to look at",
        "          It starts empty each time, so accounts have to be connected anew.",
        "",
        "In another terminal:",
        "  postwright connect tiktok --for publish --for draft",
        "  postwright publish clip.mp4 --account @demo --privacy public --wait",
        "  postwright publish 1.jpg 2.jpg --account @demo --privacy public --wait",
        "  postwright publish clip.mp4 --account @demo --draft --wait",
        "",
        "Commands with the same data folder use this TikTok. Elsewhere, say so:",
        f"  export POSTWRIGHT_TIKTOK__BASE_URL={tiktok.base_url}",
        f"  export POSTWRIGHT_TIKTOK__CLIENT_KEY={tiktok.client_key}",
        f"  export POSTWRIGHT_TIKTOK__CLIENT_SECRET={tiktok.client_secret.get_secret_value()}",
        "",
    ):
        printing.line(text)
