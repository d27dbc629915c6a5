"""How large a week is, and when the large things happen in it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.week.times import BEGIN


@dataclass(frozen=True, slots=True)
class Span:
    """From an hour of the week on, for some hours."""

    hour: float
    hours: float = 0

    @property
    def begins_at(self) -> datetime:
        """When it begins."""
        return BEGIN + timedelta(hours=self.hour)

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.begins_at + timedelta(hours=self.hours)

    def has(self, at: datetime) -> bool:
        """Whether a moment is in it."""
        return self.begins_at <= at < self.ends_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is to happen.

    Attributes:
        accounts: creators, those of the app without an audit included.
        posts: all of them.
        days: over which they are spread.
        storm: posts that one creator has due at once.
        elsewhere: posts of the same creator through another app.
        trial: accounts of the app without an audit.
        trial_posts: posts of each of them, on every other day.
        burst: posts of one account that are due while TikTok says 429.
        drafts: drafts that one account has due at once.
        each: how many posts are edited, moved, cancelled; as many as that for each kind of failure.
        backlog_hours: how long what has waited for an account may fill its days when it is back.
        per_outage: posts that are due in each outage, at least; ways to miss a time have one each.
        at_deploy: posts that are due when the workers are replaced.
        draft_share: how many of the ordinary posts are drafts, at most.
        finish_hours: how long a person leaves a draft in the inbox, at least and at most.
        calm_hours: how far from large events posts are that have a fate of their own.
        late_s: how late an ordinary post may be.
        workers: processes.
        drain_days: how long after the last day it may take until everything is over.
    """

    seed: int
    accounts: int = 50
    posts: int = 2_000
    days: int = 7
    storm: int = 60
    elsewhere: int = 14
    trial: int = 7
    trial_posts: int = 10
    burst: int = 8
    drafts: int = 9
    each: int = 30
    failures: int = 15
    backlog_hours: float = 48
    per_outage: int = 3
    at_deploy: int = 6
    draft_share: float = 0.04
    finish_hours: tuple[float, float] = (1, 12)
    calm_hours: float = 4
    late_s: float = 60
    workers: int = 2
    drain_days: int = 3
    timeout_s: float = 1_500
    storm_at: Span = field(default=Span(9))
    drafts_at: Span = field(default=Span(34))
    crowd: Span = field(default=Span(38, 0.5))
    deploy: Span = field(default=Span(80))
    away: Span = field(default=Span(60, 3))
    database: Span = field(default=Span(109.1, 0.4))
    cut: Span = field(default=Span(133.1, 1.5))
    gone: Span = field(default=Span(57, 48))

    @property
    def ends_at(self) -> datetime:
        """When the last day is over."""
        return BEGIN + timedelta(days=self.days)
