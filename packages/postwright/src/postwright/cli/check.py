"""`postwright check`: preflight alone."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from postwright.cli import preflight, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.choices import Words, file_argument, post_options, video_settings
from postwright.cli.limits import Unknown, creator_limits
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.config import Settings
from postwright.connections import queries
from postwright.errors import BadInput
from postwright.media.probe import PhotoProbe, probe
from postwright.platforms.tiktok.settings import CreatorLimits


@click.command()
@file_argument
@click.option(
    "--account",
    type=Words(),
    metavar="@NAME",
    help="Check against what TikTok allows this creator.",
)
@post_options(privacy_required=False)
@json_option
@asynchronous
async def command(
    *, file: Path, account: str | None, privacy: str | None, as_json: bool, **chosen: Any
) -> int:
    """Say what is wrong with a file before anything is sent.

    Nothing is stored and nothing is sent. Without --account no database is needed, and only the
    rules that hold for every creator are looked at.

    \b
    Examples:
      postwright check clip.mp4
      postwright check clip.mp4 --account @demo --privacy friends --caption "Hello"

    Ends with 0 if the file can go out like this, with 3 if not.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings = current()
    found = await probe(file, timeout_s=settings.media.probe_timeout_s)
    if isinstance(found, PhotoProbe):
        raise preflight.OnlyChecked(file)
    limits = None if account is None else await _limits(settings, account)
    if isinstance(limits, Unknown):
        printing.warning(f"What TikTok allows {account} is not known: {limits.why}.")
        limits = None
    findings = preflight.find(
        found, video_settings(privacy=privacy or "", **chosen), limits, settings
    )
    blocked = any(finding.blocks for finding in findings)
    if as_json:
        listed = [asdict(finding) for finding in findings]
        seen = {"file": file, "ok": not blocked, "findings": listed, "probe": asdict(found)}
        printing.json_line({**seen, "creator": None if limits is None else asdict(limits)})
    else:
        printing.line(f"{file.name}: {preflight.summary(found)}")
        for finding in findings:
            printing.finding(preflight.sentence(finding), blocks=finding.blocks)
        printing.line("It cannot go out like this." if blocked else "It can go out like this.")
    return BadInput.exit_code if blocked else 0


async def _limits(settings: Settings, account: str) -> CreatorLimits | Unknown:
    async with opened(settings) as desk:
        async with desk.database.transaction() as session:
            connection = await queries.connection_by_handle(session, desk.workspace_id, account)
        return await creator_limits(desk, connection)
