"""`postwright posts`: what there is."""

from datetime import UTC, datetime

import click
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli import describe, printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.cli.table import table
from postwright.cli.times import read_time
from postwright.connections.queries import connection_by_handle
from postwright.platforms.content import Mode
from postwright.publishing import queries
from postwright.publishing.queries import Overview, Wanted
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
    begins, ends = _time(since), _time(until)
    async with opened(current()) as desk, desk.database.transaction() as session:
        wanted = Wanted(
            state=None if state is None else State(state),
            connection_id=await _account(session, desk.workspace_id, account),
            since=begins,
            until=ends,
        )
        # One more than is shown tells whether there are more.
        found = await queries.recent(
            session, desk.workspace_id, limit=limit + 1, after=after, wanted=wanted
        )
    shown = found[:limit]
    last = shown[-1].publication.id if len(found) > limit else None
    if as_json:
        printing.json_line({"posts": [describe.facts(seen) for seen in shown], "next": last})
    elif not shown:
        is_narrowed = after is not None or wanted != Wanted()
        nothing = "Nothing has been posted yet: postwright publish --help"
        printing.line("There is none." if is_narrowed else nothing)
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


async def _account(session: AsyncSession, workspace_id: str, name: str | None) -> str | None:
    if name is None:
        return None
    return (await connection_by_handle(session, workspace_id, name)).id


def _what(seen: Overview) -> str:
    is_draft = seen.publication.mode is Mode.DRAFT
    return f"{'draft: ' if is_draft else ''}{describe.files(seen)}"
