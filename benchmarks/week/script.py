"""Draws the story of a week: accounts, posts, and what people and the world do meanwhile."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from benchmarks.week.items import Account, Act, App, Deed, Item, Part
from benchmarks.week.plan import Plan, Span
from benchmarks.week.times import BEGIN, ZONES
from postwright.media.models import MediaKind
from postwright.platforms.content import Mode, Source
from postwright.publishing.states import IfMissed

WORKSPACES = 2
ELSEWHERE = WORKSPACES  # the workspace that has the other app
TRIAL = WORKSPACES + 1  # and the one whose app has no audit
_QUARTER = timedelta(minutes=15)
_OPENS_AT = timedelta(hours=8)
_QUARTERS = 56  # of a day that ends at ten in the evening
_BEFORE = timedelta(seconds=40)
# Whose token has died while TikTok was away is asked for another one up to two minutes after it is
# back, and what waits for that is let wait for three more, see `clock.VAGUE_LATER`.
_AFTERMATH_HOURS = 0.1


@dataclass(slots=True)
class Script:
    """Everything that is known before the week begins."""

    plan: Plan
    accounts: list[Account] = field(default_factory=list[Account])
    items: list[Item] = field(default_factory=list[Item])
    deeds: list[Deed] = field(default_factory=list[Deed])

    @property
    def leaving(self) -> Account:
        """The one whose person takes the consent back for some days."""
        return self.accounts[3]

    def of(self, part: Part) -> list[Item]:
        """The posts of a part."""
        return [item for item in self.items if item.part is part]


def write(plan: Plan) -> Script:
    """The same plan gives the same story."""
    writer = _Writer(plan)
    writer.cast()
    writer.set_apart()
    writer.fill_days()
    writer.tell_fates()
    writer.let_time_pass()
    writer.script.deeds.sort()
    return writer.script


class _Writer:
    def __init__(self, plan: Plan) -> None:
        self.script = Script(plan)
        self._plan = plan
        self._chance = random.Random(plan.seed)
        self._taken: set[tuple[str, datetime]] = set()

    def cast(self) -> None:
        """Accounts: stormy, crowded, full of drafts, and one that goes; then the others."""
        plan = self._plan
        for n in range(plan.accounts - plan.trial):
            zone = ZONES[n % len(ZONES)]
            self.script.accounts.append(Account(f"creator{n:02}", n % WORKSPACES, zone))
        stormy = self.script.accounts[0]
        self.script.accounts.append(Account(stormy.username, ELSEWHERE, stormy.zone, App.OTHER))
        for n in range(plan.trial):
            self.script.accounts.append(
                Account(f"trial{n:02}", TRIAL, ZONES[n % 2], App.TRIAL, private=True)
            )

    def set_apart(self) -> None:
        """The posts of which the number and the time are given."""
        plan = self._plan
        stormy, crowded, drafty, leaving = self.script.accounts[:4]
        for _ in range(plan.storm):
            self._add(stormy, stormy.zone.shown(plan.storm_at.begins_at), Part.STORM)
        for n in range(plan.elsewhere):
            at = BEGIN + timedelta(hours=10) + n * timedelta(days=plan.days) / plan.elsewhere
            other = next(each for each in self.script.accounts if each.app is App.OTHER)
            self._add(other, other.zone.shown(_quarter(at)), Part.OTHER)
        for _ in range(plan.burst):
            at = plan.crowd.begins_at + timedelta(minutes=1)
            self._add(crowded, crowded.zone.shown(at), Part.CROWDED)
        for _ in range(plan.drafts):
            local = drafty.zone.shown(plan.drafts_at.begins_at)
            self._add(drafty, local, Part.DRAFTS, mode=Mode.DRAFT)
        for account in self.script.accounts[4 : 4 + plan.at_deploy]:
            local = account.zone.shown(plan.deploy.begins_at)
            self._add(account, local, Part.DEPLOY, source=Source.UPLOAD)
        local = leaving.zone.shown(plan.gone.begins_at)
        self._add(leaving, local, Part.IN_FLIGHT, source=Source.PULL)
        others = self.script.accounts[4 : 4 + plan.at_deploy]
        for n in range(plan.per_outage):
            for span in (plan.away, plan.database, _clear(plan.cut)):
                self._add_in(span, n, others[n % len(others)])
            self._add_in(plan.gone, n, leaving)
        for account in self.script.accounts:
            if account.app is App.TRIAL:
                self._fill_trial(account)

    def _add_in(self, span: Span, n: int, account: Account) -> None:
        """An ordinary post that is due in an outage, the nth of those."""
        share = (n + 1) / (self._plan.per_outage + 1)
        at = span.begins_at + timedelta(minutes=round(span.hours * 60 * share))
        self._add(account, account.zone.shown(at), Part.PLAIN)

    def _fill_trial(self, account: Account) -> None:
        days = range(0, self._plan.days, 2)
        for n in range(self._plan.trial_posts):
            self._at_some_time(account, days[n % len(days)], Part.TRIAL)

    def fill_days(self) -> None:
        """Everything else, spread evenly over ordinary accounts and days."""
        plan = self._plan
        ordinary = [each for each in self.script.accounts[1:] if each.app is App.OURS]
        places = [(account, day) for day in range(plan.days) for account in ordinary]
        self._chance.shuffle(places)
        drafts = set[tuple[str, int]]()
        n = 0
        while len(self.script.items) < plan.posts:
            account, day = places[n % len(places)]
            item = self._at_some_time(account, day, Part.PLAIN)
            n += 1
            wants = self._chance.random() < plan.draft_share and account is not ordinary[1]
            if wants and (account.username, day) not in drafts:
                drafts.add((account.username, day))
                item.mode = Mode.DRAFT
                item.finishes = self._chance.choice((0, 1, 1, 2))
                item.part = Part.FINISHED if item.finishes else Part.LEFT

    def _at_some_time(self, account: Account, day: int, part: Part) -> Item:
        morning = BEGIN.replace(tzinfo=None) + timedelta(days=day) + _OPENS_AT
        while True:
            local = morning + self._chance.randrange(_QUARTERS) * _QUARTER
            if (account.username, local) in self._taken or account.zone.moment(local) < BEGIN:
                continue
            return self._add(account, local, part)

    def _add(
        self,
        account: Account,
        local: datetime,
        part: Part,
        *,
        mode: Mode = Mode.DIRECT,
        source: Source | None = None,
    ) -> Item:
        self._taken.add((account.username, local))
        dice = self._chance.random()
        kind = MediaKind.PHOTO if dice < 0.25 and source is None else MediaKind.VIDEO
        drawn = Source.PULL if dice < 0.45 else Source.UPLOAD
        item = Item(len(self.script.items), account, local, part, kind, source or drawn, mode)
        self.script.items.append(item)
        return item

    def tell_fates(self) -> None:
        """What is due in one of the large events belongs to it; some others get fates."""
        plan, leaving = self._plan, self.script.leaving
        for item in self._plain(Span(plan.gone.hour, plan.gone.hours + plan.backlog_hours)):
            if item.account is leaving:
                item.part = Part.REVOKED
        self._join(Span(plan.away.hour, plan.away.hours + _AFTERMATH_HOURS), Part.AWAY)
        self._join(plan.database, Part.DATABASE)
        self._join_cut(plan.cut)
        for item in self._plain(Span(plan.crowd.hour - 0.5, plan.crowd.hours + 1)):
            if item.account is self.script.accounts[1]:
                item.part = Part.CROWDED
        for item in self._plain(Span(plan.deploy.hour, 0.01)):
            item.part = Part.DEPLOY
        calm = [item for item in self.script.of(Part.PLAIN) if self._is_calm(item)]
        if len(calm) < 3 * (plan.each + plan.failures):
            raise ValueError(
                f"{len(calm)} posts have nothing else near them: plan more, or fewer fates"
            )
        self._chance.shuffle(calm)
        for part, count in (
            (Part.EDITED, plan.each),
            (Part.MOVED, plan.each),
            (Part.CANCELLED, plan.each),
            (Part.FAILED, plan.failures),
            (Part.RETRIED, plan.failures),
            (Part.RECOVERED, plan.failures),
        ):
            for _ in range(count):
                self._meets(calm.pop(), part)

    def _plain(self, span: Span) -> Iterator[Item]:
        return (item for item in self.script.of(Part.PLAIN) if span.has(item.at))

    def _join(self, span: Span, part: Part) -> None:
        for item in self._plain(span):
            item.part = part

    def _join_cut(self, span: Span) -> None:
        ways = (
            (Part.CUT_PUBLISH, IfMissed.PUBLISH),
            (Part.CUT_SKIP, IfMissed.SKIP),
            (Part.CUT_HOLD, IfMissed.HOLD),
        )
        clear = _clear(span)
        for n, item in enumerate(list(self._plain(span))):
            part, policy = ways[n % 3] if clear.has(item.at) else ways[0]
            item.part, item.if_missed = part, policy
            if part is Part.CUT_HOLD:
                item.moved_to = _quarter(span.ends_at + timedelta(hours=6))
                self._deed(span.ends_at + timedelta(hours=2), Act.MOVE, item)

    def _is_calm(self, item: Item) -> bool:
        """Whether nothing large happens for some hours, and its creator posts nothing else then."""
        plan = self._plan
        wide = [
            Span(span.hour - plan.calm_hours, span.hours + 2 * plan.calm_hours)
            for span in (plan.away, plan.database, plan.cut, plan.deploy, plan.crowd)
        ]
        near = [
            other
            for other in self.script.items
            if other is not item
            and other.account.username == item.account.username
            and abs(other.at - item.at) < timedelta(minutes=40)
        ]
        is_leaving = item.account is self.script.accounts[3]
        early = item.at < BEGIN + timedelta(hours=4)
        return not (near or is_leaving or early or any(span.has(item.at) for span in wide))

    def _meets(self, item: Item, part: Part) -> None:
        item.part = part
        before = timedelta(minutes=self._chance.randrange(20, 210))
        later = timedelta(minutes=self._chance.randrange(60, 300))
        match part:
            case Part.EDITED:
                self._deed(item.at - before, Act.EDIT, item)
            case Part.MOVED:
                item.moved_to = _quarter(item.at + later) + timedelta(minutes=7)
                self._deed(item.at - before, Act.MOVE, item)
            case Part.CANCELLED:
                self._deed(item.at - before, Act.CANCEL, item)
            case Part.RECOVERED:
                self._deed(item.at - _BEFORE, Act.UPSET, item)
            case _:
                self._deed(item.at - _BEFORE, Act.SPOIL, item)
                if part is Part.RETRIED:
                    self._deed(item.at + later, Act.RETRY, item)

    def let_time_pass(self) -> None:
        """What is not about one post; and persons who finish their drafts."""
        plan = self._plan
        for item in self.script.items:
            for _ in range(item.finishes):
                later = timedelta(hours=self._chance.uniform(*plan.finish_hours))
                self._deed(item.at + later, Act.FINISH, item)
        for n, item in enumerate(self.script.of(Part.DRAFTS)):
            if n % 3 == 0:  # the others make room by themselves, a day later
                item.finishes = 1
                self._deed(item.at + timedelta(hours=n + 1), Act.FINISH, item)
        leaving = self.script.leaving
        flying = self.script.of(Part.IN_FLIGHT)[0]
        self._deed(plan.crowd.begins_at, Act.CROWD, None, self.script.accounts[1])
        self._deed(plan.away.begins_at, Act.AWAY)
        self._deed(plan.database.begins_at, Act.DATABASE)
        self._deed(plan.cut.begins_at, Act.CUT)
        self._deed(plan.deploy.begins_at - _BEFORE, Act.DEPLOY)
        self._deed(plan.gone.begins_at - _BEFORE, Act.REVOKE, flying, leaving)
        self._deed(plan.gone.ends_at, Act.RECONNECT, None, leaving)
        self._deed(plan.gone.ends_at + timedelta(hours=1), Act.RETRY, flying)

    def _deed(
        self, at: datetime, act: Act, item: Item | None = None, account: Account | None = None
    ) -> None:
        self.script.deeds.append(Deed(at, len(self.script.deeds), act, item, account))


def _clear(span: Span) -> Span:
    """Without its last minutes: what is due then is hardly late afterwards, and needs no policy."""
    return Span(span.hour, span.hours - 0.5)


def _quarter(at: datetime) -> datetime:
    """The quarter of an hour that it is in."""
    return at - (at - BEGIN) % _QUARTER


def usernames(accounts: Iterable[Account]) -> list[Account]:
    """Each creator once."""
    return list({account.username: account for account in accounts}.values())
