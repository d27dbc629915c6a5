"""Files of this machine's own service."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from postwright.cli.counter import Kept, Shelf
from postwright.cli.opening import Desk
from postwright.cli.ordering import ACTOR
from postwright.media import queries
from postwright.media.keep import incoming, keep
from postwright.media.models import MediaFile
from postwright.media.probe import Probe
from postwright.media.quota import used_bytes
from postwright.media.remove import remove
from postwright.media.uses import uses


@dataclass(frozen=True, slots=True)
class MediaHere:
    """Files in this machine's store."""

    desk: Desk

    async def add(self, path: Path, probe: Probe, on_progress: Callable[[int], None]) -> MediaFile:
        """Copy a file into the store."""
        return await keep(
            self.desk.library,
            self.desk.workspace_id,
            incoming(path, probe),
            actor=ACTOR,
            on_progress=lambda done, _: on_progress(done),
        )

    async def listed(self, limit: int) -> Shelf:
        """What is kept."""
        desk = self.desk
        async with desk.database.transaction() as session:
            found = await queries.recent(session, desk.workspace_id, limit=limit)
            ids = [media.id for media in found]
            needed = await uses(session, desk.workspace_id, ids, desk.library.posts_needing)
            return Shelf(found, needed, await used_bytes(session, desk.workspace_id))

    async def show(self, wanted: str) -> Kept:
        """One file, by its id or its SHA-256."""
        desk = self.desk
        async with desk.database.transaction() as session:
            media = await queries.media_file(session, desk.workspace_id, wanted)
            made = await queries.made_from(session, desk.workspace_id, media.id)
            needed = await uses(session, desk.workspace_id, [media.id], desk.library.posts_needing)
        is_stored = await desk.library.store.exists(desk.workspace_id, media.sha256)
        return Kept(media, made, needed.get(media.id, ()), is_stored)

    async def remove(self, wanted: str) -> MediaFile:
        """Take a file out, if nothing needs it."""
        desk = self.desk
        async with desk.database.transaction() as session:
            media = await queries.media_file(session, desk.workspace_id, wanted)
        return await remove(desk.library, desk.workspace_id, media.id, actor=ACTOR)
