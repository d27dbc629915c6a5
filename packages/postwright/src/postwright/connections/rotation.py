"""Changes the master key in its file: a new one is made, everything is sealed anew, the old goes.

At every moment the file holds a key for everything that is stored, so that it can be ended by a
power cut and begun again: with two keys in the file it goes on where it was. Processes that run
see the file change.
"""

import asyncio
import fcntl
import os
import secrets
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.sealed import Place, Tally, seal_anew
from postwright.db.database import Database
from postwright.errors import Conflict
from postwright.kit.keys import KEY_BYTES, MasterKeys, read, write
from postwright.kit.vault import Vault

_PATIENCE_S = 30.0
_LOOK_S = 0.1
# Between the clock of this machine, which dates the file, and the database's.
_SKEW = timedelta(minutes=1)

_CLOCK = text("SELECT clock_timestamp()")  # lint: bare-now - transactions are dated by this clock

# Whoever had sealed with the old key before the file changed has it in a transaction still open.
_EARLIER = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start < :since
      AND application_name NOT LIKE 'pg\\_%'
""")

_OTHER_MACHINES = text("""
    SELECT DISTINCT host(client_addr) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name LIKE 'postwright-%'
      AND client_addr IS DISTINCT FROM inet_client_addr() AND client_addr IS NOT NULL
    ORDER BY 1
""")

_ADDRESSES = text("""
    SELECT max(expires_at) FROM media_addresses
    WHERE void_at IS NULL AND created_at < :since AND expires_at > app_now()
""")


class RotationRuns(Conflict):
    """Somebody else changes the key now."""

    code = "rotation_runs"


class KeyElsewhere(Conflict):
    """Other machines have a copy of the key."""

    code = "key_elsewhere"


@dataclass(frozen=True, slots=True)
class Rotated:
    """The texts of the last pass, how many were sealed anew, and why the old key stays if it does.

    `kept_until` is when it can go, if that is known.
    """

    tally: Tally
    resealed: int
    kept: str = ""
    kept_until: datetime | None = None


async def rotate(database: Database, file: Path, places: Iterable[Place]) -> Rotated:
    """Put a new key into the file and seal everything with it.

    Raises:
        RotationRuns: another process does.
        KeyElsewhere: workers of other machines use the database; nothing was changed.
        Misconfigured: the file holds something else.
        OSError: the file cannot be written.
    """
    with _only_one(file):
        keys = read(file)
        async with database.transaction() as session:
            if len(keys) == 1:
                await _refuse_elsewhere(session)
        if len(keys) == 1:
            write(file, [secrets.token_bytes(KEY_BYTES), *keys])
        vault = Vault(MasterKeys.load(None, file))
        done = await seal_everything(database, vault, places)
        if done.kept:
            return done
        if (until := await _signed_with_old(database, file)) is not None:
            kept = "media addresses that were made with it still count"
            return Rotated(done.tally, done.resealed, kept, until)
        write(file, read(file)[:1])
        return done


async def seal_everything(database: Database, vault: Vault, places: Iterable[Place]) -> Rotated:
    """Seal everything with the current key, also what is just being written with an older one."""
    places = tuple(places)
    async with database.transaction() as session:
        since = (await session.execute(_CLOCK)).scalar_one()
    tally = await seal_anew(database, vault, places)
    resealed = tally.older
    if not await _all_later(database, since):
        return Rotated(tally, resealed, "a transaction that began before is still open")
    while True:
        tally = await seal_anew(database, vault, places)
        resealed += tally.older
        if not tally.older:
            return Rotated(tally, resealed)


async def _all_later(database: Database, since: datetime) -> bool:
    """Wait until every transaction has ended that began before; False if one does not."""
    loop = asyncio.get_running_loop()
    until = loop.time() + _PATIENCE_S
    while loop.time() < until:
        async with database.transaction() as session:
            if not await session.scalar(_EARLIER, {"since": since}):
                return True
        await asyncio.sleep(_LOOK_S)
    return False


async def _refuse_elsewhere(session: AsyncSession) -> None:
    others = list(await session.scalars(_OTHER_MACHINES))
    if others:
        raise KeyElsewhere(
            "The key was not changed: workers on other machines could not read what a new one "
            "seals.",
            why=f"They are connected from {', '.join(others)}.",
            fix="Give all machines both keys first: docs/howto/change-the-master-key.md",
        )


async def _signed_with_old(database: Database, file: Path) -> datetime | None:
    """When the last media address ends that was made before the new key was there."""
    async with database.transaction() as session:
        return await session.scalar(_ADDRESSES, {"since": _dated(file) + _SKEW})


def _dated(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)


@contextmanager
def _only_one(file: Path) -> Generator[None]:
    descriptor = os.open(file.with_name(f".{file.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise RotationRuns(
                f"The key in {file} is being changed by another process.",
                fix="Wait for it; if it is ended, give the command again.",
            ) from None
        yield
