"""The report for people, and the last line for machines."""

import json
import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Any

from benchmarks.week.events import events
from benchmarks.week.goals import goals
from benchmarks.week.outcome import Outcome
from benchmarks.week.tables import accounts, days, holds, parts
from benchmarks.week.times import shown
from benchmarks.week.wording import columns

_SHOWN = 20
_WIDTH = 100


def table(outcome: Outcome) -> str:
    """What happened, where each post ended, by part, day and account, and what is asked of it."""
    sections = [
        ("", [_headline(outcome)]),
        ("WHAT HAPPENED (days and times in UTC)", _events(outcome)),
        ("WHERE THE POSTS ENDED", parts(outcome)),
        ("DAY BY DAY", days(outcome)),
        ("ACCOUNT BY ACCOUNT (posts out on each day)", accounts(outcome)),
        ("WHAT WAS HELD, AND WHY", holds(outcome)),
        ("WHAT WAS LATE WITHOUT AN EXCUSE", outcome.late),
        ("IN ALL", _totals(outcome)),
        ("WHAT IS ASKED OF IT", _goals(outcome)),
        ("WHAT IS WRONG", _problems(outcome)),
    ]
    told = ["\n".join([title, *lines] if title else lines) for title, lines in sections if lines]
    return "\n\n".join(told)


def _headline(outcome: Outcome) -> str:
    plan, verdict = outcome.plan, outcome.verdict
    creators = len({account.username for account in outcome.accounts})
    end = "Everything ended where it should." if _is_met(outcome) else "NOT AS IT SHOULD BE."
    return (
        f"{outcome.days:.1f} days of {creators} creators and {len(verdict.fates):,} posts "
        f"in {outcome.seconds:.0f} s (seed {plan.seed}). {end}"
    )


def _events(outcome: Outcome) -> list[str]:
    lines: list[str] = []
    for each in events(outcome):
        lines += _wrapped(f"{shown(each.at)}  ", each.says)
    return lines


def _wrapped(name: str, says: str) -> list[str]:
    indent = " " * len(name)
    return textwrap.wrap(says, _WIDTH, initial_indent=name, subsequent_indent=indent)


def _totals(outcome: Outcome) -> list[str]:
    log, least = outcome.log, min(outcome.log.refreshes.values(), default=0)
    most = max(log.refreshes.values(), default=0)
    refused = [
        f"{count} x {operation} {said}{' (ordered)' if ordered else ''}"
        for (operation, said, ordered), count in log.refusals.most_common()
    ]
    gone = log.dead[outcome.script.leaving.username]
    facts = {
        "posts": f"{outcome.verdict.appeared:,} at TikTok, where {outcome.verdict.should_appear:,} "
        f"should be; {outcome.attempts:,} attempts, {outcome.voided} of them void",
        "tokens": f"{sum(log.refreshes.values()):,} refreshed, {least} to {most} times for an "
        f"account; {sum(log.dead.values()) - gone} refreshes with a dead token, and {gone} for who "
        "had left",
        "calls": _counted(log.calls),
        "refused": ", ".join(refused) or "none",
        "fetches": f"failed: {_counted(outcome.fetches)}",
        "webhooks": f"{_counted(outcome.told)}; what they were: {_counted(outcome.webhooks)}",
        "clock": f"moved {outcome.jumps.total():,} times, on to: {_counted(outcome.jumps)}",
        "seconds": f"{_seconds(outcome)}; CPU without PostgreSQL {outcome.cpu_s:.0f}",
    }
    return [line for name, says in facts.items() for line in _wrapped(f"{name:<10}", says)]


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{count:,} {name}" for name, count in counts.most_common()) or "none"


def _seconds(outcome: Outcome) -> str:
    spent = {
        **outcome.busy_s,
        "setting up": outcome.setup_s,
        "moving the clocks": outcome.moving_s,
    }
    longest = sorted(spent.items(), key=lambda each: -each[1])
    return ", ".join(f"{name} {s:.0f}" for name, s in longest if s >= 0.5)


def _goals(outcome: Outcome) -> list[str]:
    rows: list[tuple[object, ...]] = [("", "found", "asked", "")]
    rows += [
        (goal.says, f"{goal.found:g}", goal.asked, "" if goal.is_met else "NOT MET")
        for goal in goals(outcome)
    ]
    return columns(rows)


def _problems(outcome: Outcome) -> Sequence[str]:
    problems = [*outcome.verdict.problems, *outcome.lost_accounts]
    more = [f"and {len(problems) - _SHOWN} more"] if len(problems) > _SHOWN else []
    return [*problems[:_SHOWN], *more, *outcome.traces]


def _is_met(outcome: Outcome) -> bool:
    return all(goal.is_met for goal in goals(outcome))


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures and the goals; `met` says whether the goals are reached."""
    asked = goals(outcome)
    return {
        "benchmark": "week",
        "seed": outcome.plan.seed,
        "accounts": len(outcome.accounts),
        "posts": len(outcome.verdict.fates),
        **{goal.name: goal.found for goal in asked},
        "in_hand_at_the_deploy": outcome.in_hand,
        "refreshes": sum(outcome.log.refreshes.values()),
        "calls": sum(outcome.log.calls.values()),
        "holds": {reason: len(held) for reason, held in sorted(outcome.holds.posts.items())},
        "days": round(outcome.days, 2),
        "seconds": round(outcome.seconds, 1),
        "cpu_s": round(outcome.cpu_s, 1),
        "goals": {goal.name: goal.asked for goal in asked},
        "missed": [goal.name for goal in asked if not goal.is_met],
        "met": _is_met(outcome),
    }


def last_line(outcome: Outcome) -> str:
    """One JSON object."""
    return json.dumps(summary(outcome))
