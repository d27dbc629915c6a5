"""No turn goes on for ever: whatever TikTok answers for free, a worker comes to a wait or an end.

Faults are bounded and can not feed an endless loop; what TikTok may answer any number of times
can. So every way through a turn that costs nothing is followed, and must not meet itself.
"""

from dataclasses import dataclass, field

from benchmarks.explorer.calls import ways
from benchmarks.explorer.model import Model
from benchmarks.explorer.moves import recording
from benchmarks.explorer.state import NOTHING_LEFT, Phase, State


@dataclass(slots=True)
class Circles:
    """Remembers which states of a turn lead out of it."""

    model: Model
    out: set[State] = field(default_factory=set[State])

    def closing(self, s: State) -> list[State]:
        """A way through the current turn that comes back to where it was; empty if none does."""
        s = s._replace(left=NOTHING_LEFT)
        if not s.turns or s in self.out:
            return []
        open_now = {s}
        stack = [(s, iter(self._next(s)))]
        while stack:
            here, rest = stack[-1]
            after = next(rest, None)
            if after is None:
                stack.pop()
                open_now.discard(here)
                self.out.add(here)
            elif after in open_now:
                return [state for state, _ in stack] + [after]
            elif after not in self.out:
                open_now.add(after)
                stack.append((after, iter(self._next(after))))
        return []

    def _next(self, s: State) -> list[State]:
        """Where the worker that holds the lane can be after its next step."""
        if s.broken or s.row.over:
            return []
        turn = next((t for t in s.turns if not t.fenced_out), None)
        if turn is None:
            return []
        steps = recording if turn.phase == Phase.RECORD else ways
        return [after for label, after in steps(self.model, s, turn) if "begins" not in label]
