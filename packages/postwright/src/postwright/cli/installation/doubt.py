"""`postwright installation doubt`: hold everything."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.installation.standing import standing
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.publishing import copies


@click.command()
@click.option("--reason", default="A person has said so.", metavar="TEXT", help="Why, for others.")
@json_option
@asynchronous
async def command(*, reason: str, as_json: bool) -> None:
    """Hold everything, because this may be a copy.

    For copies that cannot notice it themselves, such as the clone of a whole machine: give this
    command on them before a worker is started there.
    """
    async with opened(current()) as desk:
        found = await standing(desk)
        async with desk.database.transaction() as session:
            is_new = await copies.put_in_doubt(
                session, desk.workspace_id, found.id, reason, actor="cli"
            )
    if as_json:
        printing.json_line({"id": found.id, "in_doubt": True, "is_new": is_new})
        return
    printing.line("Nothing is posted and no token is refreshed until somebody says:")
    printing.line("  postwright installation confirm")
