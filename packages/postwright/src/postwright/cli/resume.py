"""`postwright resume`: end a pause."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.pausing import account_option, all_option, label, named, pause_of
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter


@click.command()
@account_option
@all_option
@json_option
@asynchronous
async def command(*, account: str | None, everything: bool, as_json: bool) -> None:
    """End a pause; what it held goes out, in its order.

    It has to be named as it was paused: an account, the workspace, or --all. What another pause
    holds too stays held.
    """
    of = pause_of(account, everything=everything)
    async with at_counter(anywhere()) as counter:
        done = await counter.plan.resume(of)
    if as_json:
        printing.json_line(
            {
                "resumed": named(of),
                "brought_on": done.brought_on,
                "paused": [label(pause, done.handles) for pause in done.left],
            }
        )
        return
    goes = f" {done.brought_on} that it held go out now." if done.brought_on else ""
    printing.line(f"Resumed: {named(of)}.{goes}")
    for pause in done.left:
        printing.warning(f"Still paused: {label(pause, done.handles)}: {pause.reason}")
