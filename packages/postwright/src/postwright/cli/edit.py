"""`postwright edit`: another text."""

import click

from postwright.cli import describe, printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.boundary import Usage
from postwright.cli.changing import named_post
from postwright.cli.counter import NewText
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.publishing.states import IfMissed


@click.command()
@named_post
@click.option("--caption", type=Words(), metavar="TEXT", help="With hashtags and mentions.")
@click.option("--title", type=Words(), metavar="TEXT", help="Title of photos.")
@click.option(
    "--if-missed",
    type=click.Choice([policy.value for policy in IfMissed]),
    help="What to do if nothing is running at its time.",
)
@json_option
@asynchronous
async def command(
    *,
    id: str,  # noqa: A002  # the name of the argument
    caption: str | None,
    title: str | None,
    if_missed: str | None,
    version: int | None,
    as_json: bool,
) -> None:
    """Change the text of a post, as long as TikTok knows nothing of it.

    What has failed can be changed, too; then: postwright retry. Another time: postwright
    reschedule.

    Exit codes: 0 changed, 3 the text is wrong, 4 no such post, 5 too late, or somebody else has
    changed it.
    """
    if caption is None and title is None and if_missed is None:
        raise Usage("What is to change?", fix='Say it: postwright edit ID --caption "Better"')
    policy = None if if_missed is None else IfMissed(if_missed)

    async with at_counter(anywhere()) as counter:
        seen = await counter.posts.edit(id, NewText(caption, title, policy), version)
    if as_json:
        printing.json_line(describe.facts(seen))
        return
    printing.line(f"{seen.post.id} is changed (version {seen.publication.content_version}).")
    printing.line(describe.words(seen.publication))
