"""`postwright keys check`: whether the key opens what is stored."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.connections.sealed import look
from postwright.publishing.sealed import EVERYWHERE


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> int:
    """Say whether the master key opens what is stored.

    Every sealed token and secret is opened once; none is shown, and nothing is changed.

    Ends with 1 if one does not open.
    """
    async with opened(current()) as desk:
        found = await look(desk.database, desk.accounts.vault, EVERYWHERE)
    count = found.current + found.older + len(found.unreadable)
    if as_json:
        printing.json_line(
            {
                "secrets": count,
                "with_current_key": found.current,
                "with_older_key": found.older,
                "unreadable": found.unreadable,
            }
        )
        return 1 if found.unreadable else 0
    printing.line(f"{count} secrets are stored; {found.current} open with the current key.")
    if found.older:
        printing.line(f"{found.older} need the older key: postwright keys rotate")
    for name in found.unreadable:
        printing.warning(f"No key opens {name}.")
    if found.unreadable:
        printing.line("Give the key that sealed them, or connect the accounts again.")
    return 1 if found.unreadable else 0
