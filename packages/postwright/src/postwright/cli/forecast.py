"""`postwright forecast`: when what waits will go out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.publishing.outlook import Account, Expected, Outlook

_CELL = timedelta(minutes=30)
_CELLS = 48


@click.command()
@click.option("--account", metavar="@NAME", help="Of this account only.")
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=40, show_default=True, help="How many."
)
@json_option
@asynchronous
async def command(*, account: str | None, limit: int, as_json: bool) -> None:
    """Show when what waits will go out, and why not sooner.

    It counts what TikTok allows: starts per minute, posts and drafts in 24 hours, and accounts of
    an app that was not audited. How many posts a creator may make is about 15 until TikTok has
    said otherwise; other apps' posts count, too, and nobody can see those.
    """
    async with at_counter(anywhere()) as counter:
        seen = await counter.plan.forecast(account)
    if as_json:
        printing.json_line(
            {
                "now": seen.now,
                "waiting": len(seen.expected),
                "forecast": [_facts(one) for one in seen.expected[:limit]],
                "accounts": [_account_facts(account) for account in seen.accounts],
            }
        )
        return
    _print(seen, limit)


def _facts(one: Expected) -> dict[str, Any]:
    return {
        "publication_id": one.publication_id,
        "post_id": one.post_id,
        "account": f"@{one.handle}",
        "kind": one.kind.value,
        "mode": one.mode.value,
        "publish_at": one.wants_at,
        "starts_at": one.forecast.starts_at,
        "reason": one.forecast.reason,
        "says": one.forecast.says,
    }


def _account_facts(account: Account) -> dict[str, Any]:
    return {
        "account": f"@{account.handle}",
        "posts_in_24_hours": account.counted,
        "most_posts": account.most,
        "is_learned": account.is_learned,
        "refused_at": account.cap_at,
        "drafts_waiting": account.drafts,
        "most_drafts": account.most_drafts,
        "paused": account.pause,
    }


def _print(seen: Outlook, limit: int) -> None:
    if not seen.accounts:
        printing.line("No account is connected yet: postwright connect tiktok")
        return
    titles = ("account", _axis(seen.now), "in 24 h", "drafts", "")
    table(titles, [_line(account, seen) for account in seen.accounts], whole=set(titles))
    if not seen.expected:
        printing.line("\nNothing waits to go out.")
        return
    printing.line()
    rows = [_row(one) for one in seen.expected[:limit]]
    columns = ("starts", "wanted", "account", "post", "why")
    table(columns, rows, whole={"starts", "wanted", "post"})
    if len(seen.expected) > limit:
        printing.line(f"and {len(seen.expected) - limit:,} more; --limit shows them")


def _row(one: Expected) -> tuple[str, ...]:
    told = one.forecast
    starts = "unknown" if told.starts_at is None else printing.when(told.starts_at)[:-3]
    why = ": ".join(filter(None, (describe.hold(told.reason), told.says)))
    wanted = printing.when(one.wants_at)[:-3]
    return starts, wanted, f"@{one.handle}", one.post_id, why


def _axis(now: datetime) -> str:
    """The next 24 hours, with a time at every sixth."""
    marks = [f"{(now + hours * _CELL * 2).astimezone():%H:%M}" for hours in (0, 6, 12, 18)]
    return "".join(mark.ljust(_CELLS // 4) for mark in marks)


def _line(account: Account, seen: Outlook) -> tuple[str, ...]:
    starts = [
        one.forecast.starts_at
        for one in seen.expected
        if one.connection_id == account.connection_id and one.forecast.starts_at is not None
    ]
    most = "any" if account.most is None else f"{account.most}"
    known = "" if account.is_learned or account.most is None else "about "
    drafts = "" if account.most_drafts is None else f"{account.drafts} of {account.most_drafts}"
    standing = f"paused: {account.pause}" if account.pause is not None else ""
    if not standing and account.cap_at is not None:
        standing = f"TikTok takes no more since {printing.when(account.cap_at)[:-3]}"
    return (
        f"@{account.handle}",
        _timeline(starts, seen.now),
        f"{account.counted} of {known}{most}",
        drafts,
        standing,
    )


def _timeline(starts: Sequence[datetime], now: datetime) -> str:
    """One sign for each half hour: how many start in it."""
    cells = [0] * _CELLS
    for at in starts:
        cell = int((at - now) / _CELL)
        if cell < _CELLS:
            cells[cell] += 1
    return "".join("·" if not count else str(count) if count < 10 else "#" for count in cells)
