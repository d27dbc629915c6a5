"""The engine of one worker: runs lanes that were claimed, each kind in slots of its own.

A claim is run by the process that made it, and by nobody else: nothing is handed over, so there is
nothing that could be lost on the way. If the process dies, the leases of what it had in hand run
out and the lanes are claimed again.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from importlib.metadata import version

import psycopg
from sqlalchemy.exc import DBAPIError

from postwright.db.database import Database, DatabaseGone, is_outage
from postwright.errors import AppError
from postwright.jobs import workers
from postwright.jobs.lanes import Claim
from postwright.kit.ids import new_id

log = logging.getLogger(__name__)

Runner = Callable[[Claim], Awaitable[None]]


class Engine:
    """Runs lanes: as many of each kind at a time as it has slots, however many others wait.

    Args:
        database: where it gives its signs of life.
        runners: what carries out the lanes of each kind.
        slots: how many lanes of a kind run at a time.
        few: other numbers for kinds of heavy work.
        name: of the process, for people.
    """

    def __init__(
        self,
        database: Database,
        runners: Mapping[str, Runner],
        *,
        slots: int,
        few: Mapping[str, int] | None = None,
        name: str = "",
    ) -> None:
        self._database = database
        self._runners = runners
        self._slots = {kind: (few or {}).get(kind, slots) for kind in runners}
        self._running = dict.fromkeys(runners, 0)
        self._tasks = set[asyncio.Task[None]]()
        self._id, self._name = new_id("worker"), name
        # Called with the kind whenever a lane was let go, so that nobody has to look for a slot.
        self.when_freed: Callable[[str], None] = lambda _: None

    @property
    def kinds(self) -> list[str]:
        """The kinds of lanes that this process works on."""
        return list(self._runners)

    def free_slots(self, kind: str) -> int:
        """How many lanes of a kind may be claimed now."""
        return self._slots[kind] - self._running[kind]

    def start(self, claims: Sequence[Claim]) -> None:
        """Run what was claimed; after the claim's transaction, or nobody would hold the lane."""
        for claim in claims:
            self._running[claim.kind] += 1
            task = asyncio.get_running_loop().create_task(self._carry_out(claim))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _carry_out(self, claim: Claim) -> None:
        try:
            await self._runners[claim.kind](claim)
        except AppError as error:
            log.warning("lane %s: %s %s %s", claim.lane_id, error.what, error.why, error.fix)
        except Exception as error:
            # One lane's trouble is not the others'; its lease runs out, and it is claimed again.
            if is_passing(error):
                log.warning("lane %s: %s", claim.lane_id, error)
            else:
                log.exception("lane %s: %s", claim.lane_id, type(error).__name__)
        finally:
            self._running[claim.kind] -= 1
            self.when_freed(claim.kind)

    async def run(self) -> None:
        """Give signs of life until cancelled; what runs then is cancelled, its lanes let go."""
        try:
            while True:
                await self._beat()
                await asyncio.sleep(workers.BEAT_EVERY_S)
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            with contextlib.suppress(DatabaseGone):  # another worker forgets it, as if it had died
                async with self._database.transaction() as session:
                    await workers.leave(session, self._id)

    async def _beat(self) -> None:
        running = json.dumps({kind: count for kind, count in self._running.items() if count})
        with contextlib.suppress(DatabaseGone):  # who claims lanes says so in the log
            async with self._database.transaction() as session:
                await workers.beat(session, self._id, self._name, version("postwright"), running)

    async def tidy(self) -> None:
        """Forget workers that died."""
        async with self._database.transaction() as session:
            await workers.forget_dead(session)


# Two transactions got into each other's way, and this one was given up: the next try may do it.
_IN_EACH_OTHERS_WAY = frozenset({"40P01", "40001"})


def is_passing(error: Exception) -> bool:
    """Whether the same may work later, as opposed to being refused by the database.

    That is while it is away, and after a deadlock.
    """
    if isinstance(error, DBAPIError):
        state = getattr(error.orig, "sqlstate", None)
        return is_outage(error) or state in _IN_EACH_OTHERS_WAY
    return isinstance(error, DatabaseGone | psycopg.OperationalError | OSError)
