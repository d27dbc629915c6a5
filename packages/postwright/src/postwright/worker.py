"""The worker: dispatches and carries out publications, and keeps tokens alive. A composition root.

Everything here survives the database going away: what is under way is dropped, its lanes come
back when their leases have run out, and nothing is sent twice.
"""

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from importlib.metadata import version

from postwright.alerts.send import Sender
from postwright.config import Settings
from postwright.connections.accounts import Accounts
from postwright.connections.refresher import refresh_due
from postwright.connections.watch import forget_left_behind, warn_of_ends
from postwright.db.database import Database
from postwright.db.guard import place_of
from postwright.jobs.dispatch import Dispatcher
from postwright.jobs.engine import Engine, is_passing
from postwright.media.fixing.jobs import FIX
from postwright.media.fixing.mender import Mender
from postwright.media.library import Library
from postwright.media.store import open_store
from postwright.media.sweeping import SWEEP, Sweeper
from postwright.publishing import pauses
from postwright.publishing.copies import watch
from postwright.publishing.hosting import hosting_of
from postwright.publishing.inbox.forget import forget
from postwright.publishing.queries import posts_needing
from postwright.publishing.resume import resume_reconnected
from postwright.publishing.states import IfMissed
from postwright.publishing.step import Publisher
from postwright.publishing.turn import Workbench
from postwright.publishing.work import START, TRACK

log = logging.getLogger(__name__)

# What a worker's connections are called; `postwright doctor` knows it, and its version, by them.
PROGRAM = "worker"

_AGAIN_S = 1.0


class Worker:
    """One worker process's share of the work. `run` ends only when it is cancelled."""

    def __init__(self, settings: Settings, database_url: str) -> None:
        self.holder = f"{socket.gethostname()}:{os.getpid()}"
        self._database = Database(
            database_url,
            pool_size=settings.worker.slots + 2,
            name=f"{PROGRAM} {version('postwright')}",
            repeats=True,
        )
        self._accounts = Accounts(settings, self._database)
        store = open_store(settings.media, settings.media_folder)
        library = Library(self._database, store, settings.media, posts_needing)
        bench = Workbench(
            self._accounts,
            store,
            hosting_of(settings),
            settings.worker.lease,
            self.holder,
            IfMissed(settings.publishing.if_missed),
        )
        publisher = Publisher(bench)
        self._sweeper = Sweeper(library, settings.worker.lease, self.holder)
        mender = Mender(library, settings.media_folder, settings.worker.lease, self.holder)
        runners = {
            START: publisher.run,
            TRACK: publisher.run,
            SWEEP: self._sweeper.run,
            FIX: mender.run,
        }
        self._alerts = Sender(self._database, settings.alerts, settings.proxy.get_secret_value())
        self._settings = settings
        self._place = place_of(settings)
        self._is_starting = True
        self._new_engine = lambda: Engine(
            self._database,
            runners,
            slots=settings.worker.slots,
            few={FIX: settings.worker.fixes},
            name=self.holder,
        )

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await _again("work", self._work)
        finally:
            await self._accounts.close()
            await self._database.close()

    async def _work(self) -> None:
        engine = self._new_engine()
        dispatcher = Dispatcher(
            self._database,
            engine,
            lease=self._settings.worker.lease,
            poll_s=self._settings.worker.poll_s,
        )
        async with asyncio.TaskGroup() as group:
            await self._look_round()  # before anything is taken up
            group.create_task(engine.run())
            group.create_task(dispatcher.run())
            group.create_task(_every(60, engine.tidy))
            group.create_task(_every(2, self._resume))
            group.create_task(_every(30, self._bring_on_paused))
            group.create_task(_every(600, self._sweeper.plan))
            group.create_task(_every(self._settings.worker.refresh_s, self._refresh))
            group.create_task(_every(60, self._look_round))
            group.create_task(_every(600, self._watch))
            group.create_task(_every(5, self._alerts.send_due))
            group.create_task(_every(3600, self._forget))

    async def _resume(self) -> None:
        async with self._database.transaction() as session:
            await resume_reconnected(session)

    async def _bring_on_paused(self) -> None:
        async with self._database.transaction() as session:
            await pauses.bring_on(session)

    async def _look_round(self) -> None:
        await watch(self._database, self._place, starting=self._is_starting)
        self._is_starting = False

    async def _forget(self) -> None:
        await forget(self._database)
        await self._alerts.forget()

    async def _refresh(self) -> None:
        await refresh_due(self._accounts)

    async def _watch(self) -> None:
        async with self._database.transaction() as session:
            await warn_of_ends(session)
            await forget_left_behind(session)


async def _every(seconds: float, do: Callable[[], Awaitable[None]]) -> None:
    while True:
        await do()
        await asyncio.sleep(seconds)


async def _again(name: str, do: Callable[[], Awaitable[None]]) -> None:
    """Do it again whenever the database goes away."""
    while True:
        try:
            await do()
        except ExceptionGroup as group:
            if group.split(is_passing)[1] is not None:
                raise
            log.warning("%s: the database went away; going on in %s s", name, _AGAIN_S)
        await asyncio.sleep(_AGAIN_S)
