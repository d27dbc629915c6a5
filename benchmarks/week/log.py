"""TikTok's log of requests, read on and on and counted."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.times import day_of


@dataclass(slots=True)
class Log:
    """What was asked of TikTok, and what it refused.

    Attributes:
        refusals: by operation, status and code; those that a fault ordered have `ordered` set.
        refreshes: by creator and app.
        dead: refreshes that were refused because the token was dead, by creator.
        calls: by operation.
        days: of the week's days by number, how many calls and refreshes there were.
        missed: entries that were gone before they were read.
    """

    refusals: Counter[tuple[str, str, bool]] = field(default_factory=Counter[tuple[str, str, bool]])
    refreshes: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    dead: Counter[str] = field(default_factory=Counter[str])
    calls: Counter[str] = field(default_factory=Counter[str])
    days: Counter[tuple[int, str]] = field(default_factory=Counter[tuple[int, str]])
    last: int = 0
    missed: int = 0

    async def read(self, scene: Scene) -> None:
        """Go on reading where it was left."""
        entries = (await scene.control("GET", f"requests?after={self.last}"))["requests"]
        for entry in entries:
            self.missed += entry["n"] - self.last - 1
            self.last = entry["n"]
            self.note(entry)

    def note(self, entry: dict[str, Any]) -> None:
        """Count one request."""
        operation, status = str(entry["operation"]), entry["status"]
        day = day_of(datetime.fromisoformat(entry["at"]))
        self.calls[operation] += 1
        self.days[day, "calls"] += 1
        if operation == "oauth.refresh" and status == 200 and entry["code"] is None:
            self.refreshes[entry["username"], entry["client_key"]] += 1
            self.days[day, "refreshes"] += 1
        if status is None or status >= 400 or entry["code"] not in {None, "ok"}:
            said = f"{status or ''} {entry['code'] or 'broken off'}".strip()
            self.refusals[operation, said, entry["fault"] is not None] += 1
        if entry["code"] == "invalid_grant":
            self.dead[entry["username"]] += 1

    def refused(self, said: str, *, ordered: bool) -> int:
        """How many calls were refused with this status or code, as a fault ordered it or not."""
        return sum(
            count
            for (_, how, by_order), count in self.refusals.items()
            if by_order is ordered and said in how.split()
        )
