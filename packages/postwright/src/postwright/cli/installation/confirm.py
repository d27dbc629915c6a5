"""`postwright installation confirm`: this copy goes on."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.installation.standing import standing
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.db.guard import place_of
from postwright.publishing import copies


@click.command()
@click.option(
    "--moved",
    is_flag=True,
    help="It was only moved: nothing was posted elsewhere, so what is overdue goes out at once.",
)
@json_option
@asynchronous
async def command(*, moved: bool, as_json: bool) -> None:
    """Say that this copy of the data is the one that goes on.

    See to it first that every other copy is stopped for good: two would post everything twice.

    What was due until now may have gone out after the backup was made. So it stays held, post by
    post, until you have looked: `postwright reconcile` lists it. With --moved it goes out.
    """
    async with opened(current()) as desk:
        before = await standing(desk)
        async with desk.database.transaction() as session:
            done = await copies.confirm(
                session,
                place_of(desk.settings),
                desk.workspace_id,
                before.id,
                restored=not moved,
                actor="cli",
            )
    if as_json:
        printing.json_line(
            {"id": before.id, "epoch": done.epoch, "moved": moved, "brought_on": done.brought_on}
        )
        return
    printing.line(f"This copy goes on, as epoch {done.epoch}. Tokens are refreshed again.")
    if moved:
        printing.line(f"{done.brought_on:,} posts that were held go out now, in their order.")
        return
    printing.line("What was due until now is held, as it may have gone out already.")
    printing.line("Say of each whether it has: postwright reconcile")
