"""`postwright check`: preflight alone."""

import asyncio
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from postwright.cli import preflight, printing
from postwright.cli.arguments import File, Words, files_argument
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.choices import Choices, post_options
from postwright.cli.looking import Seen, look_into
from postwright.cli.mending import (
    Mended,
    OutUnusable,
    is_folder,
    make_folder,
    mend_file,
    mending,
    out_path,
    print_changes,
    recipe_for,
)
from postwright.cli.progress import display
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.config import Settings
from postwright.errors import BadInput
from postwright.media.findings import Finding
from postwright.media.fixing.errors import FixFailed
from postwright.media.probe import PhotoProbe
from postwright.platforms.content import Mode
from postwright.platforms.tiktok.limits import DRAFT_DURATION_S
from postwright.platforms.tiktok.settings import CreatorLimits
from postwright.publishing.creator import Unknown

Failed = tuple[str, FixFailed]


@click.command()
@files_argument
@click.option(
    "--account",
    type=Words(),
    metavar="@NAME",
    help="Check against what TikTok allows this creator.",
)
@post_options
@click.option("--fix", is_flag=True, help="Write a mended file beside each that needs it.")
@click.option(
    "--out",
    type=File(),
    metavar="PATH",
    help="Where the mended file goes: a file; or a folder, which is made: a name with no ending.",
)
@click.option("--trim", is_flag=True, help="With --fix: cut to what TikTok allows the --account.")
@json_option
@asynchronous
async def command(
    *,
    files: tuple[Path, ...],
    account: str | None,
    fix: bool,
    out: Path | None,
    trim: bool,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Say what is wrong with a file before anything is sent.

    The files are those of one post: a video, or up to 35 photos. Nothing is stored and nothing is
    sent. Without --account no database is needed, and only the rules that hold for every creator
    are looked at.

    \b
    Examples:
      postwright check clip.mp4
      postwright check clip.mp4 --account @demo --privacy friends --caption "Hello"
      postwright check 1.jpg 2.heic 3.png --title "Lisbon" --cover 3
      postwright check screen.mkv --fix --out screen.mp4

    With --fix what can be mended is, into new files; the originals stay as they are. Nothing is
    cut unless --trim says so.

    Ends with 0 if it can go out like this (with --fix: as mended), with 3 if not.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    if not fix and (trim or out is not None):
        message = "--out and --trim go with --fix."
        raise click.UsageError(message)
    settings, choices = anywhere(), Choices(**chosen)
    seen = await look_into(files, settings)
    limits = None if account is None or choices.draft else await _limits(settings, account)
    if isinstance(limits, Unknown):
        printing.warning(f"What TikTok allows {account} is not known: {limits.why}.")
        limits = None
    mended, failed = list[Mended](), list[Failed]()
    if fix:
        trim_to_ms = _longest_ms(limits, choices.mode) if trim else None
        hopeless = _hopeless(find(seen, choices, limits, settings, trims=trim))
        ill = [one for one in seen if one.name not in hopeless]
        mended, failed = await _mend(ill, settings, out, trim_to_ms, as_json=as_json)
        seen = await look_into(_now(files, mended), settings)
    findings = [*preflight.unmendable(failed), *find(seen, choices, limits, settings)]
    if as_json:
        _print_json(seen, findings, limits, mended)
    else:
        _print(seen, findings, mends=not fix)
    return BadInput.exit_code if any(finding.blocks for finding in findings) else 0


def _longest_ms(limits: CreatorLimits | None, mode: Mode) -> int:
    if mode is Mode.DRAFT:
        return round(DRAFT_DURATION_S * 1000)
    if limits is None or limits.max_duration_s is None:
        raise BadInput(
            "Nobody knows how long the video may be.",
            why="TikTok tells a longest duration for each creator.",
            fix="Add --account with a connected account that TikTok answers for.",
        )
    return limits.max_duration_s * 1000


def _hopeless(findings: Sequence[Finding]) -> set[str | None]:
    """Files that could not go out however they were mended: that is not worth the time."""
    return {finding.file for finding in findings if finding.kind == "error"}


async def _mend(
    seen: Sequence[Seen],
    settings: Settings,
    out: Path | None,
    trim_to_ms: int | None,
    *,
    as_json: bool,
) -> tuple[list[Mended], list[Failed]]:
    """Mend what can be mended, one file after the other; and what could not be."""
    recipes = [
        (one, recipe)
        for one in seen
        if one.probe is not None and (recipe := recipe_for(one.probe, trim_to_ms=trim_to_ms))
    ]
    if out is not None and recipes:
        if len(recipes) > 1 and not await asyncio.to_thread(is_folder, out):
            raise OutUnusable(out, NotADirectoryError(20, "Several files need a folder"))
        await asyncio.to_thread(make_folder, out)
    mended, failed = list[Mended](), list[Failed]()
    with display(as_json=as_json) as show:
        async with mending(settings, show) as work:
            for number, (one, recipe) in enumerate(recipes, start=1):
                which = f"{number} of {len(recipes)}: " if len(recipes) > 1 else ""
                output = await asyncio.to_thread(out_path, one.path, recipe, out)
                try:
                    mended.append(await mend_file(work, one.path, recipe, output, which=which))
                except FixFailed as error:
                    show.end(f"{which}{one.name}: it failed", good=False)
                    failed.append((one.name, error))
    if not as_json:
        for one in mended:
            print_changes(one.source.name, one.changes)
    return mended, failed


def _now(files: Sequence[Path], mended: Sequence[Mended]) -> list[Path]:
    """The files with those that were mended in place of their originals."""
    new = {one.source: one.output for one in mended}
    return [new.get(file, file) for file in files]


def find(
    seen: Sequence[Seen],
    choices: Choices,
    limits: CreatorLimits | None,
    settings: Settings,
    *,
    trims: bool = False,
) -> list[Finding]:
    """What is wrong with the files and the settings; what cannot be read comes first."""
    readable = [(one.name, one.probe) for one in seen if one.probe is not None]
    kind = preflight.kind_of(readable)
    chosen = None if kind is None else choices.settings(kind)
    found = preflight.find(readable, chosen, limits, settings, mode=choices.mode, trims=trims)
    return [*preflight.unreadable(seen), *found]


def _print_json(
    seen: Sequence[Seen],
    findings: Sequence[Finding],
    limits: CreatorLimits | None,
    mended: Sequence[Mended],
) -> None:
    printing.json_line(
        {
            "ok": not any(finding.blocks for finding in findings),
            "files": [
                {
                    "file": one.path,
                    "name": one.name,
                    "kind": _kind(one),
                    "probe": None if one.probe is None else asdict(one.probe),
                }
                for one in seen
            ],
            "findings": [asdict(finding) for finding in findings],
            "mended": [
                {
                    "original": one.source,
                    "file": one.output,
                    "changes": [asdict(change) for change in one.changes],
                }
                for one in mended
            ],
            "creator": None if limits is None else asdict(limits),
        }
    )


def _kind(one: Seen) -> str | None:
    if one.probe is None:
        return None
    return "photo" if isinstance(one.probe, PhotoProbe) else "video"


def _print(seen: Sequence[Seen], findings: Sequence[Finding], *, mends: bool) -> None:
    if len(seen) == 1:
        (one,) = seen
        printing.line(f"{one.name}: {_contents(one)}")
    else:
        rows = [(one.name, _contents(one), _verdict(one, findings)) for one in seen]
        table(("FILE", "WHAT IT IS", "VERDICT"), rows, whole={"FILE"})
    for finding in findings:
        printing.finding(preflight.sentence(finding), blocks=finding.blocks)
    blocking = [finding for finding in findings if finding.blocks]
    if not blocking:
        printing.line("It can go out like this.")
    elif mends and all(finding.kind == "fixable" for finding in blocking):
        printing.line("It cannot go out like this, but all of it can be mended: --fix.")
    else:
        printing.line("It cannot go out like this.")


def _contents(one: Seen) -> str:
    return "cannot be read" if one.probe is None else preflight.summary(one.probe)


def _verdict(one: Seen, findings: Sequence[Finding]) -> str:
    kinds = {finding.kind for finding in findings if finding.file == one.name}
    if "error" in kinds:
        return "no"
    return "to mend" if "fixable" in kinds else "good"


async def _limits(settings: Settings, account: str) -> CreatorLimits | Unknown:
    async with at_counter(settings) as counter:
        return await counter.posts.limits(account)
