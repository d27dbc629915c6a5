"""Files of a service elsewhere."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from postwright.api.wire.media import MediaOut, MediaState
from postwright.cli.counter import Kept, Shelf
from postwright.cli.elsewhere.rows import media_of
from postwright.cli.elsewhere.sending import send
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.media.probe import Probe
from postwright.remote.client import Remote


@dataclass(frozen=True, slots=True)
class MediaElsewhere:
    """Files behind an API."""

    remote: Remote

    async def add(self, path: Path, probe: Probe, on_progress: Callable[[int], None]) -> MediaFile:
        """Send a file."""
        return media_of(await send(self.remote, path, probe, on_progress))

    async def listed(self, limit: int) -> Shelf:
        """What is kept."""
        found = await self.remote.media(limit=limit)
        needed = {each.id: _uses(each) for each in found}
        used_bytes = (await self.remote.usage()).media.used_bytes
        return Shelf([media_of(each) for each in found], needed, used_bytes)

    async def show(self, wanted: str) -> Kept:
        """One file, by its id or its SHA-256."""
        found = await self.remote.media_file(wanted)
        mended = [MediaFile(id=each.media_id, name=each.name) for each in found.mended_as]
        is_stored = found.state is MediaState.READY
        return Kept(media_of(found), mended, _uses(found), is_stored)

    async def remove(self, wanted: str) -> MediaFile:
        """Take a file out, if nothing needs it."""
        await self.remote.delete_media(wanted)
        return media_of(await self.remote.media_file(wanted))


def _uses(told: MediaOut) -> list[Use]:
    return [Use(each.what, each.id, each.says) for each in told.used_by]
