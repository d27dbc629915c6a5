"""The report's tables: by part of the story, by day, by account, by reason of a hold."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import timedelta

from benchmarks.week.items import Account, App, Part
from benchmarks.week.judge import Fate
from benchmarks.week.outcome import Outcome
from benchmarks.week.times import day_of
from benchmarks.week.wording import columns, span, tally

_APPS = {App.OURS: "", App.OTHER: "by another app", App.TRIAL: "without an audit"}


def parts(outcome: Outcome) -> list[str]:
    """What should have come of each part of the story, what did, and how late."""
    rows: list[Sequence[object]] = [
        ("", "should end", "did end", "posts", "wrong", "half late", "latest")
    ]
    for part in Part:
        fates = [fate for fate in outcome.verdict.fates if fate.item.part is part]
        if fates:
            rows.append(
                (
                    part.value,
                    tally(Counter(fate.wanted.ends_as for fate in fates)),
                    tally(Counter(fate.ended for fate in fates)),
                    len(fates),
                    sum(bool(fate.wrong) for fate in fates),
                    *_lateness(fates),
                )
            )
    return columns(rows, left=3)


def _lateness(fates: Sequence[Fate]) -> tuple[str, str]:
    late = sorted(fate.late for fate in fates if fate.announced_at is not None)
    return (span(late[len(late) // 2]), span(late[-1])) if late else ("", "")


def days(outcome: Outcome) -> list[str]:
    """What was due and what went out on each day, in UTC."""
    last = max(math.ceil(outcome.days), outcome.plan.days)
    rows: list[Sequence[object]] = [
        ("", "due", "out", "published", "delivered", "cancelled", "failed", "latest", "refreshes",
         "calls")
    ]  # fmt: skip
    for day in range(1, last + 1):
        due = [fate for fate in outcome.verdict.fates if day_of(fate.due_at) == day]
        out = [fate for fate in outcome.verdict.fates if _day_out(fate) == day]
        ended = Counter(fate.ended for fate in due)
        rows.append(
            (
                f"day {day}",
                len(due),
                len(out),
                *(ended[state] for state in ("published", "delivered", "cancelled", "failed")),
                _latest(due),
                outcome.log.days[day, "refreshes"],
                outcome.log.days[day, "calls"],
            )
        )
    return columns(rows)


def _day_out(fate: Fate) -> int:
    return 0 if fate.announced_at is None else day_of(fate.announced_at)


def _latest(fates: Sequence[Fate]) -> str:
    late = max((fate.late for fate in fates), default=timedelta(0))
    return span(late) if late >= timedelta(seconds=1) else ""


def accounts(outcome: Outcome) -> list[str]:
    """What each account had to post, and when it went out."""
    last = max(math.ceil(outcome.days), outcome.plan.days)
    rows: list[Sequence[object]] = [
        ("", "", "posts", *(f"d{day}" for day in range(1, last + 1)), "published", "delivered",
         "cancelled", "failed", "wrong", "in 24 h", "latest", "refreshes")
    ]  # fmt: skip
    rows += [_account(outcome, account, last) for account in outcome.accounts]
    return columns(rows, left=2)


def _account(outcome: Outcome, account: Account, last: int) -> Sequence[object]:
    mine = [fate for fate in outcome.verdict.fates if fate.item.account == account]
    out = Counter(_day_out(fate) for fate in mine)
    ended = Counter(fate.ended for fate in mine)
    return (
        f"@{account.username}",
        _APPS[account.app],
        len(mine),
        *(out[day] for day in range(1, last + 1)),
        *(ended[state] for state in ("published", "delivered", "cancelled", "failed")),
        sum(bool(fate.wrong) for fate in mine),
        outcome.verdict.most[account.username],
        _latest(mine),
        outcome.log.refreshes[account.username, account.app.value],
    )


def holds(outcome: Outcome) -> list[str]:
    """How many posts were held for each reason, and for how long."""
    rows = list(_holds(outcome))
    return columns([("", "posts", "half for", "longest"), *rows]) if rows else []


def _by_number(posts: Mapping[str, Set[str]]) -> list[tuple[str, Set[str]]]:
    return sorted(((why, held) for why, held in posts.items() if held), key=lambda e: -len(e[1]))


def _holds(outcome: Outcome) -> Iterator[Sequence[object]]:
    for reason, held in _by_number(outcome.holds.posts):
        hours = sorted(outcome.holds.hours(reason, each) for each in held)
        half, longest = (timedelta(hours=each) for each in (hours[len(hours) // 2], hours[-1]))
        yield reason, len(held), span(half), span(longest)
