"""Files to post: one video and one photo, each time with other bytes behind them.

Direct posts of a workspace share a few. A draft has files of its own, as its posts are known by
nothing else.
"""

import asyncio
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from PIL import Image

from benchmarks.crash import videos
from benchmarks.crash.scene import Scene
from benchmarks.week.items import Item
from demo.video import make_video
from postwright.media.keep import Incoming, keep
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaKind
from postwright.media.probe import Probe, probe
from postwright.media.store import open_store
from postwright.platforms.content import Mode
from postwright.publishing.queries import posts_needing

_SHARED = 6
_PHOTOS = 2
_MORE_BYTES = 1_000


@dataclass(slots=True)
class Shelf:
    """What the workspaces have in their media stores."""

    scene: Scene
    library: Library
    video: Path
    photo: Path
    probes: dict[MediaKind, Probe]
    _numbers: Iterator[int] = field(default_factory=itertools.count)
    _shared: dict[tuple[str, MediaKind], list[list[MediaFile]]] = field(
        default_factory=dict[tuple[str, MediaKind], list[list[MediaFile]]]
    )

    async def files_for(self, item: Item, workspace_id: str) -> Sequence[MediaFile]:
        """One video, or photos."""
        if item.mode is Mode.DRAFT:
            return await self._make(workspace_id, item.kind)
        known = self._shared.setdefault((workspace_id, item.kind), [])
        if len(known) < _SHARED:
            known.append(await self._make(workspace_id, item.kind))
            return known[-1]
        return known[item.number % _SHARED]

    async def _make(self, workspace_id: str, kind: MediaKind) -> list[MediaFile]:
        many = _PHOTOS if kind is MediaKind.PHOTO else 1
        return [await self._keep(workspace_id, kind) for _ in range(many)]

    async def _keep(self, workspace_id: str, kind: MediaKind) -> MediaFile:
        number = next(self._numbers)
        is_video = kind is MediaKind.VIDEO
        part = self.scene.folder / f"part.{'mp4' if is_video else 'jpg'}"
        if is_video:
            size_bytes = self.video.stat().st_size + _MORE_BYTES
            await asyncio.to_thread(videos.filled, self.video, part, size_bytes, number)
        else:
            part.write_bytes(self.photo.read_bytes() + f"{number:08d}".encode())
        seen = asdict(self.probes[kind]) | {"size_bytes": part.stat().st_size}
        given = Incoming(part, kind, "video/mp4" if is_video else "image/jpeg", seen)
        return await keep(self.library, workspace_id, given, actor="week")


async def open_shelf(scene: Scene) -> Shelf:
    """Make the two files that all others are made from."""
    video = await asyncio.to_thread(
        make_video, scene.folder / "base.mp4", width=360, height=640, duration_s=3
    )
    photo = scene.folder / "base.jpg"
    Image.effect_noise((720, 960), 60).convert("RGB").save(photo, quality=20)
    probes = {MediaKind.VIDEO: await probe(video), MediaKind.PHOTO: await probe(photo)}
    settings = scene.settings
    store = open_store(settings.media, settings.media_folder)
    library = Library(scene.database, store, settings.media, posts_needing)
    return Shelf(scene, library, video, photo, probes)
