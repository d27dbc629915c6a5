"""The table for people, and the last line for machines."""

import json
from collections import Counter
from typing import Any

from benchmarks.crash.blows import Kind
from benchmarks.crash.items import Sort
from benchmarks.crash.ledger import Inits
from benchmarks.crash.run import Outcome
from benchmarks.crash.windows import NAMED, Window
from postwright.platforms.content import Mode

# All that may go wrong did so in the same run, and everything that can be posted was.
AT_LEAST = {
    "least_window": 1,
    "lost_answers": 1,
    "disturbed_webhooks": 1,
    "sorts": len(Sort) * len(Mode),
}


def table(outcome: Outcome) -> str:
    """Where the blows landed, what became of each publication, totals."""
    parts = [_histogram(outcome), _publications(outcome), _totals(outcome)]
    if outcome.verdict.problems:
        parts.append("\n".join(("NOT AS IT SHOULD BE:", *outcome.verdict.problems)))
    return "\n\n".join(parts)


def _histogram(outcome: Outcome) -> str:
    landed = {
        how: Counter(blow.landed for blow in outcome.blows if blow.kind.how == how)
        for how in ("kill", "stop")
    }
    hands = Counter(window for blow in outcome.blows for _, window in blow.hands)
    lines = [f"{'window':<36} {'kills':>5} {'stops':>5} {'times hit':>10}"]
    lines += [
        f"{window:<36} {landed['kill'][window]:>5} {landed['stop'][window]:>5} "
        f"{hands[window]:>10}  {'#' * outcome.landed()[window]}"
        for window in Window
    ]
    kinds = sorted(outcome.dealt().items(), key=str)
    dealt = ", ".join(f"{n} x {_named(kind)}" for kind, n in kinds)
    least = min(NAMED, key=lambda window: outcome.landed()[window])
    lines.append(f"{len(outcome.blows)} blows: {dealt}.")
    lines.append(
        "A blow counts once, for the window that is hardest to hit. "
        f"Least: {least!s}, {outcome.landed()[least]}."
    )
    return "\n".join(lines)


def _named(kind: Kind) -> str:
    return f"{kind.victim} {kind.how}"


def _publications(outcome: Outcome) -> str:
    head = f"{'creator':<10} {'what':<15} {'mode':<7} {'bytes':>11} {'blows':>6} {'attempts':>9}"
    lines = [f"{head} {'inits':>6} {'posts':>6}  state"]
    lines += [
        f"{row.username:<10} {row.item.sort:<15} {row.item.mode:<7} {row.item.size_bytes:>11,} "
        f"{row.blows:>6} {row.attempts:>9} {row.inits:>6} {row.posts:>6}  "
        f"{row.state}{f' ({row.detail})' if row.detail else ''}"
        for row in outcome.rows
    ]
    return "\n".join(lines)


def _totals(outcome: Outcome) -> str:
    verdict = outcome.verdict
    refused = ", ".join(f"{count} x {name}" for name, count in verdict.refusals.most_common())
    states = ", ".join(f"{count} {state}" for state, count in outcome.states.most_common())
    return "\n".join(
        (
            f"TikTok's refusals: {refused or 'none'}",
            f"Waiting for a person: {'; '.join(verdict.waiting) or 'nothing'}",
            _inits(verdict.inits),
            f"{verdict.lost_answers} answers lost, {verdict.disturbed_webhooks} webhooks disturbed",
            ", ".join(f"{n} x {sort}" for sort, n in sorted(outcome.sorts.items())),
            f"{states}; {verdict.posts} posts, {verdict.expected} expected",
            _rest(outcome),
        )
    )


def _inits(inits: Inits) -> str:
    return (
        f"{inits.seen} inits at TikTok: {inits.in_ledger} in the ledger with their log id, "
        f"{inits.answer_lost} without an answer, {inits.died_between} whose worker recorded "
        f"nothing, and whose intent was found. {inits.never_arrived} more never arrived."
    )


def _rest(outcome: Outcome) -> str:
    return (
        f"accounts connected again {outcome.reconnected} times; {outcome.deaths} processes ended "
        f"by themselves; {outcome.skipped_s / 3600:.0f} hours in {outcome.seconds:.0f} s"
    )


def summary(outcome: Outcome) -> dict[str, Any]:
    """The figures and the goals; `met` says whether the goals are reached."""
    plan, landed, verdict = outcome.plan, outcome.landed(), outcome.verdict
    wanted = Counter(plan.kinds)
    figures = {
        "blows": len(outcome.blows),
        "over": sum(row.is_over for row in outcome.rows) + len(verdict.waiting),
        "posts": verdict.posts,
        "problems": len(verdict.problems),
        "least_window": min(landed[window] for window in NAMED),
        "rate_limited": verdict.crowded,
        "ended_by_themselves": outcome.deaths,
        "lost_answers": verdict.lost_answers,
        "disturbed_webhooks": verdict.disturbed_webhooks,
        "sorts": len(outcome.sorts),
    }
    goals = AT_LEAST | {
        "blows": wanted.total(),
        "over": plan.publications,
        "posts": verdict.expected,
        "problems": 0,
        "rate_limited": 0,
        "ended_by_themselves": 0,
    }
    met = all(
        figures[name] >= goal if name in AT_LEAST else figures[name] == goal
        for name, goal in goals.items()
    )
    return {
        "benchmark": "crash",
        "seed": plan.seed,
        "publications": plan.publications,
        **figures,
        "states": dict(outcome.states),
        "kinds": {_named(kind): n for kind, n in outcome.dealt().items()},
        "windows": {window.value: landed[window] for window in Window},
        "inits": verdict.inits.seen,
        "reconnected": outcome.reconnected,
        "seconds": round(outcome.seconds, 1),
        "goals": goals,
        "met": met,
    }


def last_line(outcome: Outcome) -> str:
    """One JSON object."""
    return json.dumps(summary(outcome))
