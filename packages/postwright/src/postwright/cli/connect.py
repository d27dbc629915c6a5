"""`postwright connect`: an account, with its owner's consent."""

from typing import Any

import click

from postwright.cli.asking import asynchronous, json_option
from postwright.cli.consenting import Way, ask, consent_options
from postwright.cli.opening import opened
from postwright.cli.settings import anywhere
from postwright.connections.connect import PUBLISHING, register_app
from postwright.platforms.purpose import Purpose


@click.group()
def command() -> None:
    """Connect an account, with its owner's consent in a browser."""


@command.command()
@consent_options
@json_option
@asynchronous
async def tiktok(*, purposes: tuple[str, ...], no_browser: bool, **way: Any) -> None:
    """Connect a TikTok account, or connect it again.

    A browser opens TikTok's consent page and comes back to this command, so it has to run on the
    same machine; where it does not, and for a web app, copy the address at which it ends with
    --paste. Accounts that are connected again go on with what was waiting for them.

    \b
    Examples:
      postwright connect tiktok
      postwright connect tiktok --for publish --for draft
      postwright connect tiktok --no-browser      prints the address to open
      postwright connect tiktok --paste           the browser is on another machine

    Exit codes: 0 connected, 6 refused or nobody came back, 7 TikTok cannot be reached.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings = anywhere()
    wished = Way(browser=not no_browser, **way)
    if settings.url:
        # Nobody who works here pays for what knows elsewhere.
        from postwright.cli.elsewhere import consenting as elsewhere  # noqa: PLC0415  # see above

        await elsewhere.ask(settings, frozenset(Purpose(each) for each in purposes), wished)
        return
    async with opened(settings) as desk:
        async with desk.database.transaction() as session:
            app = await register_app(
                session, desk.accounts.vault, desk.workspace_id, settings.tiktok
            )
        wanted = frozenset(Purpose(each) for each in purposes) or PUBLISHING
        await ask(desk, app, wanted, wished)
