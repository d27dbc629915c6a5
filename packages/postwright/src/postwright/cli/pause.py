"""`postwright pause`: start nothing new."""

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.pausing import account_option, all_option, named, pause_of
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter


@click.command()
@account_option
@all_option
@click.option("--reason", default="", metavar="TEXT", help="Why, for those who wonder later.")
@json_option
@asynchronous
async def command(*, account: str | None, everything: bool, reason: str, as_json: bool) -> None:
    """Start nothing new: of an account, the workspace, or all.

    When this ends, nothing that was not announced to TikTok yet will be. What is being sent goes
    on to its end. What comes due is held until: postwright resume

    \b
    Examples:
      postwright pause --account @demo --reason "wrong video in the plan"
      postwright pause                         this workspace
      postwright pause --all                   every workspace of this installation
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    of = pause_of(account, everything=everything)
    async with at_counter(anywhere()) as counter:
        is_new = await counter.plan.pause(of, reason or "no reason given")
    if as_json:
        printing.json_line({"paused": named(of), "is_new": is_new})
        return
    before = "" if is_new else " It was paused before; the reason is the new one."
    printing.line(f"Paused: {named(of)}.{before}")
