"""`postwright cancel`: a post that is not out yet."""

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.changing import named_post
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.publishing.cancel import Cancelling


@click.command()
@named_post
@json_option
@asynchronous
async def command(*, id: str, version: int | None, as_json: bool) -> None:  # noqa: A002  # the name of the argument
    """Cancel a post that is not out yet.

    Works up to the last part of an upload; from then on TikTok publishes by itself. What TikTok
    fetches itself, as it does photos, can be stopped for sure until it begins to; later TikTok is
    asked to stop, and may be too late: `postwright status` tells how it ended.

    Exit codes: 0 cancelled, 4 no such post, 5 too late, or somebody else has changed it.
    """
    async with at_counter(anywhere()) as counter:
        seen, how = await counter.posts.cancel(id, version)
    if as_json:
        certain = how in {Cancelling.DONE, Cancelling.STOPPING}
        printing.json_line({**describe.facts(seen), "cancelled": certain, "cancelling": how})
        return
    if how is Cancelling.NOT_AGAIN:
        printing.line(f"{seen.post.id} was sent, and TikTok says it failed. It is not tried again.")
        printing.line(f"Should it appear after all: postwright status {seen.post.id}")
        return
    if how is Cancelling.ASKED:
        printing.line(f"TikTok fetches {seen.post.id} already. It is asked to stop.")
        printing.line(f"How it ended: postwright status {seen.post.id}")
        return
    # A worker that has it in hand lets go at its next step; what was promised holds already.
    printing.line(f"{seen.post.id} is cancelled. Nothing of it will appear.")
