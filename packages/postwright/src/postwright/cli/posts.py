"""`postwright posts`: what there is."""

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.cli.table import table
from postwright.platforms.content import Mode
from postwright.publishing import queries
from postwright.publishing.queries import Overview


@click.command()
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="How many."
)
@json_option
@asynchronous
async def command(*, limit: int, as_json: bool) -> None:
    """List posts, newest first."""
    async with opened(current()) as desk, desk.database.transaction() as session:
        found = await queries.recent(session, desk.workspace_id, limit=limit)
    if as_json:
        printing.json_line({"posts": [describe.facts(seen) for seen in found]})
    elif not found:
        printing.line("Nothing has been posted yet: postwright publish --help")
    else:
        rows = [
            (
                seen.post.id,
                f"@{seen.connection.handle}",
                _what(seen),
                printing.when(seen.publication.publish_at)[:-3],
                describe.standing(seen.publication),
            )
            for seen in found
        ]
        table(("post", "account", "what", "time", "state"), rows, whole={"post", "time"})


def _what(seen: Overview) -> str:
    is_draft = seen.publication.mode is Mode.DRAFT
    return f"{'draft: ' if is_draft else ''}{describe.files(seen)}"
