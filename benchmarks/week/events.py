"""The large things that happened in a week, and what they did to the posts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from benchmarks.week.items import Part
from benchmarks.week.judge import CAP, Fate
from benchmarks.week.outcome import Outcome
from benchmarks.week.times import BEGIN
from benchmarks.week.wording import span


@dataclass(frozen=True, slots=True)
class Happened:
    """One of them. Without any `effect` it has not happened, whatever the script says."""

    at: datetime
    says: str
    effect: int


def events(outcome: Outcome) -> list[Happened]:
    """All, in the order of the story."""
    return sorted([*_quotas(outcome), *_losses(outcome)], key=lambda each: each.at)


def _quotas(outcome: Outcome) -> Iterator[Happened]:
    plan, script = outcome.plan, outcome.script
    stormy, crowded, drafty, *_ = script.accounts
    storm = _of(outcome, Part.STORM, Part.OTHER)
    capped, limited = _held(outcome, "daily_cap"), _held(outcome, "rate_limit")
    yield Happened(
        plan.storm_at.begins_at,
        f"{plan.storm} posts of @{stormy.username} due at once, {plan.elsewhere} more by another "
        f"app: {limited} held for the rate and {capped} for the daily cap, at most "
        f"{outcome.verdict.most[stormy.username]} out in 24 hours, the last {_late(storm)} after "
        "its time",
        min(limited, capped) if plan.storm > CAP else limited,
    )
    drafts = _of(outcome, Part.DRAFTS)
    held = _held(outcome, "pending_drafts")
    yield Happened(
        plan.drafts_at.begins_at,
        f"{plan.drafts} drafts of @{drafty.username} due at once: {held} held until there was room "
        f"in its inbox, the last delivered {_late(drafts)} after its time",
        held,
    )
    refused = outcome.log.refused("429", ordered=True)
    yield Happened(
        plan.crowd.begins_at,
        f"TikTok says 429 to everything of @{crowded.username} for {_hours(plan.crowd.hours)}: "
        f"{refused} times, {len(_of(outcome, Part.CROWDED))} posts due then, the last out "
        f"{_after(_of(outcome, Part.CROWDED), plan.crowd.ends_at)}",
        refused,
    )


def _losses(outcome: Outcome) -> Iterator[Happened]:
    plan, script = outcome.plan, outcome.script
    gone = _of(outcome, Part.REVOKED, Part.IN_FLIGHT)
    held = _held(outcome, "revoked", "reconnect")
    yield Happened(
        plan.gone.begins_at,
        f"@{script.leaving.username} takes the consent back while TikTok fetches a post of it, and "
        f"gives it again after {_hours(plan.gone.hours)}: {held} posts held meanwhile, the last "
        f"out {_after(gone, plan.gone.ends_at)}",
        held,
    )
    refused = outcome.log.refused("503", ordered=True)
    yield Happened(
        plan.away.begins_at,
        f"TikTok answers nothing but 503 for {_hours(plan.away.hours)}: {refused} times, "
        f"{len(_of(outcome, Part.AWAY))} posts due then, the last out "
        f"{_after(_of(outcome, Part.AWAY), plan.away.ends_at)}",
        refused,
    )
    yield Happened(
        plan.deploy.begins_at,
        f"all {plan.workers} workers are replaced, with {outcome.in_hand} posts in hand: "
        f"{len(_of(outcome, Part.DEPLOY))} posts due then, the last out "
        f"{_late(_of(outcome, Part.DEPLOY))} after its time",
        outcome.in_hand,
    )
    away = _of(outcome, Part.DATABASE)
    yield Happened(
        plan.database.begins_at,
        f"the database stops for {_hours(plan.database.hours)}: {len(away)} posts due then, the "
        f"last out {_after(away, plan.database.ends_at)}",
        sum(fate.late > timedelta(minutes=1) for fate in away),
    )
    late, skipped, kept = (
        _of(outcome, part) for part in (Part.CUT_PUBLISH, Part.CUT_SKIP, Part.CUT_HOLD)
    )
    yield Happened(
        plan.cut.begins_at,
        f"power cut for {_hours(plan.cut.hours)}, everything but TikTok stops: {len(late)} posts "
        f"out late, the last {_after(late, plan.cut.ends_at)}, {len(skipped)} skipped, "
        f"{len(kept)} held for a person",
        len(late) + len(skipped) + len(kept),
    )
    lost = outcome.told["lost"]
    yield Happened(
        BEGIN,
        f"webhooks are lost ({lost} of {outcome.told.total()} all week), doubled and overtaken",
        lost,
    )


def _of(outcome: Outcome, *parts: Part) -> list[Fate]:
    return [fate for fate in outcome.verdict.fates if fate.item.part in parts]


def _held(outcome: Outcome, *reasons: str) -> int:
    return len(set[str]().union(*(outcome.holds.posts.get(each, ()) for each in reasons)))


def _late(fates: Iterable[Fate]) -> str:
    return span(max((fate.late for fate in fates), default=timedelta(0)))


def _after(fates: Iterable[Fate], end: datetime) -> str:
    """How long after the end of an outage the last of them was announced."""
    last = max((fate.announced_at for fate in fates if fate.announced_at), default=None)
    if last is None:
        return "never"
    return f"{span(last - end)} after it" if last > end else "before its end"


def _hours(hours: float) -> str:
    return span(timedelta(hours=hours))
