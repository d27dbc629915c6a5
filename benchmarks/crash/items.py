"""What is published: videos that are sent, videos and photos that TikTok fetches, posts and drafts.

No two files are equal, so that the bytes of a post tell whose they are.
"""

import asyncio
import hashlib
import random
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import cycle, islice
from pathlib import Path

from PIL import Image

from benchmarks.crash import videos
from benchmarks.crash.scene import Scene, Upload
from postwright.media.models import MediaKind
from postwright.media.probe import Probe, probe
from postwright.platforms.content import Mode, Source
from tiktok_client.limits import MAX_CHUNK_BYTES

_PHOTO_SIDES = (480, 640)
_PHOTOS = (2, 3)


class Sort(StrEnum):
    """What it is and how TikTok gets it."""

    SENT = "video, sent"
    FETCHED = "video, fetched"
    PHOTOS = "photos"

    @property
    def source(self) -> Source:
        """How TikTok gets it."""
        return Source.UPLOAD if self is Sort.SENT else Source.PULL


# What there is of each sort, in turns: a draft is every third of its sort.
_ORDER = (Sort.SENT, Sort.PHOTOS, Sort.FETCHED, Sort.PHOTOS, Sort.SENT, Sort.FETCHED, Sort.SENT)


@dataclass(frozen=True, slots=True)
class Item:
    """A post to make. `finishes` is how often the person finishes it, if it is a draft."""

    number: int
    sort: Sort
    mode: Mode
    files: tuple[Upload, ...]
    probes: tuple[Probe, ...]
    finishes: int = 0

    @property
    def size_bytes(self) -> int:
        """All of its files."""
        return sum(file.size_bytes for file in self.files)

    @property
    def takes_ranges(self) -> bool:
        """Whether it is sent in several ranges, the first of which is not the last."""
        return self.sort is Sort.SENT and self.size_bytes > MAX_CHUNK_BYTES

    @property
    def caption(self) -> str:
        """Its text, and its key."""
        return f"item {self.number}"

    @property
    def kind(self) -> MediaKind:
        """What its files are."""
        return MediaKind.PHOTO if self.sort is Sort.PHOTOS else MediaKind.VIDEO

    @property
    def settings(self) -> dict[str, object]:
        """As a person would choose them."""
        return {"privacy_level": "PUBLIC_TO_EVERYONE", "title": self.caption}


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of videos: most are `short`; every third that is sent is `long`, in several ranges."""

    short: tuple[int, int]
    long: tuple[int, int]


USUAL = Sizes(short=(7_000_000, 9_000_000), long=(68_000_000, 74_000_000))


async def make_items(scene: Scene, count: int, sizes: Sizes, seed: int) -> list[Item]:
    """Make files and put them where the media store keeps them."""
    chance = random.Random(seed)
    base = await asyncio.to_thread(videos.make_base, scene.folder)
    maker = _Maker(scene, base, await probe(base), sizes, chance)
    return [
        await maker.make(number, sort)
        for number, sort in enumerate(islice(cycle(_ORDER), count), start=1)
    ]


class _Maker:
    def __init__(
        self, scene: Scene, base: Path, seen: Probe, sizes: Sizes, chance: random.Random
    ) -> None:
        self._scene = scene
        self._base = base
        self._probe = seen
        self._chance = chance
        self._lengths = {
            Sort.SENT: self._drawn(sizes.long, sizes.short, sizes.short),
            Sort.FETCHED: self._drawn(sizes.short),
        }
        self._made = dict.fromkeys(Sort, 0)

    def _drawn(self, *ranges: tuple[int, int]) -> Iterator[int]:
        for least, most in cycle(ranges):
            yield self._chance.randrange(least, most)

    async def make(self, number: int, sort: Sort) -> Item:
        self._made[sort] += 1
        is_draft = self._made[sort] % 3 == 2
        many = self._chance.randint(*_PHOTOS) if sort is Sort.PHOTOS else 1
        files = [await self._file(number, sort) for _ in range(many)]
        # Of three drafts one is never finished, one once, one twice.
        finishes = (self._made[sort] // 3 + list(Sort).index(sort)) % 3 if is_draft else 0
        return Item(
            number,
            sort,
            Mode.DRAFT if is_draft else Mode.DIRECT,
            tuple(file for file, _ in files),
            tuple(seen for _, seen in files),
            finishes,
        )

    async def _file(self, number: int, sort: Sort) -> tuple[Upload, Probe]:
        part = self._scene.folder / f"part.{'jpg' if sort is Sort.PHOTOS else 'mp4'}"
        seed = self._chance.getrandbits(64)
        if sort is Sort.PHOTOS:
            sha256 = await asyncio.to_thread(_photo, part, seed)
            seen = await probe(part)
        else:
            size_bytes = next(self._lengths[sort]) // 1000 * 1000 + number  # no two are equal
            sha256 = await asyncio.to_thread(videos.filled, self._base, part, size_bytes, seed)
            seen = self._probe
        upload = Upload(sha256, part.stat().st_size)
        videos.place(part, self._scene.settings.media_folder, self._scene.workspace_id, sha256)
        return upload, seen


def _photo(path: Path, seed: int) -> str:
    """Write a photo of noise; returns its SHA-256."""
    width, height = _PHOTO_SIDES
    noise = random.Random(seed).randbytes(width * height * 3)
    Image.frombytes("RGB", _PHOTO_SIDES, noise).save(path, "JPEG", quality=60)
    return hashlib.sha256(path.read_bytes()).hexdigest()
