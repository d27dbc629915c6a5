"""Attempts, events and calls as numbers, and `decide` remembered: the same question has one answer.

All instants are kept relative to one fixed moment, so that a state does not depend on when it
was reached. What is folded is what `decide` can not tell apart within the bounds: the count of
polls (it stretches waits below a minute), troubles beyond the first, counts that are far from
their limit, and ages beyond everything they are compared with.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Generic, NamedTuple, TypeVar

from benchmarks.explorer.code import Code
from benchmarks.explorer.state import NEVER, Lane
from postwright.platforms.answers import Opened
from postwright.publishing.attempt import (
    AskStatus,
    Attempt,
    Call,
    CancelPull,
    CheckCreator,
    Close,
    Decision,
    End,
    Event,
    Init,
    Restart,
    Send,
    Stage,
    Wait,
)

NOW = datetime(2026, 1, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHECK_MIN, SETTLE_MIN, ADDRESS_MIN, OLDEST_MIN = 6, 16, 101, 4_321
TRACKED = frozenset({Stage.TRACKING, Stage.SETTLING, Stage.PUBLISHED, Stage.DELIVERED})
NEAR = 10
T = TypeVar("T")


class Asked(NamedTuple):
    """A call the worker is told to make, or, of TikTok's, what is under way.

    `opening` is an init that has acted and is not answered, `get` fetches one file.
    """

    kind: str  # check, init, ask, send, close or cancel; opening; get
    uid: int = -1
    first: int = 0
    last: int = 0


class Told(NamedTuple):
    """A decision, in numbers."""

    attempt: int  # as it is stored, without the cancel flag, which belongs to the row
    memory: int
    kind: str  # call, wait, restart or end
    call: int
    due: int
    hold: str
    unconfirmed: bool
    following: int  # the attempt after a restart
    over: str
    lane: int
    stage: Stage
    post_ids: tuple[str, ...]


class Shelf(Generic[T]):
    """Things in the order they were first seen; equal things are one."""

    def __init__(self, key: Callable[[T], object] = lambda thing: thing) -> None:
        self._key = key
        self._numbers: dict[object, int] = {}
        self._things: list[T] = []

    def __getitem__(self, number: int) -> T:
        return self._things[number]

    def __len__(self) -> int:
        return len(self._things)

    def number(self, thing: T) -> int:
        """Its number, a new one if it is new."""
        key = self._key(thing)
        number = self._numbers.get(key)
        if number is None:
            number = self._numbers[key] = len(self._things)
            self._things.append(thing)
        return number


@dataclass(slots=True)
class Book:
    """Everything seen so far. Folding and ageing happen here and nowhere else."""

    code: Code
    slack_min: int = 30  # the oldest clock that `decide` may be given
    attempts: Shelf[Attempt] = field(default_factory=Shelf[Attempt])
    events: Shelf[Event] = field(default_factory=lambda: Shelf[Event](repr))
    calls: Shelf[Asked] = field(default_factory=Shelf[Asked])
    _told: dict[tuple[int, int, int], Told] = field(
        default_factory=dict[tuple[int, int, int], Told]
    )
    _aged: dict[tuple[int, int], int] = field(default_factory=dict[tuple[int, int], int])
    _flagged: dict[tuple[int, bool], int] = field(default_factory=dict[tuple[int, bool], int])

    def attempt(self, attempt: Attempt) -> int:
        """The number of this attempt, folded."""
        return self.attempts.number(self._fold(attempt))

    def event(self, event: Event) -> int:
        """The number of this event."""
        return self.events.number(event)

    def call(self, call: Asked) -> int:
        """The number of this call."""
        return self.calls.number(call)

    def flagged(self, attempt: int, *, cancel: bool) -> int:
        """The same attempt as a worker loads it, with the row's cancel flag."""
        key = (attempt, cancel)
        if (known := self._flagged.get(key)) is None:
            flagged = replace(self.attempts[attempt], cancel_requested=cancel)
            known = self._flagged[key] = self.attempt(flagged)
        return known

    def aged(self, attempt: int, minutes: int) -> int:
        """The same attempt, looked at later."""
        key = (attempt, minutes)
        if (known := self._aged.get(key)) is None:
            known = self._aged[key] = self.attempt(_older(self.attempts[attempt], minutes))
        return known

    def uid(self, attempt: int) -> int:
        """The upload an attempt knows, or -1."""
        publish_id = self.attempts[attempt].publish_id
        return -1 if publish_id is None else int(publish_id)

    def opened_uid(self, event: int) -> int:
        """The upload an event tells of, or -1."""
        match self.events[event]:
            case Opened(publish_id=publish_id):
                return int(publish_id)
            case _:
                return -1

    def decide(self, attempt: int, event: int, age: int) -> Told:
        """What the protocol says, remembered; its clock was read `age` minutes ago."""
        key = (attempt, event, age)
        if (known := self._told.get(key)) is None:
            before = self.attempts[attempt]
            decision = self.code.decide(before, self.events[event], NOW - age * MINUTE)
            known = self._told[key] = self._read(decision)
        return known

    def steps(self) -> Iterator[tuple[Attempt, Event, str, Stage]]:
        """Each decision that was asked for: before, event, what came of it, the stage after it."""
        for (attempt, event, _), told in self._told.items():
            yield self.attempts[attempt], self.events[event], told.kind, told.stage

    def _read(self, decision: Decision) -> Told:
        after = decision.attempt
        memory = self.attempt(after)
        tell = partial(
            Told,
            attempt=self.flagged(memory, cancel=False),
            memory=memory,
            lane=Lane.TRACK if after.stage in TRACKED else Lane.START,
            stage=after.stage,
            post_ids=after.post_ids,
        )
        return self._complete(tell, after, decision)

    def _complete(self, tell: Callable[..., Told], after: Attempt, decision: Decision) -> Told:
        rest: dict[str, object] = {
            "call": -1, "due": NEVER, "hold": "", "unconfirmed": False, "following": -1, "over": "",
        }  # fmt: skip
        match decision.next:
            case Wait(delay=delay, hold=hold, unconfirmed=unconfirmed):
                rest |= {"due": _minutes(delay), "unconfirmed": unconfirmed}
                if delay is None:
                    rest["hold"] = hold
                return tell(kind="wait", **rest)
            case Restart(delay=delay):
                following = replace(self.code.next_attempt(after), cancel_requested=False)
                rest |= {"due": _minutes(delay), "following": self.attempt(following)}
                return tell(kind="restart", **rest)
            case End(stage=stage):
                return tell(kind="end", **(rest | {"over": stage.value}))
            case CheckCreator() | Init() | Send() | AskStatus() | Close() | CancelPull() as call:
                return tell(kind="call", **(rest | {"call": self.call(_asked(after, call))}))

    def _fold(self, a: Attempt) -> Attempt:
        code = self.code
        far_from_checks = a.stage not in {Stage.READY, Stage.INTENT}
        is_intent = a.is_pull and a.stage is Stage.INTENT
        return replace(
            a,
            polls=0,
            troubles=min(a.troubles, 1),
            voids=a.voids if code.max_voids - a.voids <= NEAR else 0,
            rejections=a.rejections if code.max_rejections - a.rejections <= 1 else 0,
            checked_at=None if far_from_checks else self._capped(a.checked_at, CHECK_MIN),
            announced_at=self._capped(a.announced_at, OLDEST_MIN) if is_intent else None,
            opened_at=self._capped(a.opened_at, ADDRESS_MIN),
            last_byte_at=self._capped(a.last_byte_at, OLDEST_MIN),
            failed_at=self._capped(a.failed_at, SETTLE_MIN),
        )

    def _capped(self, at: datetime | None, oldest_min: int) -> datetime | None:
        """An age beyond what `decide` compares it with is as good as that age."""
        return None if at is None else max(at, NOW - (oldest_min + self.slack_min) * MINUTE)


def _asked(a: Attempt, call: Call) -> Asked:
    match call:
        case CheckCreator():
            return Asked("check")
        case Init():
            return Asked("init")
        case Close():
            return Asked("close")
        case AskStatus():
            return Asked("ask", int(a.publish_id or -1))
        case CancelPull():
            return Asked("cancel", int(a.publish_id or -1))
        case Send(offset=offset):
            first, last = a.plan.range_at(offset)
            return Asked("send", int(a.upload_url or -1), first, last)


def _minutes(delay: timedelta | None) -> int:
    """Whole minutes, rounded up; what is shorter than a minute passes by itself."""
    if delay is None:
        return NEVER
    return 0 if delay < MINUTE else -(-delay // MINUTE)


def _older(a: Attempt, minutes: int) -> Attempt:
    moved = {
        f.name: at - minutes * MINUTE
        for f in fields(a)
        if isinstance(at := getattr(a, f.name), datetime)
    }
    return replace(a, **moved)
