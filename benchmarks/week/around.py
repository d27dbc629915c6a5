"""What the story had planned around a post that was late, and nothing of it was to make it so."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from benchmarks.week.items import Item
from benchmarks.week.judge import Fate
from benchmarks.week.plan import Span
from benchmarks.week.script import Script
from benchmarks.week.times import clock_time
from benchmarks.week.wording import span

_BEFORE = timedelta(hours=2)


def headline(fate: Fate) -> str:
    """Which post it is, and how late it was."""
    return f"{_name(fate.item)} of @{fate.item.account.username}: {_went(fate)}"


def around(script: Script, fates: Sequence[Fate], fate: Fate) -> list[str]:
    """From two hours before it was due until it went out, one line each, in their order.

    Large events, whatever is planned for its creator, and the creator's other posts.
    """
    begin, end = fate.due_at - _BEFORE, fate.due_at + fate.late
    username = fate.item.account.username
    lines = [
        (large.begins_at, f"planned: {what}{_until(large)}")
        for large, what in _large(script, username)
        if large.begins_at <= end and begin <= large.ends_at
    ]
    lines += [
        (deed.at, f"planned: {deed.act} of {_name(deed.item)}")
        for deed in script.deeds
        if deed.item is not None
        and deed.item.account.username == username
        and begin <= deed.at <= end
    ]
    lines += [
        (other.due_at, f"beside it: {_name(other.item)}: {_went(other)}")
        for other in fates
        if other.item.account.username == username
        and other is not fate
        and other.due_at <= end
        and begin <= _last(other)
    ]
    return [f"  {clock_time(at)}  {what}" for at, what in sorted(lines)]


def _large(script: Script, username: str) -> Iterator[tuple[Span, str]]:
    """The large events that a creator has to do with."""
    plan = script.plan
    stormy, crowded, drafty, *_ = script.accounts
    yield plan.away, "TikTok is away"
    yield plan.database, "the database is away"
    yield plan.cut, "power cut"
    yield plan.deploy, "all workers are replaced"
    for account, large, what in (
        (stormy, plan.storm_at, "many posts at once"),
        (crowded, plan.crowd, "TikTok says 429"),
        (drafty, plan.drafts_at, "many drafts at once"),
        (script.leaving, plan.gone, "the account is gone"),
    ):
        if account.username == username:
            yield large, what


def _until(large: Span) -> str:
    return f", until {clock_time(large.ends_at)}" if large.hours else ""


def _last(fate: Fate) -> datetime:
    return fate.due_at if fate.announced_at is None else fate.announced_at


def _name(item: Item) -> str:
    return f"{item.number:04d} ({item.part}; {item.mode} {item.kind}, {item.source})"


def _went(fate: Fate) -> str:
    due = f"due {clock_time(fate.due_at)}"
    if fate.announced_at is None:
        return f"{due}, {fate.ended} without being announced"
    return f"{due}, announced {clock_time(fate.announced_at)}, {span(fate.late)} late"
