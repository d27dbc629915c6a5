"""`postwright publish`: files become a post, once."""

import asyncio
import re
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from postwright.cli import beforehand, describe, gathering, printing
from postwright.cli.arguments import KeptId, Words, given_argument
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.choices import Choices, post_options
from postwright.cli.counter import Posts
from postwright.cli.follow import follow, verdict
from postwright.cli.ordering import Wanted
from postwright.cli.progress import Display, display
from postwright.cli.settings import anywhere
from postwright.cli.times import Fold, chosen_time, time_options
from postwright.cli.where import at_counter
from postwright.platforms.content import Source
from postwright.publishing.queries import Overview
from postwright.publishing.schedule import Scheduled
from postwright.publishing.states import IfMissed

_API_KEY = re.compile(r"pw_[A-Za-z0-9_-]{40,}")


def _no_api_key(_context: click.Context, _option: click.Parameter, told: str | None) -> str | None:
    """A secret must not become a name that lists show."""
    if told is not None and _API_KEY.fullmatch(told):
        message = (
            "After publish, --key is your name for the post, and this is an API key. "
            "Give that before the command: postwright --key … publish"
        )
        raise click.UsageError(message)
    return told


@click.command()
@given_argument
@click.option(
    "--account", required=True, type=Words(), metavar="@NAME", help="A connected account."
)
@post_options
@click.option("--pull", "source", flag_value="pull", help="Video: TikTok fetches it from here.")
@click.option("--upload", "source", flag_value="upload", help="Video: it is sent to TikTok.")
@time_options("Default: now.")
@click.option(
    "--if-missed",
    type=click.Choice([policy.value for policy in IfMissed]),
    help="What to do if nothing is running at its time.",
)
@click.option(
    "--key",
    type=Words(longest=200),
    metavar="K",
    callback=_no_api_key,
    help="Your name for it: the same key again is the same post.",
)
@click.option("--fix", is_flag=True, help="Mend the files first; the originals stay as they are.")
@click.option("--wait", is_flag=True, help="Follow it until it is out.")
@click.option(
    "--timeout", "timeout_s", type=click.FloatRange(min=0), metavar="S", help="Wait no longer."
)
@json_option
@asynchronous
async def command(
    *,
    given: tuple[Path | KeptId, ...],
    account: str,
    source: str | None,
    at: str | None,
    timezone: str | None,
    fold: Fold | None,
    if_missed: str | None,
    key: str | None,
    fix: bool,
    wait: bool,
    timeout_s: float | None,
    as_json: bool,
    **chosen: Any,
) -> int:
    """Publish a video or photos once, now or at a time.

    FILE is a video, or up to 35 photos in the order in which they are shown; a file that is kept
    already can be given by its id. They are checked, copied into the media store and scheduled; a
    worker does the rest. What is not asked for is off: comments, duets, stitches. A --draft goes
    into TikTok's inbox, where its owner chooses all that and posts it.

    \b
    Examples:
      postwright publish a.mp4 --account @demo --caption "Hello" --privacy public
      postwright publish a.mp4 --account @demo --privacy friends --cover 3.5s
      postwright publish 1.jpg 2.jpg 3.jpg --account @demo --privacy public \\
          --title "Lisbon" --caption "Three days in June" --cover 2 --music
      postwright publish a.mp4 --account @demo --draft --wait
      postwright publish media_7k3m9x2q4d1f --account @demo --privacy private \\
          --at "tomorrow 18:00" --timezone Europe/Berlin --key monday
      postwright publish screen.mkv --account @demo --privacy public --fix

    Exit codes: 0 scheduled (with --wait: it is out), 2 an option is missing or does not fit,
    3 a file or a text is wrong, 4 no such account or file, 5 TikTok or a used key forbids it,
    6 connect the account again, 7 TikTok cannot be reached, 8 it failed, 9 not out in time,
    11 photos without an address from which TikTok can fetch them.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    settings, moment = anywhere(), chosen_time(at, timezone, fold, now=datetime.now(UTC))
    zone = timezone or (moment.timezone if moment else "UTC")
    way = None if source is None else Source(source)
    missed = None if if_missed is None else IfMissed(if_missed)
    wanted = Wanted(account, Choices(**chosen), way, moment, zone, missed, key, fix)
    with display(as_json=as_json) as show:
        gathered = await gathering.look(given, settings, show)
        new = [piece for piece in gathered if isinstance(piece, gathering.Piece)]
        if len(new) == len(gathered):
            beforehand.refuse_at_sight(new, settings, wanted)
        async with at_counter(settings) as counter:
            made = await counter.posts.place(gathered, wanted, show)
            seen = await _seen(counter.posts, made, show)
            if wait:
                seen = await _followed(counter.posts, seen, made, show, timeout_s, as_json=as_json)
    return _result(seen, made, waited=wait, as_json=as_json)


async def _followed(
    posts: Posts,
    seen: Overview,
    made: Scheduled,
    show: Display,
    timeout_s: float | None,
    *,
    as_json: bool,
) -> Overview:
    show.begin("scheduled")
    show.end(f"{made.post_id} for @{seen.connection.handle}")
    with _told_if_broken_off(made, show):
        return await follow(posts, made.publication_id, show, timeout_s=timeout_s, as_json=as_json)


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


async def _seen(posts: Posts, made: Scheduled, show: Display) -> Overview:
    """The post as it is stored, with what its sender should know."""
    seen = await posts.seen(made.publication_id)
    if not made.is_new:
        show.warn(f"The key has been used before: this is the same post, {made.post_id}.")
    if not seen.publication.state.is_end and not await posts.is_worked():
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
