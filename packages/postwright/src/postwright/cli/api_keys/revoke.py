"""`postwright api-keys revoke`: end a key."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter


@click.command()
@click.argument("key_id", metavar="ID")
@json_option
@asynchronous
async def command(*, key_id: str, as_json: bool) -> None:
    """End a key: it is refused, a second later at most.

    ID is the key's id, such as key_7k3m9x2q4d1f, as `postwright api-keys list` shows it.
    """
    async with at_counter(anywhere()) as counter:
        since = await counter.keys.revoke(key_id)
    if as_json:
        printing.json_line({"id": key_id, "revoked_at": since})
        return
    printing.line(f"The key {key_id} is revoked since {printing.when(since)}.")
