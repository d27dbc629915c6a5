"""Guards against two copies of the data that both go on: they would post everything twice.

Two copies share no database, so none can see the other. What each can see is that it is no longer
what it was when it was last confirmed: other files, another server, contents that were loaded
from a dump, a log that has gone back. Then it is in doubt, and stays so until a person confirms
it: nothing is started, and no token is refreshed, which would end the other copy's.

A restart, a reboot, a minor upgrade of PostgreSQL and a new container over the same volume change
none of the marks.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, make_url, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import Settings
from postwright.db.embedded.folder import socket_folder
from postwright.db.marks import differences, host_marks
from postwright.db.memory import Memory, Seen, went_back
from postwright.kit.ids import new_id

_HERE = text("""
    SELECT id, epoch, marks, doubted_at, doubt, restored_at, confirmed_at,
           xmin::text::bigint AS written, installation_here() AS server,
           installation_position() AS position
    FROM installation
""")

# The row notes which transaction wrote it. One that was loaded from a dump was written by another.
_FIRST = text("""
    INSERT INTO installation (id, epoch, marks, confirmed_at, doubt)
    VALUES (:id, 1, jsonb_build_object(
        'server', installation_here(), 'host', CAST(:host AS jsonb),
        'written', pg_current_xact_id()::text::numeric
    ), app_now(), '')
    ON CONFLICT DO NOTHING
""")

_NOTE_HOST = text("""
    UPDATE installation SET marks = marks || jsonb_build_object(
        'host', CAST(:host AS jsonb), 'written', pg_current_xact_id()::text::numeric
    ) WHERE doubted_at IS NULL
""")

_DOUBT = text("""
    UPDATE installation SET doubted_at = app_now(), doubt = :doubt
    WHERE doubted_at IS NULL RETURNING id
""")

_CONFIRM = text("""
    UPDATE installation SET epoch = epoch + 1, confirmed_at = app_now(), doubted_at = NULL,
        doubt = '', restored_at = CASE WHEN :restored THEN app_now() ELSE restored_at END,
        marks = jsonb_build_object(
            'server', installation_here(), 'host', CAST(:host AS jsonb),
            'written', pg_current_xact_id()::text::numeric
        )
    RETURNING epoch
""")
_LOADED = "Its contents were loaded from a backup or a dump."


@dataclass(frozen=True, slots=True)
class Place:
    """Where a process finds the database's files, if they are within reach, and its memory.

    `address` is the host or the socket's folder of a server that somebody else runs.
    """

    cluster: Path | None
    memory: Memory
    address: str = ""

    async def host(self) -> dict[str, Any] | None:
        """What the files tell."""
        return None if self.cluster is None else await asyncio.to_thread(host_marks, self.cluster)


def place_of(settings: Settings) -> Place:
    """The place of an installation with these settings."""
    cluster = settings.data_dir / "postgres" / "cluster" if settings.embedded else None
    # Beside the key, because that is not in a copy of the data either.
    memory = Memory(settings.key_file.parent / "installations.json")
    return Place(cluster, memory, "" if settings.embedded else _address(settings))


def _address(settings: Settings) -> str:
    assert settings.database_url is not None
    url = make_url(settings.database_url.get_secret_value())
    host = url.query.get("host", url.host or "")
    return host if isinstance(host, str) else host[0]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look has found. `doubt` is empty if all is well; `is_new` if this look found it."""

    installation_id: str
    epoch: int
    doubt: str
    is_new: bool


async def doubt(session: AsyncSession) -> str:
    """Why it is not certain that this is the copy that goes on; empty if it is. Quick.

    Before the first look of all there is nothing to compare with, and no doubt.
    """
    row = (await session.execute(_HERE)).one_or_none()
    if row is None:
        return ""
    return row.doubt if row.doubted_at is not None else " ".join(_of_the_server(row))


async def look(session: AsyncSession, place: Place) -> Looked:
    """Compare everything with how it was; note the doubt if something does not fit.

    In a transaction of its own: not in one that is nested in another.
    """
    host = await place.host()
    values = {"host": None if host is None else json.dumps(host)}
    row = (await session.execute(_HERE)).one_or_none()
    if row is None:
        await session.execute(_FIRST, {"id": new_id("inst"), **values})
        row = (await session.execute(_HERE)).one()
    if row.doubted_at is not None:
        return Looked(row.id, row.epoch, row.doubt, is_new=False)
    seen = _seen(row)
    known = await asyncio.to_thread(place.memory.recall, row.id)
    said = _of_the_server(row, host)
    noted = row.marks["host"]
    if host is None and noted is not None and not _is_server_of(noted["folder"], place.address):
        said.append(
            f"Its files were in {noted['folder']}, and another server than the one there is asked "
            "now: whether it has these files or a copy cannot be seen."
        )
    if seen is not None and known is not None and went_back(known, seen):
        # Another process may have looked in between, and seen it further on than our row does.
        again = _seen((await session.execute(_HERE)).one())
        if again is not None and (back := went_back(known, again)):
            said.append(back)
    if said:
        is_new = await say(session, why := " ".join(said))
        return Looked(row.id, row.epoch, why, is_new=is_new)
    if host is not None and row.marks["host"] is None:
        await session.execute(_NOTE_HOST, values)
    if seen is not None:
        await asyncio.to_thread(place.memory.note, row.id, seen)
    return Looked(row.id, row.epoch, "", is_new=False)


def _is_server_of(cluster: str, address: str) -> bool:
    """Whether this is the socket of the server that was started for these files."""
    return address == str(socket_folder(Path(cluster).parent))


async def say(session: AsyncSession, why: str) -> bool:
    """Put the installation in doubt; False if it was before."""
    return (await session.execute(_DOUBT, {"doubt": why})).first() is not None


async def confirm(session: AsyncSession, place: Place, *, restored: bool) -> int:
    """Say that this copy goes on, as it is now; its new epoch.

    Args:
        session: in a transaction of its own.
        place: where it is.
        restored: whether it may lack what was posted before now.
    """
    host = await place.host()
    values = {"host": None if host is None else json.dumps(host), "restored": restored}
    epoch: int = (await session.execute(_CONFIRM, values)).scalar_one()
    row = (await session.execute(_HERE)).one()
    if (seen := _seen(row)) is not None:
        await asyncio.to_thread(place.memory.note, row.id, seen)
    return epoch


def _of_the_server(row: Row[Any], host: dict[str, Any] | None = None) -> list[str]:
    said = differences(row.marks, row.server, host)
    if not said and int(row.marks["written"]) % 2**32 != row.written:
        said.append(_LOADED)
    return said


def _seen(row: Row[Any]) -> Seen | None:
    if row.position is None:
        return None
    server: dict[str, Any] = row.server
    return Seen(
        row.epoch,
        str(server.get("cluster", "")),
        str(server.get("timeline", "")),
        int(row.position),
    )
