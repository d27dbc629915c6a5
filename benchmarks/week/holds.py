"""What is held, and why: seen whenever the clocks are about to be moved."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from benchmarks.crash.scene import Scene

_HELD = "SELECT id, hold_reason FROM publications WHERE hold_reason <> ''"


@dataclass(slots=True)
class Holds:
    """What was held for each reason.

    Attributes:
        posts: the publications, by reason.
        hours: how long each was held for a reason, by reason and publication.
    """

    posts: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    hours: dict[tuple[str, str], float] = field(
        default_factory=lambda: defaultdict[tuple[str, str], float](float)
    )
    _before: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    _at: datetime | None = None

    async def look(self, scene: Scene, now: datetime) -> None:
        """Note what is held now; what was held before has been so until now."""
        rows: Any = await scene.rows(_HELD)
        self.note([(reason, publication_id) for publication_id, reason in rows], now)

    def note(self, held: list[tuple[str, str]], now: datetime) -> None:
        """The same, given as reason and publication."""
        passed = timedelta(0) if self._at is None else now - self._at
        for before in self._before:
            self.hours[before] += passed / timedelta(hours=1)
        for reason, publication_id in held:
            self.posts[reason].add(publication_id)
        self._before, self._at = held, now
