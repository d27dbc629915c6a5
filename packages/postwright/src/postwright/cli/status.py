"""`postwright status`: how a post stands."""

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.follow import follow, verdict
from postwright.cli.opening import opened
from postwright.cli.progress import display
from postwright.cli.settings import current
from postwright.publishing import queries
from postwright.publishing.queries import Overview


@click.command()
@click.argument("id", metavar="ID")
@click.option("--watch", is_flag=True, help="Follow it until it has ended.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0), metavar="S", help="Watch no longer."
)
@json_option
@asynchronous
async def command(*, id: str, watch: bool, timeout_s: float | None, as_json: bool) -> int:  # noqa: A002  # the name of the argument
    """Show how a post stands, or follow it.

    ID is a post's or a publication's id, or your own key.

    \b
    Examples:
      postwright status post_7k3m9x2q4d1f
      postwright status monday --watch

    With --watch, exit codes: 0 it is out, 8 it failed or was cancelled, 9 not in time.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    async with opened(current()) as desk:
        async with desk.database.transaction() as session:
            seen = await queries.overview(session, desk.workspace_id, id)
        if watch:
            with display(as_json=as_json) as show:
                seen = await follow(
                    desk, seen.publication.id, show, timeout_s=timeout_s, as_json=as_json
                )
            if failure := verdict(seen):
                raise failure
        elif as_json:
            printing.json_line(describe.facts(seen))
        else:
            _print(seen)
    return 0


def _print(seen: Overview) -> None:
    publication = seen.publication
    done, size = describe.uploaded_bytes(seen), describe.size_bytes(seen)
    rows = {
        "post": seen.post.id,
        "publication": publication.id,
        "key": seen.post.client_key or "",
        "account": f"@{seen.connection.handle}",
        "file": f"{describe.files(seen)}, {size:,} bytes",
        "caption": seen.post.caption,
        "privacy": str(publication.settings.get("privacy_level", "")),
        "time": printing.when(publication.publish_at),
        "state": describe.words(publication),
        "uploaded": f"{done * 100 // max(1, size)} %" if done else "",
        "TikTok's id": ", ".join(publication.post_ids),
        "ended": printing.when(publication.finished_at) if publication.finished_at else "",
    }
    for name, value in rows.items():
        if value:
            printing.line(f"{name:<12} {value}")
