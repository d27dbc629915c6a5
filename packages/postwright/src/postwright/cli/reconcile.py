"""`postwright reconcile`: a person says whether it is out."""

import re
from typing import Any

import click

from postwright.cli import describe, printing
from postwright.cli.arguments import Words
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.boundary import Usage
from postwright.cli.changing import version_option
from postwright.cli.printing import when
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.publishing.evidence import Evidence
from postwright.publishing.queries import Overview
from postwright.publishing.reconcile import NotOut, Out, Verdict, is_undecided

_POST_ID = re.compile(r"(?:.*/(?:video|photo)/)?(\d{5,25})(?:[/?#].*)?")
_SHOWN = 12


@click.command()
@click.argument("id", metavar="[ID]", required=False)
@click.option(
    "--published",
    is_flag=False,
    flag_value="",
    default=None,
    type=Words(),
    metavar="[URL_OR_POST_ID]",
    help="You have seen it: it is out.",
)
@click.option("--not-published", is_flag=True, help="You have looked: it is not out.")
@click.option("--retry", "again", is_flag=True, help="With --not-published: publish it again.")
@version_option
@json_option
@asynchronous
async def command(
    *,
    id: str | None,  # noqa: A002  # the name of the argument
    published: str | None,
    not_published: bool,
    again: bool,
    version: int | None,
    as_json: bool,
) -> None:
    """Say of a post whether it is out, where nobody could prove it.

    Without an ID it lists what waits for you. With one it shows what is known of it. Look at the
    account in TikTok's app, in its drafts and its inbox too, and say what you have found. With
    --retry it appears twice if you were wrong.

    \b
    Examples:
      postwright reconcile
      postwright reconcile post_7k3m9x2q4d1f
      postwright reconcile post_7k3m9x2q4d1f --published https://www.tiktok.com/@demo/video/7301
      postwright reconcile post_7k3m9x2q4d1f --not-published --retry

    Exit codes: 0 done, 4 no such post, 5 there is nothing to decide, or somebody else
    has changed it.
    """  # noqa: D301  # click reads \b: the lines below it are not wrapped
    verdict = _verdict(published, not_published=not_published, again=again)
    if id is None and verdict is not None:
        raise Usage("Of which post?", fix="postwright reconcile lists those that wait for you.")
    async with at_counter(anywhere()) as counter:
        if id is None:
            _list(await counter.posts.undecided(), as_json=as_json)
            return
        seen, known = await counter.posts.evidence(id)
        if not as_json:
            _show(seen, known)
        if verdict is not None:
            seen = await counter.posts.reconcile(seen.publication.id, verdict, version)
    _tell(seen, known, is_decided=verdict is not None, as_json=as_json)


def _verdict(published: str | None, *, not_published: bool, again: bool) -> Verdict | None:
    if published is not None and (not_published or again):
        raise Usage("It is out, or it is not.", fix="Give --published or --not-published.")
    if again and not not_published:
        raise Usage(
            "--retry publishes what is not out.",
            fix="Look first; then: --not-published --retry",
        )
    if not_published:
        return NotOut(again=again)
    if published is None:
        return None
    if not published:
        return Out()
    found = _POST_ID.fullmatch(published)
    if found is None and not published.startswith("https://"):
        raise Usage(
            f"{published!r} is no post.",
            fix="Give its address (https://www.tiktok.com/@name/video/7301…), its number, or "
            "nothing.",
        )
    url = published if published.startswith("https://") else ""
    return Out(post_id=found[1] if found else "", url=url)


def _list(waiting: list[Overview], *, as_json: bool) -> None:
    if as_json:
        printing.json_line({"undecided": [describe.facts(seen) for seen in waiting]})
    elif not waiting:
        printing.line("Nothing waits for you.")
    else:
        rows = [
            (
                seen.post.id,
                f"@{seen.connection.handle}",
                when(seen.publication.publish_at),
                describe.standing(seen.publication),
            )
            for seen in waiting
        ]
        table(("post", "account", "time", "state"), rows, whole={"post"})
        printing.line("What is known of one: postwright reconcile ID")


def _show(seen: Overview, known: Evidence) -> None:
    publication = seen.publication
    printing.line(f"{seen.post.id} for @{seen.connection.handle}: {seen.publication.caption}")
    printing.line(describe.words(publication))
    for attempt in known.attempts:
        sent = f"all of it was sent at {when(attempt.last_byte_at)}" if attempt.last_byte_at else ""
        told = [f"attempt {attempt.number}", attempt.stage.value, attempt.publish_id or "", sent]
        printing.line("  " + ", ".join(filter(None, told)))
    for call in known.calls[-_SHOWN:]:
        said = " ".join(filter(None, (str(call.http_status or ""), call.code, call.detail)))
        printing.line(f"  {when(call.at)}  {call.operation}: {said or 'no answer'}")
    for event in known.events:
        printing.line(f"  {when(event.received_at)}  webhook {event.event}")
    if not known.events:
        printing.line("  No webhook has come about it.")


def _tell(seen: Overview, known: Evidence, *, is_decided: bool, as_json: bool) -> None:
    if as_json:
        printing.json_line({**describe.facts(seen), "evidence": _facts(known)})
        return
    if is_decided:
        printing.line(f"Decided: {describe.words(seen.publication)}")
    elif is_undecided(seen.publication):
        printing.line()
        printing.line("Look at the account in TikTok's app, then say what you have found:")
        printing.line(f"  postwright reconcile {seen.post.id} --published [ADDRESS]")
        printing.line(f"  postwright reconcile {seen.post.id} --not-published")
        printing.line("With --retry as well it is published again: twice, if you were wrong.")


def _facts(known: Evidence) -> dict[str, Any]:
    return {
        "attempts": [
            {
                "number": attempt.number,
                "stage": attempt.stage.value,
                "publish_id": attempt.publish_id,
                "last_byte_at": attempt.last_byte_at,
            }
            for attempt in known.attempts
        ],
        "calls": [
            {
                "at": call.at,
                "operation": call.operation,
                "http_status": call.http_status,
                "code": call.code,
                "log_id": call.log_id,
                "detail": call.detail,
            }
            for call in known.calls
        ],
        "webhooks": [
            {"at": event.received_at, "event": event.event, "publish_id": event.publish_id}
            for event in known.events
        ],
    }
