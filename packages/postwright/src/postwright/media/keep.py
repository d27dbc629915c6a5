"""Adds a file: its bytes into the store, and the row that tells of them. The one way in."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import DatabaseGone, app_now
from postwright.kit.ids import new_id
from postwright.kit.text import storable
from postwright.media import claims
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaKind
from postwright.media.probe import Probe
from postwright.media.quota import refuse_over_quota
from postwright.media.store import Announce, Arrival, Progress, StoredMedia
from postwright.media.types import content_type, kind_of
from postwright.workspaces import audit

T = TypeVar("T")

_WAIT_S = 0.2


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that is to be added.

    Attributes:
        path: where it is now; it is copied.
        kind: what it is.
        content_type: what its bytes are declared as.
        probe: what is in it, as JSON.
        name: what people call it; the name of `path` if it is empty.
        original_id: the file that it was made from, if it was mended.
        changes: what was changed then.
    """

    path: Path
    kind: MediaKind
    content_type: str
    probe: dict[str, Any]
    name: str = ""
    original_id: str | None = None
    changes: Sequence[dict[str, Any]] = field(default=())

    @property
    def shown_name(self) -> str:
        """Its name as text that can be stored, whatever encoding it came in."""
        given = self.name or self.path.name
        return storable(os.fsencode(given).decode("utf-8", "replace"))


def incoming(path: Path, probe: Probe, *, name: str = "") -> Incoming:
    """A file that somebody gives, with what the probe found in it."""
    return Incoming(path, kind_of(probe), content_type(probe), asdict(probe), name)


async def keep(
    library: Library,
    workspace_id: str,
    incoming: Incoming,
    *,
    actor: str,
    on_progress: Progress | None = None,
) -> MediaFile:
    """Add a file to a workspace. The same bytes are one file; a removed one is there again.

    When it returns, bytes and row are there to stay, as long as something needs them. When it
    raises there is no row; bytes without one are swept after a while.

    Args:
        library: the store and its rows.
        workspace_id: whose it is.
        incoming: the file.
        actor: who adds it, for the audit log.
        on_progress: told (bytes done, bytes in all), from a thread.

    Raises:
        QuotaReached: the workspace may not have that much.
        MediaNotFound, MediaUnreadable, MediaChanged: the file cannot be read as it should be.
        StorageTrouble: the store or the database cannot be used.
    """

    async def write(session: AsyncSession, stored: StoredMedia) -> MediaFile:
        return await _write(session, workspace_id, stored, incoming, actor)

    return await keep_bytes(
        library, workspace_id, incoming.path, incoming.shown_name, write, on_progress=on_progress
    )


async def keep_bytes(
    library: Library,
    workspace_id: str,
    path: Path,
    name: str,
    write: Callable[[AsyncSession, StoredMedia], Awaitable[T]],
    *,
    on_progress: Progress | None = None,
) -> T:
    """Put bytes into the store and let `write` add the row for them, safe from every sweep.

    `write` is called in a transaction that holds the workspace's lock. For everything that is no
    media file by itself, such as a picture of one; raises what `keep` raises.
    """

    async def put(announce: Announce) -> StoredMedia:
        return await library.store.keep(workspace_id, path, on_progress, announce=announce)

    return await _put(library, workspace_id, name, put, write)


async def take(
    library: Library,
    workspace_id: str,
    arrival: Arrival,
    incoming: Incoming,
    *,
    actor: str,
    also: Callable[[AsyncSession, MediaFile], Awaitable[None]] | None = None,
) -> MediaFile:
    """Add what has arrived and is finished; see `keep`.

    `also` writes what else belongs to it, in the transaction of the file's row.
    """

    async def put(announce: Announce) -> StoredMedia:
        return await library.store.take(workspace_id, arrival, announce=announce)

    async def write(session: AsyncSession, stored: StoredMedia) -> MediaFile:
        row = await _write(session, workspace_id, stored, incoming, actor)
        if also is not None:
            await also(session, row)
        return row

    return await _put(library, workspace_id, incoming.shown_name, put, write)


async def _put(
    library: Library,
    workspace_id: str,
    name: str,
    put: Callable[[Announce], Awaitable[StoredMedia]],
    write: Callable[[AsyncSession, StoredMedia], Awaitable[T]],
) -> T:
    async with _claiming(library, workspace_id, name) as claim:
        stored = await put(claim.make)
        async with library.database.transaction() as session:
            await claim.check_quota(session, stored)
            written = await write(session, stored)
            await claims.let_go(session, claim.id)
        return written


@dataclass(slots=True)
class _Claim:
    """The keeper's claim on the bytes: made when their hash is known."""

    library: Library
    workspace_id: str
    name: str
    id: str = ""

    async def make(self, stored: StoredMedia) -> None:
        while not await self._made(stored):  # noqa: ASYNC110  # another process ends its claim
            await asyncio.sleep(_WAIT_S)

    async def check_quota(self, session: AsyncSession, stored: StoredMedia) -> None:
        """Lock the workspace and refuse what does not fit any more."""
        workspace = await claims.lock_workspace(session, self.workspace_id)
        if not await claims.is_wanted(session, self.workspace_id, stored.sha256):
            limit = self.library.settings.quota_bytes
            await refuse_over_quota(session, workspace, stored.size_bytes, limit, self.name)

    async def _made(self, stored: StoredMedia) -> bool:
        async with self.library.database.transaction() as session:
            # Said before gigabytes are sent, and looked at again when the row is written.
            await self.check_quota(session, stored)
            made = await claims.claim_to_keep(session, self.workspace_id, stored.sha256)
        self.id = made or ""
        return made is not None


@asynccontextmanager
async def _claiming(library: Library, workspace_id: str, name: str) -> AsyncGenerator[_Claim]:
    claim = _Claim(library, workspace_id, name)
    try:
        yield claim
    except BaseException:
        if claim.id:
            # If this fails as well, the claim expires.
            with contextlib.suppress(DatabaseGone):
                async with library.database.transaction() as session:
                    await claims.let_go(session, claim.id)
        raise


async def _write(
    session: AsyncSession, workspace_id: str, stored: StoredMedia, incoming: Incoming, actor: str
) -> MediaFile:
    now = await app_now(session)
    row = await session.scalar(
        select(MediaFile)
        .where(MediaFile.workspace_id == workspace_id, MediaFile.sha256 == stored.sha256)
        .with_for_update()
    )
    comes = row is None or row.removed_at is not None
    if row is None:
        row = MediaFile(
            id=new_id("media"),
            workspace_id=workspace_id,
            sha256=stored.sha256,
            size_bytes=stored.size_bytes,
            created_at=now,
        )
        session.add(row)
    if comes:
        row.name = incoming.shown_name
        row.original_id = None if incoming.original_id == row.id else incoming.original_id
        row.changes = list(incoming.changes)
    row.kind, row.content_type, row.probe = incoming.kind, incoming.content_type, incoming.probe
    row.used_at, row.removed_at = now, None
    await session.flush()
    if comes:
        await audit.record(
            session, workspace_id, actor=actor, action="media.added", subject=row.id,
            name=row.name, size_bytes=row.size_bytes,
        )  # fmt: skip
    return row
