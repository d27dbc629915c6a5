"""`postwright status`: how a post stands."""

import click

from postwright.cli import describe, printing, reported
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.follow import follow, verdict
from postwright.cli.progress import display
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.platforms.content import Kind, Source
from postwright.publishing.models import Publication
from postwright.publishing.queries import Overview

_LABEL = 13


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
    async with at_counter(anywhere()) as counter:
        seen = await counter.posts.seen(id)
        if watch:
            with display(as_json=as_json) as show:
                seen = await follow(
                    counter.posts, seen.publication.id, show, timeout_s=timeout_s, as_json=as_json
                )
            if failure := verdict(seen):
                raise failure
        elif as_json:
            printing.json_line(describe.facts(seen))
        else:
            _print(seen)
    return 0


def _print(seen: Overview) -> None:
    publication, kind = seen.publication, Kind(seen.publication.kind)
    settings = publication.settings
    told = {
        "post": seen.post.id,
        "key": seen.post.client_key or "",
        "account": f"@{seen.connection.handle}",
        "what": f"{describe.what(seen)}, {printing.size(describe.size_bytes(seen))}",
        "files" if len(seen.media) > 1 else "file": ", ".join(file.name for file in seen.media),
        **reported.rows(settings, kind),
        "planned": _time(publication),
        "sent" if describe.source(seen) is Source.UPLOAD else "fetched": _way(seen),
        "state": describe.words(publication),
        "do": describe.to_do(seen),
        "seen by": describe.sight(publication),
        "TikTok's id": ", ".join(publication.post_ids),
        "ended": printing.when(publication.finished_at) if publication.finished_at else "",
    }
    for label, text in told.items():
        if text:
            printing.row(label, text, _LABEL)
    for link in describe.links(publication)[1:]:
        printing.row("also at", link, _LABEL)
    for text in reported.unheeded(publication.report, kind):
        printing.row("not kept", text, _LABEL)


def _time(publication: Publication) -> str:
    zone = "" if publication.timezone in {"", "UTC"} else f", chosen in {publication.timezone}"
    missed = "" if publication.if_missed is None else f"; if missed: {publication.if_missed}"
    return f"{printing.when(publication.publish_at)}{zone}{missed}"


def _way(seen: Overview) -> str:
    """How far the bytes are."""
    done, size = describe.uploaded_bytes(seen), describe.size_bytes(seen)
    if not done or seen.publication.state.is_end:
        return ""
    return f"{done * 100 // max(1, size)} %"
