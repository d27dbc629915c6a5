"""`postwright cancel`: a post that is not out yet."""

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.publishing import queries
from postwright.publishing.cancel import cancel


@click.command()
@click.argument("id", metavar="ID")
@json_option
@asynchronous
async def command(*, id: str, as_json: bool) -> None:  # noqa: A002  # the name of the argument
    """Cancel a post that is not out yet.

    Works up to the last part of the upload; from then on TikTok publishes by itself. When this
    ends with 0, nothing of the post will appear.

    Exit codes: 0 cancelled, 4 no such post, 5 too late.
    """
    async with opened(current()) as desk:
        async with desk.database.transaction() as session:
            seen = await queries.overview(session, desk.workspace_id, id)
            await cancel(session, seen.publication, actor="cli")
        async with desk.database.transaction() as session:
            seen = await queries.overview(session, desk.workspace_id, id)
    if as_json:
        printing.json_line({**describe.facts(seen), "cancelled": True})
        return
    # A worker that has it in hand lets go at its next step; what was promised holds already.
    printing.line(f"{seen.post.id} is cancelled. Nothing of it will appear.")
