"""The worker: dispatches and carries out publications, and keeps tokens alive. A composition root.

Everything here survives the database going away: what happens every so often waits for it, an
upload that is under way goes on, and what cannot be recorded in time is dropped, so that its lane
comes back when the lease has run out. Nothing is sent twice.
"""

import asyncio
import os
import socket
from importlib.metadata import version

from postwright.alerts.send import Sender
from postwright.config import Settings
from postwright.connections.accounts import Accounts
from postwright.connections.refresher import refresh_due
from postwright.connections.watch import forget_left_behind, warn_of_ends
from postwright.db.database import Database
from postwright.db.guard import place_of
from postwright.jobs.dispatch import Dispatcher
from postwright.jobs.engine import Engine
from postwright.jobs.timers import every, surely
from postwright.media.fetching import Reach
from postwright.media.fixing.jobs import FIX
from postwright.media.fixing.mender import Mender
from postwright.media.ingest import INGEST, Fetcher
from postwright.media.library import Library
from postwright.media.store import open_store
from postwright.media.sweeping import SWEEP, Sweeper
from postwright.publishing import awaiting, pauses
from postwright.publishing.copies import watch
from postwright.publishing.events import forget_events
from postwright.publishing.hosting import bring_on_what_is_served_again, hosting_of
from postwright.publishing.inbox.forget import forget
from postwright.publishing.queries import posts_needing
from postwright.publishing.resume import resume_reconnected
from postwright.publishing.states import IfMissed
from postwright.publishing.step import Publisher
from postwright.publishing.turn import Workbench
from postwright.publishing.work import START, TRACK
from postwright.workspaces.api_calls import forget_calls

# What a worker's connections are called; `postwright doctor` knows it, and its version, by them.
PROGRAM = "worker"

_COPY = "looking whether this is a copy"


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
        lease, reach = settings.worker.lease, Reach.of(settings.media, settings.proxy)
        fetcher = Fetcher(library, self._accounts.vault, reach, lease, self.holder, awaiting.over)
        runners = {
            START: publisher.run,
            TRACK: publisher.run,
            SWEEP: self._sweeper.run,
            FIX: mender.run,
            INGEST: fetcher.run,
        }
        self._alerts = Sender(self._database, settings.alerts, settings.proxy.get_secret_value())
        self._settings = settings
        self._place = place_of(settings)
        self._is_starting = True
        self._engine = Engine(
            self._database,
            runners,
            slots=settings.worker.slots,
            few={FIX: settings.worker.fixes, INGEST: settings.worker.ingests},
            name=self.holder,
        )

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            await self._work()
        finally:
            await self._accounts.close()
            await self._database.close()

    async def _work(self) -> None:
        dispatcher = Dispatcher(
            self._database,
            self._engine,
            lease=self._settings.worker.lease,
            poll_s=self._settings.worker.poll_s,
            when_back=self._look_round,
        )
        await surely(_COPY, self._look_round)  # before anything is taken up
        async with asyncio.TaskGroup() as group:
            group.create_task(self._engine.run())
            group.create_task(dispatcher.run())
            for seconds, name, do in (
                (60, "forgetting dead workers", self._engine.tidy),
                (2, "looking for accounts that were connected again", self._resume),
                (30, "bringing on what was paused", self._bring_on_paused),
                (3, "bringing on what waits for the web part", self._bring_on_served),
                (600, "planning to sweep", self._sweeper.plan),
                (self._settings.worker.refresh_s, "refreshing tokens", self._refresh),
                (60, _COPY, self._look_round),
                (600, "looking at what is about to end", self._watch),
                (5, "sending alerts", self._alerts.send_due),
                (3600, "forgetting what is old", self._forget),
            ):
                group.create_task(every(seconds, name, do, when_back=self._look_round))

    async def _resume(self) -> None:
        async with self._database.transaction() as session:
            await resume_reconnected(session)

    async def _bring_on_paused(self) -> None:
        async with self._database.transaction() as session:
            await pauses.bring_on(session)

    async def _bring_on_served(self) -> None:
        async with self._database.transaction() as session:
            await bring_on_what_is_served_again(session)

    async def _look_round(self) -> None:
        await watch(self._database, self._place, starting=self._is_starting)
        self._is_starting = False

    async def _forget(self) -> None:
        await forget(self._database)
        await self._alerts.forget()
        await forget_calls(self._database)
        await forget_events(self._database)

    async def _refresh(self) -> None:
        await refresh_due(self._accounts)

    async def _watch(self) -> None:
        async with self._database.transaction() as session:
            await warn_of_ends(session)
            await forget_left_behind(session)
