"""Remembers what was seen in the videos of late: the same bytes are the same video."""

import asyncio
from collections import OrderedDict
from pathlib import Path

from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.upload.cover import cover_moment_ms, take_cover
from tiktok_emulator.upload.media import MediaFacts, probe

Look = tuple[MediaFacts | None, bytes | None]

# A cover may have some 100 kB.
KEPT = 32


class Looks:
    """What the last videos are, by the hash of all their bytes, and their covers.

    A load test sends one file thousands of times, and each would be decoded.
    """

    def __init__(self) -> None:
        self._seen = OrderedDict[tuple[str, int | None], Look]()

    async def at(self, file: StoredFile, at_ms: int | None) -> Look:
        """What a file is, and its picture at `at_ms`; looked into without blocking the loop."""
        key = (file.sha256, at_ms)
        if key in self._seen:
            self._seen.move_to_end(key)
            return self._seen[key]
        look = await asyncio.to_thread(_look, file.path, at_ms)
        # What gave nothing may have been deleted meanwhile: that says nothing of its bytes.
        if None not in look:
            self._seen[key] = look
            if len(self._seen) > KEPT:
                self._seen.popitem(last=False)
        return look


def _look(path: Path, at_ms: int | None) -> Look:
    facts = probe(path)
    if facts is None:
        return None, None
    return facts, take_cover(path, cover_moment_ms(at_ms, facts.duration_ms))
