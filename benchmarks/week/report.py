"""The tables for people, and the last line for machines."""

import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from benchmarks.week.items import Part
from benchmarks.week.judge import CAP, DAY, Line
from benchmarks.week.run import Outcome

_RATE = "429 rate_limit_exceeded"
_CAPS = ("spam_risk_too_many_posts", "spam_risk_too_many_pending_share", "reached_active_user_cap")
_INITS = ("video.init", "inbox.video.init", "photo.init")
_ON_TIME = timedelta(minutes=1)
_SHOWN = 20


def table(outcome: Outcome) -> str:
    """What became of each part of the story, how late things were and why, totals, problems."""
    return "\n\n".join((_parts(outcome), _lateness(outcome), _totals(outcome), _problems(outcome)))


def _parts(outcome: Outcome) -> str:
    lines = [f"{'what happens':<38} {'posts':>5}  {'should end':<32} {'did end':<32} {'wrong':>5}"]
    lines += [
        f"{part:<38} {line.posts:>5}  {_tally(line.should):<32} {_tally(line.ended):<32} "
        f"{line.wrong:>5}"
        for part, line in sorted(outcome.verdict.lines.items(), key=_by_story)
    ]
    return "\n".join(lines)


_STORY = tuple(Part)


def _by_story(entry: tuple[Part, Line]) -> int:
    return _STORY.index(entry[0])


def _tally(states: Counter[str]) -> str:
    return ", ".join(f"{count} {state}" for state, count in sorted(states.items()))


def _lateness(outcome: Outcome) -> str:
    lines = [f"{'announced to TikTok after it was due':<38} {'half':>9} {'95 %':>9} {'latest':>9}"]
    for part, line in sorted(outcome.verdict.lines.items(), key=_by_story):
        if line.late:
            late = sorted(line.late)
            shown = (_at(late, 0.5), _at(late, 0.95), late[-1])
            lines.append(f"{part:<38} " + " ".join(f"{_span(each):>9}" for each in shown))
    return "\n".join(lines)


def _at(late: Sequence[timedelta], share: float) -> timedelta:
    return late[min(len(late) - 1, int(len(late) * share))]


def _span(span: timedelta) -> str:
    seconds = span.total_seconds()
    if seconds < 90:
        return f"{seconds:.1f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def _totals(outcome: Outcome) -> str:
    refused = [
        f"{count} x {operation} {said}{' (ordered)' if ordered else ''}"
        for (operation, said, ordered), count in outcome.log.refusals.most_common()
    ]
    calls = ", ".join(f"{count} {name}" for name, count in outcome.log.calls.most_common())
    most = max(outcome.log.refreshes.values(), default=0)
    return (
        f"{outcome.verdict.appeared} posts at TikTok, where {outcome.verdict.should_appear} should "
        f"be; at most {outcome.verdict.most_in_a_day} of a creator in 24 hours\n"
        f"{sum(outcome.log.refreshes.values())} refreshes, {outcome.fewest_refreshes} to {most} of "
        f"an account; {outcome.living[0]} to {outcome.living[1]} living refresh tokens of each\n"
        f"{outcome.in_hand} posts in hand when the workers were replaced; {outcome.attempts} "
        f"attempts, {outcome.voided} of them void\n"
        f"TikTok's refusals: {', '.join(refused) or 'none'}\n"
        f"Calls: {calls}\n"
        f"{outcome.days:.1f} days in {outcome.seconds:.0f} s, {outcome.jumps} jumps"
    )


def _problems(outcome: Outcome) -> str:
    problems = outcome.verdict.problems
    if not problems:
        return "Everything ended where it should."
    more = f"\nand {len(problems) - _SHOWN} more" if len(problems) > _SHOWN else ""
    return "NOT AS IT SHOULD BE:\n" + "\n".join(problems[:_SHOWN]) + more


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures and the goals; `met` says whether the goals are reached."""
    refusals = outcome.log.refusals
    ours = {
        (operation, said): n for (operation, said, ordered), n in refusals.items() if not ordered
    }
    plain = outcome.verdict.lines.get(Part.PLAIN)
    # Whose consent was taken back is known when the webhook comes, or a refresh is refused.
    leaving = outcome.script.leaving.username
    figures: dict[str, Any] = {
        "posts": len(outcome.script.items),
        "should_appear": outcome.verdict.should_appear,
        "appeared": outcome.verdict.appeared,
        "problems": len(outcome.verdict.problems),
        "stuck": outcome.stuck,
        "late_lanes": outcome.late_lanes,
        "rate_limited": sum(n for (_, said), n in ours.items() if said == _RATE),
        "caps_met_by_an_init": sum(
            n for (name, said), n in ours.items() if name in _INITS and said.endswith(_CAPS)
        ),
        "dead_refresh_tokens": sum(outcome.log.dead.values()) - outcome.log.dead[leaving],
        "living_refresh_tokens": list(outcome.living),
        "most_in_a_day": outcome.verdict.most_in_a_day,
        "plain_late_s": round(max(plain.late).total_seconds(), 1) if plain and plain.late else None,
        "ended_by_themselves": outcome.deaths,
        "ended_impolitely": outcome.impolite,
        "requests_unread": outcome.log.missed,
    }
    goals: dict[str, Any] = {
        "appeared": outcome.verdict.should_appear,
        "living_refresh_tokens": [1, 1],
        "most_in_a_day": f"at most {CAP}",
        "plain_late_s": f"at most {_ON_TIME.total_seconds():.0f}",
        "in_hand_at_the_deploy": "at least 1",
    } | dict.fromkeys(
        ("problems", "stuck", "late_lanes", "rate_limited", "caps_met_by_an_init",
         "dead_refresh_tokens", "ended_by_themselves", "ended_impolitely", "requests_unread"), 0,
    )  # fmt: skip
    exact = all(figures[name] == goal for name, goal in goals.items() if not isinstance(goal, str))
    on_time = plain is not None and max(plain.late, default=DAY) <= _ON_TIME
    return {
        "benchmark": "week",
        "seed": outcome.plan.seed,
        **figures,
        "in_hand_at_the_deploy": outcome.in_hand,
        "refreshes": sum(outcome.log.refreshes.values()),
        "days": round(outcome.days, 2),
        "seconds": round(outcome.seconds, 1),
        "goals": goals,
        "met": exact and on_time and outcome.verdict.most_in_a_day <= CAP and outcome.in_hand > 0,
    }


def last_line(outcome: Outcome) -> str:
    """One JSON object."""
    return json.dumps(summary(outcome))
