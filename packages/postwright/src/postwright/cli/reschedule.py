"""`postwright reschedule`: another time."""

from datetime import UTC, datetime

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.boundary import Usage
from postwright.cli.changing import named_post
from postwright.cli.settings import anywhere
from postwright.cli.times import Fold, chosen_time, time_options
from postwright.cli.where import at_counter


@click.command()
@named_post
@time_options('Required; "now" sends it at once.')
@json_option
@asynchronous
async def command(
    *,
    id: str,  # noqa: A002  # the name of the argument
    at: str | None,
    timezone: str | None,
    fold: Fold | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Give a post another time, as long as TikTok knows nothing of it.

    What is held for a person goes out at its new time.

    \b
    Examples:
      postwright reschedule post_7k3m9x2q4d1f --at "tomorrow 09:00" --timezone Europe/Berlin
      postwright reschedule monday --at now

    Exit codes: 0 done, 3 the time is wrong, 4 no such post, 5 too late, or somebody else has
    changed it.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    now = datetime.now(UTC)
    moment = chosen_time(at, timezone, fold, now=now)
    if moment is None:
        raise Usage("When?", fix='Give a time: postwright reschedule ID --at "tomorrow 09:00"')
    async with at_counter(anywhere()) as counter:
        seen = await counter.posts.reschedule(id, moment.at, timezone, version)
    if as_json:
        printing.json_line(describe.facts(seen))
        return
    printing.line(f"{seen.post.id} {describe.expected(seen.publication)}.")
