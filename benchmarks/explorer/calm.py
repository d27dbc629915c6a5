"""The way on: from here, if nothing goes wrong any more, how does it end?

Calm weather has one course. Workers do not crash, TikTok answers at once and posts what it has,
PUTs whose sender is gone never arrive, nobody intervenes, and time passes only while everybody
waits. Where that course ends is asked of every state that is visited.
"""

from dataclasses import dataclass, field
from datetime import timedelta

from benchmarks.explorer import host
from benchmarks.explorer.book import NOW
from benchmarks.explorer.calls import ways
from benchmarks.explorer.model import Model
from benchmarks.explorer.moves import advance, begun_to_fetch, recording
from benchmarks.explorer.promises import CIRCLE, IDLE, ROUND, STUCK, UNASKED, UNHEARD, UNSEEN
from benchmarks.explorer.state import (
    NEEDS_LINK,
    NEEDS_RESUME,
    NEVER,
    NONE,
    NOTHING_LEFT,
    Cancel,
    Lane,
    Lease,
    Phase,
    State,
)
from benchmarks.explorer.tiktok import expects_bytes, find, put, replaced
from benchmarks.explorer.worker import claim, judged, tidy
from postwright.publishing.attempt import Stage

LOOKED_FOR = timedelta(hours=72)
LONG_WAIT_MIN = 1441
A_WHILE_MIN = 10
LONGEST_COURSE = 60


@dataclass(slots=True)
class Calm:
    """Endings in calm weather, remembered by state. A broken promise is one of `BROKEN`."""

    model: Model
    endings: dict[State, str] = field(default_factory=dict[State, str])

    def ending(self, s: State) -> str:
        """How it ends from `s` on."""
        s = s._replace(left=NOTHING_LEFT)
        path: list[State] = []
        seen: dict[State, int] = {}
        while (end := self.endings.get(s)) is None:
            if s in seen:
                end, s = self._round(path[seen[s] :])
                if end:
                    break
                continue
            seen[s] = len(path)
            path.append(s)
            end, s = self._step(s)
            if end:
                break
        for state in path:
            self.endings[state] = end
        return end

    def course(self, s: State, *, despite: frozenset[str]) -> list[State]:
        """Every state from `s` to the end, going on `despite` some broken promises."""
        states: list[State] = []
        s = s._replace(left=NOTHING_LEFT)
        while len(states) < LONGEST_COURSE:
            end, after = self._step(s._replace(broken="") if s.broken in despite else s)
            if end or after in states:
                break
            states.append(after)
            s = after
        return states

    def _step(self, s: State) -> tuple[str, State]:
        """What happens next in calm weather, or how it has ended."""
        m = self.model
        if s.broken:
            return s.broken, s
        awake = [t for t in s.turns if not t.fenced_out]
        if len(awake) < len(s.turns):
            return "", tidy(m, s._replace(turns=tuple(awake)))
        if s.wire:
            return "", self._arrived(s)
        fetched = next((u for u in s.uploads if u.is_pull and host.is_open(m, s, u)), None)
        if fetched is not None and not awake:
            return "", begun_to_fetch(m, s, fetched)
        if s.row.over:
            return s.row.over, s
        for t in awake:
            return "", next(recording(m, s, t) if t.phase == Phase.RECORD else ways(m, s, t))[1]
        if s.lease != Lease.FREE and not s.row.is_stopped:
            return "", claim(m, s) or advance(m, s, m.scenario.lease_min + 1)
        if s.row.due == NEVER:
            return self._parked(s), s
        if s.row.due:
            return "", self._waited(s, s.row.due)
        taken = claim(m, s)
        assert taken is not None, "a lane that is free and due can be claimed"
        return "", taken

    def _arrived(self, s: State) -> State:
        """What is under way: a PUT whose sender is gone is not; what TikTok fetches arrives."""
        m, p = self.model, s.wire[0]
        call = m.book.calls[p.call]
        s = s._replace(wire=s.wire[1:])
        if call.kind != "get":
            return tidy(m, s)
        after, _ = put(find(s.uploads, call.uid), call, p.age, m.size, m.scenario.habits)
        return tidy(m, judged(m, s._replace(uploads=replaced(s.uploads, after))))

    def _waited(self, s: State, minutes: int) -> State:
        long = LONG_WAIT_MIN if s.row.lane == Lane.TRACK else 0
        return advance(self.model, s, max(minutes, long))

    def _round(self, circle: list[State]) -> tuple[str, State]:
        """The same state again. Short waits stretch with each trouble, so let time pass, if..."""
        s = next((c for c in circle if c.lease == Lease.FREE), None)
        if s is None:
            return CIRCLE, circle[0]
        attempt = self.model.book.attempts[s.row.attempt]
        if attempt.stage is Stage.OPEN and not attempt.address_dead and self._could_go_on(s):
            return ROUND, s
        later = self._waited(s, A_WHILE_MIN)
        return (STUCK, s) if later == s else ("", later)

    def _could_go_on(self, s: State) -> bool:
        habits = self.model.scenario.habits
        if habits.numbers == "none" and not (habits.reports_bytes and s.token):
            return False  # nobody says how far it has come
        uid = self.model.book.uid(s.row.attempt)
        return any(u.uid == uid and expects_bytes(u) for u in s.uploads)

    def _parked(self, s: State) -> str:
        """Nothing brings it back by itself: is there a person who can, and reason for it?"""
        if s.row.hold in NEEDS_RESUME:
            return "held: resume"
        if s.row.attempt == NONE:
            return "unconfirmed" if s.row.unconfirmed else STUCK
        attempt = self.model.book.attempts[s.row.attempt]
        out_of_sight = attempt.last_byte_at is not None and attempt.publish_id is None
        if out_of_sight:
            told = "unconfirmed" if s.row.unconfirmed else IDLE
            return told if self.model.scenario.early else UNSEEN
        if s.row.cancel == Cancel.FIRM and not self._was_early(s):
            return UNHEARD
        if s.row.hold in NEEDS_LINK:
            return "held: reconnect"
        if attempt.last_byte_at is None:
            return UNASKED if s.row.unconfirmed else IDLE
        looked = s.row.unconfirmed and NOW - attempt.last_byte_at >= LOOKED_FOR
        return "unconfirmed" if looked else IDLE

    def _was_early(self, s: State) -> bool:
        return any(host.was_early(s, u) for u in s.uploads)
