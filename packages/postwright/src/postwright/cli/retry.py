"""`postwright retry`: what has failed, once more."""

from datetime import UTC, datetime

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.changing import named_post
from postwright.cli.settings import anywhere
from postwright.cli.times import Fold, chosen_time, time_options
from postwright.cli.where import at_counter


@click.command()
@named_post
@time_options("Default: now.")
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
    """Publish again what has failed, now or at a time.

    Why it failed stays in its history. If it was for its text, change that first: `postwright
    edit`. If it was for its file, publish the mended file as a new post.

    Exit codes: 0 it goes again, 3 the time is wrong, 4 no such post, 5 it has not failed, or
    somebody else has changed it.
    """
    moment = chosen_time(at, timezone, fold, now=datetime.now(UTC))
    moment_at = None if moment is None else moment.at

    async with at_counter(anywhere()) as counter:
        seen, failed_as = await counter.posts.retry(id, moment_at, version)
    if as_json:
        printing.json_line({**describe.facts(seen), "retried": True})
        return
    printing.line(f"{seen.post.id} goes again: {describe.expected(seen.publication)}.")
    if failed_as:
        printing.line(f"It had failed: {failed_as}")
