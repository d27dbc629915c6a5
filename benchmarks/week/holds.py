"""What is held, and why: seen whenever the clocks are about to be moved."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.times import BEGIN

_HELD = "SELECT id, hold_reason FROM publications WHERE hold_reason <> ''"


@dataclass(frozen=True, slots=True)
class Spell:
    """A publication is held for one reason, from when that is seen until it is seen no more."""

    reason: str
    publication_id: str
    since: datetime
    until: datetime


@dataclass(slots=True)
class Holds:
    """What was held for each reason.

    Attributes:
        posts: the publications, by reason.
        over: the spells that are over, in the order of their ends.
    """

    posts: dict[str, set[str]] = field(default_factory=lambda: defaultdict[str, set[str]](set))
    over: list[Spell] = field(default_factory=list[Spell])
    _open: dict[tuple[str, str], Spell] = field(default_factory=dict[tuple[str, str], Spell])
    _at: datetime = BEGIN

    async def look(self, scene: Scene, now: datetime) -> None:
        """Note what is held now; what was held before has been so until now."""
        rows: Any = await scene.rows(_HELD)
        self.note([(reason, publication_id) for publication_id, reason in rows], now)

    def note(self, held: list[tuple[str, str]], now: datetime) -> None:
        """The same, given as reason and publication."""
        gone = self._open.keys() - set(held)
        self.over += [replace(self._open.pop(key), until=now) for key in gone]
        for reason, publication_id in held:
            self.posts[reason].add(publication_id)
            begun = Spell(reason, publication_id, now, now)
            self._open.setdefault((reason, publication_id), begun)
        self._at = now

    def hours(self, reason: str, publication_id: str) -> float:
        """How long a publication was held for a reason, until what was seen last."""
        mine = (spell for spell in self.of(publication_id) if spell.reason == reason)
        passed = sum((spell.until - spell.since for spell in mine), timedelta(0))
        return passed / timedelta(hours=1)

    def of(self, publication_id: str) -> Iterator[Spell]:
        """The spells of a publication; one that is not over lasts until what was seen last."""
        still = (replace(spell, until=self._at) for spell in self._open.values())
        return (each for each in (*self.over, *still) if each.publication_id == publication_id)
