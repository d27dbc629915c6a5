"""`postwright edit`: another text."""

import click
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli import describe, preflight, printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.boundary import Usage
from postwright.cli.changing import change, named_post
from postwright.cli.settings import current
from postwright.config import Settings
from postwright.media.probe import read_probe
from postwright.platforms.content import Kind
from postwright.platforms.tiktok.settings import read_settings
from postwright.publishing.edit import Changes, edit
from postwright.publishing.queries import Overview
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

    async def act(session: AsyncSession, seen: Overview) -> None:
        changes = _changes(current(), seen, caption, title, policy)
        await edit(session, seen.publication, changes, expected_version=version, actor="cli")

    seen, _ = await change(id, act)
    if as_json:
        printing.json_line(describe.facts(seen))
        return
    printing.line(f"{seen.post.id} is changed (version {seen.publication.content_version}).")
    printing.line(describe.words(seen.publication))


def _changes(
    settings: Settings,
    seen: Overview,
    caption: str | None,
    title: str | None,
    policy: IfMissed | None,
) -> Changes:
    """What changes, if TikTok's rules allow it."""
    kind = Kind(seen.publication.kind)
    if title is not None and kind is Kind.VIDEO:
        raise Usage("A video has no title.", fix="Its text is its caption: --caption TEXT")
    texts = {"title": caption} if kind is Kind.VIDEO else {"title": title, "description": caption}
    given = {name: text for name, text in texts.items() if text is not None}
    if not given:
        return Changes(if_missed=policy)
    chosen = read_settings(kind, seen.publication.mode, {**seen.publication.settings, **given})
    files = [(file.name, read_probe(file.probe)) for file in seen.media]
    mode = seen.publication.mode
    findings = preflight.find(files, chosen, None, settings, mode=mode)
    preflight.refuse_unfit(describe.files(seen), findings)
    return Changes(caption=caption, settings=chosen.to_dict(), if_missed=policy)
