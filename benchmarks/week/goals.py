"""What is asked of a week, one condition after the other."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from benchmarks.week.events import events
from benchmarks.week.items import Account, Part
from benchmarks.week.judge import CAP
from benchmarks.week.outcome import Outcome
from benchmarks.week.plan import Plan

TOKEN_LIFE = timedelta(hours=2)
_RATE = "rate_limit_exceeded"
_CAPS = ("spam_risk_too_many_posts", "spam_risk_too_many_pending_share", "reached_active_user_cap")
_INITS = ("video.init", "inbox.video.init", "photo.init")


@dataclass(frozen=True, slots=True)
class Goal:
    """One condition: its name for machines and for people, what was found, what is asked."""

    name: str
    says: str
    found: float
    asked: str
    is_met: bool


def goals(outcome: Outcome) -> list[Goal]:
    """All conditions; the week is good if each is met."""
    return [*_posts(outcome), *_quotas(outcome), *_tokens(outcome), *_service(outcome)]


def _posts(outcome: Outcome) -> Iterator[Goal]:
    verdict = outcome.verdict
    yield _none("problems", "posts that did not end as the story says", len(verdict.problems))
    yield _exactly("appeared", "posts at TikTok", verdict.appeared, verdict.should_appear)
    yield _none("stuck", "publications that are not over, or wait for nothing", outcome.stuck)
    yield _none("late_lanes", "lanes that nobody took up in ten minutes", outcome.late_lanes)
    plain = [fate.late for fate in verdict.fates if fate.item.part is Part.PLAIN]
    most_s = outcome.plan.late_s
    late_s = round(max(plain).total_seconds(), 1) if plain else most_s * 2
    yield _at_most("plain_late_s", "seconds that an ordinary post was late", late_s, most_s)


def _quotas(outcome: Outcome) -> Iterator[Goal]:
    log, most = outcome.log, max(outcome.verdict.most.values(), default=0)
    yield _at_most("most_in_a_day", "posts of one creator in 24 hours", most, CAP)
    limited = log.refused(_RATE, ordered=False)
    yield _none("rate_limited", "calls that TikTok found too many", limited)
    burned = sum(
        count
        for (operation, said, ordered), count in log.refusals.items()
        if operation in _INITS and said.endswith(_CAPS) and not ordered
    )
    yield _none("burned_inits", "inits that met a cap", burned)


def _tokens(outcome: Outcome) -> Iterator[Goal]:
    dead = sum(outcome.log.dead.values()) - outcome.log.dead[outcome.script.leaving.username]
    yield _none("dead_refresh_tokens", "refreshes with a dead token", dead)
    yield _none("dead_access_tokens", "calls with a dead token", outcome.stale_tokens)
    missing = sum(_missing(outcome, account) for account in outcome.accounts)
    yield _none("refreshes_missing", "refreshes too few for tokens of two hours", missing)
    living = sum(outcome.living.get((each.username, each.app), 0) != 1 for each in outcome.accounts)
    yield _none("wrong_tokens", "accounts without exactly one living refresh token", living)
    yield _none("lost_accounts", "accounts that are not connected", len(outcome.lost_accounts))


def _service(outcome: Outcome) -> Iterator[Goal]:
    yield _none("ended_by_themselves", "processes that ended by themselves", outcome.deaths)
    yield _none("ended_impolitely", "workers that did not end well when told to", outcome.impolite)
    unexplained = outcome.unexplained_webhooks
    yield _none("webhooks_unexplained", "webhooks of posts that should not be", unexplained)
    nothing = [each for each in events(outcome) if each.effect < 1]
    yield _none("without_effect", "events of the story without an effect", len(nothing))
    yield _none("requests_unread", "requests that could not be judged", outcome.log.missed)


def _missing(outcome: Outcome, account: Account) -> int:
    """How many refreshes too few there were for an account that is connected for so long."""
    connected = timedelta(days=outcome.days)
    if account == outcome.script.leaving:
        connected -= _gone(outcome.plan)
    count = outcome.log.refreshes[account.username, account.app.value]
    return max(0, int(connected / TOKEN_LIFE) - 1 - count)


def _gone(plan: Plan) -> timedelta:
    # Before it went, and from when it came back: each time the first token lives its two hours.
    return plan.gone.ends_at - plan.gone.begins_at + TOKEN_LIFE


def _none(name: str, says: str, found: int) -> Goal:
    return Goal(name, says, found, "0", found == 0)


def _exactly(name: str, says: str, found: int, asked: int) -> Goal:
    return Goal(name, says, found, str(asked), found == asked)


def _at_most(name: str, says: str, found: float, most: float) -> Goal:
    return Goal(name, says, found, f"at most {most:g}", found <= most)
