"""`postwright posts`: what there is."""

from datetime import UTC, datetime

import click

from postwright.cli import describe, printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import Listing
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.times import read_time
from postwright.cli.where import at_counter
from postwright.platforms.content import Mode
from postwright.publishing.queries import Overview
from postwright.publishing.states import State


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many."
)
@click.option("--after", type=Words(), metavar="ID", help="Go on after this publication.")
@click.option(
    "--state", type=click.Choice([state.value for state in State]), help="In this state only."
)
@click.option("--account", type=Words(), metavar="@NAME", help="To this account only.")
@click.option("--from", "since", metavar="TIME", help="That go out at this time or later.")
@click.option("--to", "until", metavar="TIME", help="That go out before this time.")
@json_option
@asynchronous
async def command(
    *,
    limit: int,
    after: str | None,
    state: str | None,
    account: str | None,
    since: str | None,
    until: str | None,
    as_json: bool,
) -> None:
    """List posts, newest first.

    A post that goes to several accounts is listed once for each.
    """
    wanted = Listing(
        limit,
        after=after,
        state=None if state is None else State(state),
        account=account,
        since=_time(since),
        until=_time(until),
    )
    async with at_counter(anywhere()) as counter:
        shown, last = await counter.posts.listed(wanted)
    if as_json:
        printing.json_line({"posts": [describe.facts(seen) for seen in shown], "next": last})
    elif not shown:
        nothing = "Nothing has been posted yet: postwright publish --help"
        printing.line("There is none." if wanted.is_narrowed else nothing)
    else:
        _print(shown)
        if last is not None:
            printing.line(f"There are more: postwright posts --after {last}")


def _print(shown: list[Overview]) -> None:
    rows = [
        (
            seen.post.id,
            f"@{seen.connection.handle}",
            _what(seen),
            printing.when(seen.publication.publish_at)[:-3],
            describe.standing(seen.publication),
        )
        for seen in shown
    ]
    table(("post", "account", "what", "time", "state"), rows, whole={"post", "time"})


def _time(text: str | None) -> datetime | None:
    return None if text is None else read_time(text, now=datetime.now(UTC)).at


def _what(seen: Overview) -> str:
    is_draft = seen.publication.mode is Mode.DRAFT
    return f"{'draft: ' if is_draft else ''}{describe.files(seen)}"
