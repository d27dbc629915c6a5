"""The table for people, and the last line for machines."""

import json
from typing import Any

from benchmarks.crash.run import Outcome
from benchmarks.crash.windows import NAMED, Window

LEAST_PER_WINDOW = 3


def table(outcome: Outcome) -> str:
    """Where the blows landed, what became of each publication, totals."""
    return "\n\n".join((_histogram(outcome), _publications(outcome), _totals(outcome)))


def _histogram(outcome: Outcome) -> str:
    kills, stops = outcome.landed("kill"), outcome.landed("stop")
    hands = [window for blow in outcome.blows for _, window in blow.hands]
    lines = [f"{'window':<26} {'kills':>5} {'stops':>5} {'publications hit':>17}"]
    lines += [
        f"{window:<26} {kills[window]:>5} {stops[window]:>5} {hands.count(window):>17}"
        f"  {'#' * kills[window]}"
        for window in sorted(Window, key=_by_life)
    ]
    lines.append(f"{'all':<26} {kills.total():>5} {stops.total():>5} {len(hands):>17}")
    lines.append("A blow counts once, for the window that is hardest to hit.")
    return "\n".join(lines)


_LIFE = (Window.INTENT, Window.NOT_STORED, Window.MID, Window.LAST, Window.TRACKING, Window.OTHER)


def _by_life(window: Window) -> int:
    return _LIFE.index(window)


def _publications(outcome: Outcome) -> str:
    head = f"{'creator':<11} {'bytes':>12} {'blows':>6} {'attempts':>9} {'inits':>6} {'posts':>6}"
    lines = [f"{head} {'same bytes':>11}  state"]
    lines += [
        f"{row.username:<11} {row.upload.size_bytes:>12,} {row.blows:>6} {row.attempts:>9} "
        f"{row.inits:>6} {row.posts:>6} {'yes' if row.same_bytes else 'NO':>11}  "
        f"{row.state}{f' ({row.detail})' if row.detail else ''}"
        for row in outcome.rows
    ]
    return "\n".join(lines)


def _totals(outcome: Outcome) -> str:
    voided = sum(row.voided for row in outcome.rows)
    size = sum(row.upload.size_bytes for row in outcome.rows)
    resent = outcome.resent_bytes
    again = "not counted here" if resent is None else f"{resent:,} of {size:,} bytes"
    refused = ", ".join(f"{count} x {name}" for name, count in outcome.refusals.most_common())
    return (
        f"TikTok's refusals: {refused or 'none'}\n"
        f"{outcome.inits} inits, {voided} attempts voided, sent again: {again}, "
        f"{outcome.deaths} workers ended by themselves, {outcome.seconds:.0f} s"
    )


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures and the goals; `met` says whether the goals are reached."""
    plan, kills = outcome.plan, outcome.landed("kill")
    windows = {window.value: kills[window] for window in sorted(Window, key=_by_life)}
    figures = {
        "kills": kills.total(),
        "stops": outcome.landed("stop").total(),
        "published": outcome.published,
        "posts": outcome.posts,
        "equal_bytes": outcome.equal_bytes,
        "least_window": min(kills[window] for window in NAMED),
        "rate_limited": outcome.rate_limited,
        "ended_by_themselves": outcome.deaths,
    }
    goals = {
        "kills": plan.kills,
        "stops": plan.stops,
        "published": plan.publications,
        "posts": plan.publications,
        "equal_bytes": True,
        "least_window": LEAST_PER_WINDOW,
        "rate_limited": 0,
        "ended_by_themselves": 0,
    }
    least = figures["least_window"] >= LEAST_PER_WINDOW
    exact = all(figures[name] == goal for name, goal in goals.items() if name != "least_window")
    return {
        "benchmark": "crash",
        "seed": plan.seed,
        "publications": plan.publications,
        **figures,
        "windows": windows,
        "inits": outcome.inits,
        "voided": sum(row.voided for row in outcome.rows),
        "resent_bytes": outcome.resent_bytes,
        "seconds": round(outcome.seconds, 1),
        "goals": goals,
        "met": exact and least,
    }


def last_line(outcome: Outcome) -> str:
    """One JSON object."""
    return json.dumps(summary(outcome))
