"""Opens what a command works with, and closes it again: the one place that puts it together.

The embedded server belongs to all commands that use it at a time. Each holds a lock on a file
beside it, shared; the last one to leave gets it alone and stops the server, if a command had
started it.
"""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncGenerator, Generator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sqlalchemy.engine import make_url

from postwright.cli import printing
from postwright.config import Settings
from postwright.connections.accounts import Accounts
from postwright.db import embedded
from postwright.db.database import Database
from postwright.db.guard import place_of
from postwright.db.migrate import migrate
from postwright.errors import StorageTrouble
from postwright.jobs.timers import surely
from postwright.media.library import Library
from postwright.media.store import open_store
from postwright.publishing.copies import look
from postwright.publishing.queries import posts_needing
from postwright.workspaces.default import default_workspace

log = logging.getLogger(__name__)

_RETRY_S = 1.0
_IN_DOUBT = (
    "This may be a copy of the data: nothing is posted and no token is refreshed. "
    "See why, and what to do: postwright installation"
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What a command has in hand."""

    settings: Settings
    database: Database
    workspace_id: str
    accounts: Accounts
    library: Library


@asynccontextmanager
async def opened(settings: Settings, *, waits: bool = False) -> AsyncGenerator[Desk]:
    """The database, brought to this version's tables, and all that stands on it.

    What runs until it is stopped `waits` until there is one.

    Raises:
        StorageTrouble: the database or the data folder cannot be used.
        Misconfigured: a setting of theirs, or the master key, is wrong.
    """
    address = awaited_database_url if waits else database_url
    async with address(settings) as url:
        database = Database(url)
        try:
            accounts = Accounts(settings, database)
            try:
                async with database.transaction() as session:
                    workspace_id = await default_workspace(session)
                if (await look(database, place_of(settings))).doubt:
                    printing.warning(_IN_DOUBT)
                store = open_store(settings.media, settings.media_folder)
                library = Library(database, store, settings.media, posts_needing)
                yield Desk(settings, database, workspace_id, accounts, library)
            finally:
                await accounts.close()
        finally:
            await database.close()


@asynccontextmanager
async def awaited_database_url(settings: Settings) -> AsyncGenerator[str]:
    """As `database_url`, for what runs until it is stopped: waits until it can be reached."""
    async with AsyncExitStack() as stack:

        async def reached() -> str:
            return await stack.enter_async_context(database_url(settings))

        yield await surely("starting", reached)


@asynccontextmanager
async def database_url(settings: Settings) -> AsyncGenerator[str]:
    """The address of a database that is there and has this version's tables."""
    if settings.database_url is not None:
        url = settings.database_url.get_secret_value()
        await asyncio.to_thread(migrate, url)
        yield url
        return
    make_data_dir(settings.data_dir)
    with _using(settings.data_dir) as use:
        server = await asyncio.to_thread(use.start)
        try:
            role = make_url(server.app_url).username
            await asyncio.to_thread(migrate, server.owner_url, app_role=role)
            yield server.app_url
        finally:
            # Not in a thread: a command that is being cancelled still has to leave in order.
            use.leave()


async def keep_running(settings: Settings) -> None:
    """See to it that the embedded server runs, until cancelled; others see to their own.

    The log says why it cannot be started the first time, the second, the fourth, the eighth...
    """
    if not settings.embedded:
        await asyncio.Event().wait()
    trouble = 0
    with _using(settings.data_dir) as use:
        while True:
            await asyncio.sleep(_RETRY_S)
            if await asyncio.to_thread(embedded.is_running, use.folder):
                continue
            try:
                await asyncio.to_thread(use.start)
                trouble = 0
            except embedded.EmbeddedDatabaseError as error:
                trouble += 1
                if trouble.bit_count() == 1:
                    log.warning("%s", " ".join(f"{error.what} {error.why} {error.fix}".split()))


async def bring_back(settings: Settings) -> None:
    """Start the embedded server again if it has gone; wait a moment in any case."""
    await asyncio.sleep(_RETRY_S)
    if settings.embedded:
        # If it does not start, whoever asks next is told that the database is away.
        with _using(settings.data_dir) as use, suppress(embedded.EmbeddedDatabaseError):
            await asyncio.to_thread(use.start)


def make_data_dir(folder: Path) -> None:
    """Make the data folder.

    Raises:
        StorageTrouble: it cannot be made or written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise _unusable(folder, error) from None


def _unusable(folder: Path, error: OSError) -> StorageTrouble:
    return StorageTrouble(
        f"The data folder {folder} cannot be used.",
        why=error.strerror or str(error),
        fix="Set POSTWRIGHT_DATA_DIR to a folder that this user may write.",
    )


class _Use:
    """One command's use of the embedded server.

    The lock file holds the process number of the server that a command has started; one that was
    started by anyone else is never stopped.
    """

    def __init__(self, folder: Path, lock: BinaryIO) -> None:
        self.folder = folder
        self._lock = lock

    def start(self) -> embedded.EmbeddedServer:
        ran = embedded.is_running(self.folder)
        server = embedded.ensure_running(self.folder)
        if not ran:
            self._lock.seek(0)
            self._lock.truncate()
            self._lock.write(str(server.pid).encode())
            self._lock.flush()
        return server

    def leave(self) -> None:
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return  # others use it
        self._lock.seek(0)
        ours = self._lock.read().strip()
        # What cannot be reached is not stopped either; the next command looks at it again.
        with suppress(embedded.EmbeddedDatabaseError):
            if not embedded.is_running(self.folder):
                return
            server = embedded.ensure_running(self.folder)
            if ours == str(server.pid).encode() and embedded.other_clients(server) == 0:
                embedded.stop(self.folder)


@contextmanager
def _using(data_dir: Path) -> Generator[_Use]:
    try:
        descriptor = os.open(data_dir / "postgres.users", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise _unusable(data_dir, error) from None
    with os.fdopen(descriptor, "r+b", buffering=0) as lock:
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield _Use(data_dir / "postgres", lock)
