"""`postwright resume`: end a pause."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.pausing import account_option, all_option, label, named, scope_of
from postwright.cli.settings import current
from postwright.connections import queries
from postwright.publishing import pauses


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
    async with opened(current()) as desk, desk.database.transaction() as session:
        scope = await scope_of(session, desk.workspace_id, account, everything=everything)
        due = await pauses.resume(session, desk.workspace_id, scope, actor="cli")
        left = await pauses.pauses_of(session, desk.workspace_id)
        handles = {
            one.id: one.handle for one in await queries.connections(session, desk.workspace_id)
        }
    if as_json:
        printing.json_line(
            {
                "resumed": named(account, everything=everything),
                "brought_on": due,
                "paused": [label(pause, handles) for pause in left],
            }
        )
        return
    goes = f" {due} that it held go out now." if due else ""
    printing.line(f"Resumed: {named(account, everything=everything)}.{goes}")
    for pause in left:
        printing.warning(f"Still paused: {label(pause, handles)}: {pause.reason}")
