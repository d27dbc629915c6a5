"""Procrastinate, behind a port: it carries nudges to workers, and nothing rests on it.

A nudge says "lane so-and-so, fence n". It has no lock, no schedule and no retry: when it is lost
the lease runs out and the lane is claimed again, and when it comes late its fence fits no more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence

import procrastinate
import psycopg
from procrastinate.exceptions import ConnectorException
from procrastinate.tasks import Task
from procrastinate.types import JSONDict
from psycopg_pool import PoolTimeout
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import (
    SESSION,
    Database,
    DatabaseGone,
    driver_connection,
    is_outage,
)
from postwright.errors import AppError
from postwright.jobs.lanes import Claim

log = logging.getLogger(__name__)

Runner = Callable[[Claim], Awaitable[None]]

# Jobs of workers that are gone; the lanes they were for come back by themselves.
_DROP_STALLED = text("""
    DELETE FROM procrastinate_jobs AS job WHERE job.status = 'doing' AND NOT EXISTS (
        SELECT 1 FROM procrastinate_workers AS worker
        WHERE worker.id = job.worker_id
          AND worker.last_heartbeat > statement_timestamp() - interval '60 seconds'
    )
""")  # lint: bare-now - heartbeats are in the job engine's own, real time

_ALIVE = text("""
    SELECT count(*) FROM procrastinate_workers
    WHERE last_heartbeat > statement_timestamp() - interval '30 seconds'
""")  # lint: bare-now - as above


class Engine:
    """The job engine of one process: a queue per kind of lane, each with its own slots.

    Args:
        database: where the jobs are.
        runners: what carries out the lanes of each kind.
        slots: how many lanes of a kind run at a time.
        few: other numbers for kinds of heavy work.
    """

    def __init__(
        self,
        database: Database,
        runners: Mapping[str, Runner],
        *,
        slots: int,
        few: Mapping[str, int] | None = None,
    ) -> None:
        connector = procrastinate.PsycopgConnector(
            conninfo=database.conninfo,
            min_size=1,
            max_size=6,
            kwargs={"options": SESSION, "connect_timeout": 10},
        )
        self._app = procrastinate.App(connector=connector)
        self._database = database
        self._slots = {kind: (few or {}).get(kind, slots) for kind in runners}
        self._running: dict[str, int] = dict.fromkeys(runners, 0)
        # Called with the kind whenever a lane was let go, so that nobody has to look for a slot.
        self.when_freed: Callable[[str], None] = lambda _: None
        self._tasks: dict[str, Task[..., Awaitable[None], ...]] = {
            kind: self._task(kind, runner) for kind, runner in runners.items()
        }

    @property
    def kinds(self) -> list[str]:
        """The kinds of lanes that this process works on."""
        return list(self._tasks)

    def _task(self, kind: str, runner: Runner) -> Task[..., Awaitable[None], ...]:
        async def run(lane_id: str, workspace_id: str, subject_id: str, fence: int) -> None:
            self._running[kind] += 1
            try:
                await runner(Claim(lane_id, workspace_id, subject_id, kind, fence))
            except AppError as error:
                log.warning("lane %s: %s %s %s", lane_id, error.what, error.why, error.fix)
            finally:
                self._running[kind] -= 1
                self.when_freed(kind)

        return self._app.task(name=f"lane.{kind}", queue=kind)(run)

    def free_slots(self, kind: str, waiting: int) -> int:
        """How many lanes of a kind may be claimed now: twice the free slots, less what waits."""
        return max(0, 2 * (self._slots[kind] - self._running[kind]) - waiting)

    async def nudge(self, session: AsyncSession, kind: str, claims: Sequence[Claim]) -> None:
        """Enqueue the nudges for claims of one kind, in the claims' own transaction."""
        raw = await driver_connection(session)
        jobs: list[JSONDict] = [
            {
                "lane_id": claim.lane_id,
                "workspace_id": claim.workspace_id,
                "subject_id": claim.subject_id,
                "fence": claim.fence,
            }
            for claim in claims
        ]
        await self._tasks[kind].configure(connection=raw).batch_defer_async(*jobs)

    async def run(self) -> None:
        """Run nudges until cancelled; what runs then is cancelled too and its lanes let go."""
        async with self._app.open_async(), asyncio.TaskGroup() as group:
            for kind in self._tasks:
                group.create_task(
                    self._app.run_worker_async(
                        queues=[kind],
                        name=kind,
                        concurrency=self._slots[kind],
                        delete_jobs="always",
                        install_signal_handlers=False,
                        shutdown_graceful_timeout=1,
                        fetch_job_polling_interval=2,
                        update_heartbeat_interval=5,
                    )
                )

    async def tidy(self) -> None:
        """Delete the jobs of workers that died."""
        async with self._database.transaction() as session:
            await session.execute(_DROP_STALLED)


async def workers_alive(session: AsyncSession) -> bool:
    """Whether any worker has been heard of in the last half minute."""
    return bool((await session.execute(_ALIVE)).scalar_one())


def is_passing(error: Exception) -> bool:
    """Whether the database went away, as opposed to refusing what we asked of it."""
    if isinstance(error, ConnectorException):
        return isinstance(error.__cause__, psycopg.OperationalError | psycopg.InterfaceError)
    if isinstance(error, DBAPIError):
        return is_outage(error)
    return isinstance(error, DatabaseGone | psycopg.OperationalError | OSError | PoolTimeout)
