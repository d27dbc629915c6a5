"""Pictures of media: a poster, a strip to scrub along, the frame at a time. Each is made once."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.errors import BadInput
from postwright.kit.ids import new_id
from postwright.media.fixing.run import Limits, Program, started
from postwright.media.fixing.tiles import COLUMNS, Tile, poster_size, step_of, tiles
from postwright.media.fixing.workshop import workshop
from postwright.media.keep import keep_bytes
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaPicture, PictureKind
from postwright.media.probe import PhotoProbe, Probe, VideoProbe, read_probe
from postwright.media.queries import media_file
from postwright.media.store import StoredMedia

_PHOTO_BYTES = 1_000_000
_LIMITS = Limits(stall_s=60, cpu_s=300)


class NoPicture(BadInput):
    """There is no such picture of this file."""

    code = "media_no_picture"

    def __init__(self, media: MediaFile, why: str) -> None:
        super().__init__(
            f"There is no such picture of {media.name}.",
            why=why,
            fix="Choose a time within the video.",
        )


@dataclass(frozen=True, slots=True)
class Pictures:
    """Makes pictures and finds those that are there.

    Attributes:
        library: the store and its rows.
        scratch: a folder for what is not finished.
        limits: what one file may cost.
    """

    library: Library
    scratch: Path
    limits: Limits = field(default=_LIMITS)

    async def poster(
        self, workspace_id: str, media_id: str, *, cover_ms: int | None = None
    ) -> MediaPicture:
        """A picture that stands for the file, 720 x 1280 at most.

        Of a video it is the one at `cover_ms`, else the first with something to see in it.

        Raises:
            NoSuchMedia, MediaMissing, FixFailed: there is no such file, or nothing can be shown.
            NoPicture: the video is not that long.
        """
        if cover_ms is not None:
            return await self.frame(workspace_id, media_id, at_ms=cover_ms)
        media = await self._media(workspace_id, media_id)
        if found := await self._found(workspace_id, media_id, PictureKind.POSTER, None):
            return found
        probe = read_probe(media.probe)
        order = _still(probe, []) if isinstance(probe, VideoProbe) else _shrunk(probe)
        return await self._make(media, PictureKind.POSTER, order)

    async def frame(self, workspace_id: str, media_id: str, *, at_ms: int) -> MediaPicture:
        """The picture that a video shows at a time, 720 x 1280 at most.

        Raises:
            NoSuchMedia, MediaMissing, FixFailed: there is no such file, or nothing can be shown.
            NoPicture: it is a photo, or not that long.
        """
        media = await self._media(workspace_id, media_id)
        probe = _video(media)
        if not 0 <= at_ms < probe.duration_ms:
            raise NoPicture(media, f"The video is {probe.duration_ms:,} ms long.")
        if found := await self._found(workspace_id, media_id, PictureKind.FRAME, at_ms):
            return found
        return await self._make(media, PictureKind.FRAME, _still(probe, [at_ms]), at_ms=at_ms)

    async def strip(
        self, workspace_id: str, media_id: str
    ) -> tuple[MediaPicture, tuple[Tile, ...]]:
        """Small pictures of a video at even distances in one JPEG, and where each lies in it.

        Raises:
            NoSuchMedia, MediaMissing, FixFailed: there is no such file, or nothing can be shown.
            NoPicture: it is a photo.
        """
        media = await self._media(workspace_id, media_id)
        probe = _video(media)
        laid = tiles(*probe.shown, probe.duration_ms)
        step_ms = step_of(probe.duration_ms)
        if found := await self._found(workspace_id, media_id, PictureKind.STRIP, step_ms):
            return found, laid
        order = {
            "kind": "strip",
            "times_ms": [tile.at_ms for tile in laid],
            "width": laid[0].width,
            "height": laid[0].height,
            "columns": min(COLUMNS, len(laid)),
        }
        return await self._make(media, PictureKind.STRIP, order, at_ms=step_ms), laid

    async def _media(self, workspace_id: str, media_id: str) -> MediaFile:
        async with self.library.database.transaction() as session:
            return await media_file(session, workspace_id, media_id)

    async def _found(
        self, workspace_id: str, media_id: str, kind: PictureKind, at_ms: int | None
    ) -> MediaPicture | None:
        async with self.library.database.transaction() as session:
            found = await picture(session, workspace_id, media_id, kind, at_ms)
        if found and await self.library.store.exists(workspace_id, found.sha256):
            return found
        return None

    async def _make(
        self,
        media: MediaFile,
        kind: PictureKind,
        order: dict[str, Any],
        *,
        at_ms: int | None = None,
    ) -> MediaPicture:
        program: Program = "frames" if "times_ms" in order else "photo"
        store = self.library.store
        async with store.local(media.workspace_id, media.sha256) as source:
            with workshop(self.scratch) as folder:
                output = folder / "picture.jpg"
                async with started(program, self.limits) as bench:
                    answer = await bench.give(source, {**order, "output": str(output)})
                made = _Made(media, kind, answer, at_ms)
                name = f"{kind} of {media.name}"
                return await keep_bytes(self.library, media.workspace_id, output, name, made.write)


@dataclass(frozen=True, slots=True)
class _Made:
    """A picture that was just made."""

    media: MediaFile
    kind: PictureKind
    answer: dict[str, Any]
    at_ms: int | None

    async def write(self, session: AsyncSession, stored: StoredMedia) -> MediaPicture:
        workspace_id, media_id = self.media.workspace_id, self.media.id
        at_ms = int(self.answer.get("at_ms", 0)) if self.at_ms is None else self.at_ms
        values = {
            "width": int(self.answer["width"]),
            "height": int(self.answer["height"]),
            "sha256": stored.sha256,
            "size_bytes": stored.size_bytes,
        }
        await session.execute(
            insert(MediaPicture)
            .values(
                id=new_id("pic"), workspace_id=workspace_id, media_id=media_id,
                kind=self.kind, at_ms=at_ms, created_at=NOW, **values,
            )
            .on_conflict_do_update(index_elements=["media_id", "kind", "at_ms"], set_=values)
        )  # fmt: skip
        found = await picture(session, workspace_id, media_id, self.kind, at_ms)
        assert found is not None
        return found


async def picture(
    session: AsyncSession,
    workspace_id: str,
    media_id: str,
    kind: PictureKind,
    at_ms: int | None,
) -> MediaPicture | None:
    """A picture that was made before; of any time if `at_ms` is None."""
    at = [] if at_ms is None else [MediaPicture.at_ms == at_ms]
    return await session.scalar(
        select(MediaPicture)
        .where(
            MediaPicture.workspace_id == workspace_id,
            MediaPicture.media_id == media_id,
            MediaPicture.kind == kind,
            *at,
        )
        .order_by(MediaPicture.created_at)
        .limit(1)
        .execution_options(populate_existing=True)
    )


def _video(media: MediaFile) -> VideoProbe:
    probe: Probe = read_probe(media.probe)
    if not isinstance(probe, VideoProbe):
        raise NoPicture(media, "It is a photo, which has no frames.")
    return probe


def _still(probe: VideoProbe, times_ms: list[int]) -> dict[str, Any]:
    width, height = poster_size(*probe.shown)
    kind = "frame" if times_ms else "poster"
    return {"kind": kind, "times_ms": times_ms, "width": width, "height": height}


def _shrunk(probe: PhotoProbe) -> dict[str, Any]:
    order = {"short_side": min(poster_size(probe.width, probe.height)), "size_bytes": _PHOTO_BYTES}
    return {"kind": "photo", "order": order}
