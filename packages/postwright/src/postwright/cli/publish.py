"""`postwright publish`: a file becomes a post, once."""

import asyncio
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from postwright.cli import describe, preflight, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.choices import Words, file_argument, post_options, video_settings
from postwright.cli.fixing import fixed
from postwright.cli.follow import follow, verdict
from postwright.cli.limits import Unknown, creator_limits
from postwright.cli.mending import recipe_for
from postwright.cli.opening import Desk, opened
from postwright.cli.ordering import ACTOR, Wanted, is_known_key, order, refuse_past
from postwright.cli.progress import Display, display
from postwright.cli.settings import current
from postwright.cli.times import read_time
from postwright.config import Settings
from postwright.connections import queries
from postwright.connections.models import Connection
from postwright.errors import NetworkTrouble
from postwright.jobs.workers import workers_alive
from postwright.media.findings import Finding
from postwright.media.keep import incoming, keep
from postwright.media.models import MediaFile
from postwright.media.probe import PhotoProbe, VideoProbe, probe, read_probe
from postwright.publishing.queries import Overview, overview
from postwright.publishing.schedule import Scheduled


@click.command()
@file_argument
@click.option(
    "--account", required=True, type=Words(), metavar="@NAME", help="A connected account."
)
@post_options(privacy_required=True)
@click.option(
    "--at", metavar="TIME", help='When: "2026-11-21 18:00", RFC 3339, or +10m. Default: now.'
)
@click.option(
    "--key",
    type=Words(longest=200),
    metavar="K",
    help="Your name for it: the same key again is the same post.",
)
@click.option("--fix", is_flag=True, help="Mend the video first; the original stays as it is.")
@click.option("--wait", is_flag=True, help="Follow it until it is out.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0), metavar="S", help="Wait no longer."
)
@json_option
@asynchronous
async def command(
    *,
    file: Path,
    account: str,
    privacy: str,
    at: str | None,
    key: str | None,
    fix: bool,
    wait: bool,
    timeout_s: float | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Publish a video once, now or at a time.

    The file is checked, copied into the media folder and scheduled; a worker sends it. Everything
    about the post that is not said is off: comments, duets, stitches.

    \b
    Examples:
      postwright publish clip.mp4 --account @demo --caption "Hello" --privacy public --wait
      postwright publish clip.mp4 --account @demo --privacy private --at "2026-11-21 18:00"
      postwright publish clip.mp4 --account @demo --privacy friends --at +10m --key monday
      postwright publish screen.mkv --account @demo --privacy public --fix

    Exit codes: 0 scheduled (with --wait: it is out), 3 the file or an option is wrong,
    4 no such account or file, 6 connect the account again, 8 it failed, 9 not out in time.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings = current()
    now = datetime.now(UTC)
    moment = None if at is None else read_time(at, now=now)
    settings_of_post = video_settings(privacy=privacy, **chosen)
    wanted = Wanted(account, settings_of_post, moment, key, fix=fix)
    with display(as_json=as_json) as show:
        found = await _look_into(file, settings, wanted, show)
        async with opened(settings) as desk:
            connection = await _check(desk, file, found, wanted, show)
            kept = await _keep(desk, file, found, show)
            if fix:
                kept = await _fix(desk, file, kept, wanted, show)
            made = await order(desk, connection, wanted, kept)
            seen = await _seen(desk, made, show)
            if wait:
                show.begin("scheduled")
                show.end(f"{made.post_id} for @{connection.handle}")
                with _told_if_broken_off(made, show):
                    seen = await follow(
                        desk, made.publication_id, show, timeout_s=timeout_s, as_json=as_json
                    )
    return _result(seen, made, waited=wait, as_json=as_json)


@contextmanager
def _told_if_broken_off(made: Scheduled, show: Display) -> Generator[None]:
    """Say that Ctrl-C ends the waiting, not the post."""
    try:
        yield
    except asyncio.CancelledError:
        show.warn(
            f"The post goes on without this command. postwright status {made.post_id} --watch "
            f"follows it, postwright cancel {made.post_id} stops it."
        )
        raise


async def _look_into(file: Path, settings: Settings, wanted: Wanted, show: Display) -> VideoProbe:
    show.begin("probing")
    found = await probe(file, timeout_s=settings.media.probe_timeout_s)
    if isinstance(found, PhotoProbe):
        raise preflight.OnlyChecked(file)
    findings = preflight.find([(file.name, found)], wanted.settings, None, settings)
    _refuse(file, findings, wanted)
    show.end(preflight.summary(found))
    return found


async def _check(
    desk: Desk, file: Path, found: VideoProbe, wanted: Wanted, show: Display
) -> Connection:
    """Everything that can be said before the file is copied."""
    async with desk.database.transaction() as session:
        connection = await queries.connection_by_handle(session, desk.workspace_id, wanted.account)
        is_known = await is_known_key(session, desk.workspace_id, wanted.key)
        if not is_known:
            await refuse_past(session, wanted)
    # The same command, given again, means the same post: TikTok has nothing to say to that.
    # What goes out at once is asked for anew: what it would fail of is better said here.
    anew = wanted.moment is None
    limits = None if is_known else await creator_limits(desk, connection, anew=anew)
    if isinstance(limits, Unknown):
        if limits.is_away and wanted.moment is None:
            raise _away(limits.why)
        show.warn(
            f"What TikTok allows @{connection.handle} now is not known: {limits.why}. "
            "The worker looks again before it sends anything."
        )
        limits = None
    findings = preflight.find([(file.name, found)], wanted.settings, limits, desk.settings)
    _refuse(file, findings, wanted)
    for finding in findings:
        if not (wanted.fix and finding.kind == "fixable"):
            show.warn(preflight.sentence(finding))
    return connection


def _refuse(file: Path, findings: Sequence[Finding], wanted: Wanted) -> None:
    """Refuse what cannot be sent; what is going to be mended may still be wrong."""
    preflight.refuse_unfit(
        file, [found for found in findings if not (wanted.fix and found.kind == "fixable")]
    )


def _away(why: str) -> NetworkTrouble:
    return NetworkTrouble(
        "TikTok cannot be reached, so nothing can go out now.",
        why=printing.sentence(why),
        fix="Try again when it can; nothing was stored. With --at the post would wait for it.",
    )


async def _keep(desk: Desk, file: Path, found: VideoProbe, show: Display) -> MediaFile:
    size_bytes = (await asyncio.to_thread(file.stat)).st_size
    show.begin("storing", size_bytes)
    kept = await keep(
        desk.library,
        desk.workspace_id,
        incoming(file, found),
        actor=ACTOR,
        on_progress=lambda done, _: show.advance(done),
    )
    show.end(f"{printing.size(kept.size_bytes)}, sha256 {kept.sha256[:12]}…")
    return kept


async def _fix(desk: Desk, file: Path, kept: MediaFile, wanted: Wanted, show: Display) -> MediaFile:
    """The mended file in place of the one that was given, if there is anything to mend."""
    recipe = recipe_for(read_probe(kept.probe))
    if recipe is None:
        return kept
    mended = await fixed(desk, kept, recipe, show)
    files = [(file.name, read_probe(mended.probe))]
    preflight.refuse_unfit(file, preflight.find(files, wanted.settings, None, desk.settings))
    return mended


async def _seen(desk: Desk, made: Scheduled, show: Display) -> Overview:
    """The post as it is stored, with what its sender should know."""
    async with desk.database.transaction() as session:
        seen = await overview(session, desk.workspace_id, made.publication_id)
        alive = await workers_alive(session)
    if not made.is_new:
        show.warn(f"The key has been used before: this is the same post, {made.post_id}.")
    if not alive and not seen.publication.state.is_end:
        show.warn("No worker is running. It goes out when one does: postwright up")
    return seen


def _result(seen: Overview, made: Scheduled, *, waited: bool, as_json: bool) -> int:
    if waited:
        if failure := verdict(seen):
            raise failure
    elif as_json:
        printing.json_line({**describe.facts(seen), "is_new": made.is_new})
    else:
        printing.line(f"{made.post_id}: {describe.words(seen.publication)}")
        if not seen.publication.state.is_end:
            printing.line(f"Follow it: postwright status {made.post_id} --watch")
    return 0
