"""`postwright accounts reconnect`: the same account, with a new consent."""

from typing import Any

import click

from postwright.cli.asking import asynchronous, json_option
from postwright.cli.consenting import Way, ask, consent_options
from postwright.cli.opening import opened
from postwright.cli.settings import anywhere
from postwright.connections import queries
from postwright.platforms.purpose import Purpose


@click.command()
@click.argument("account")
@consent_options
@json_option
@asynchronous
async def command(*, account: str, purposes: tuple[str, ...], no_browser: bool, **way: Any) -> None:
    """Connect an account again: the same one, with a new consent.

    Its tokens are replaced and its held posts go on. It is asked for what it was connected for
    before, and for what --for adds. If another account gives its consent nothing is changed.

    Exit codes: 0 connected, 6 refused, another account, or nobody came back, 7 TikTok cannot be
    reached.
    """
    settings, asked = anywhere(), frozenset(Purpose(each) for each in purposes)
    wished = Way(browser=not no_browser, **way)
    if settings.url:
        # Nobody who works here pays for what knows elsewhere.
        from postwright.cli.elsewhere import consenting as elsewhere  # noqa: PLC0415  # see above

        await elsewhere.ask(settings, asked, wished, again=account)
        return
    async with opened(settings) as desk:
        async with desk.database.transaction() as session:
            found = await queries.connection_by_handle(session, desk.workspace_id, account)
            app = await queries.platform_app(session, desk.workspace_id, found.id)
        wanted = asked | {Purpose(each) for each in found.purposes}
        await ask(desk, app, wanted, wished, expected=found)
