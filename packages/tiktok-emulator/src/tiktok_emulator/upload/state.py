"""What is known about one upload: a publish whose bytes are sent to us."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import ChunkPlan


class Digest(Protocol):
    """What we need of a hash from hashlib, which does not name its type."""

    def update(self, data: bytes, /) -> None: ...
    def copy(self) -> Self: ...
    def hexdigest(self) -> str: ...


@dataclass(slots=True, eq=False, kw_only=True)
class Upload(Publish):
    """A publish by FILE_UPLOAD.

    `received_bytes` counts complete chunks only. `writer` is whoever may write right now: the
    newest request for a chunk takes it over, so two connections never mix their bytes, and
    `pending_write` is the block that is on its way to the disk.
    """

    upload_id: str
    upload_token: str = field(repr=False)
    plan: ChunkPlan
    path: Path
    expires_at: datetime
    writer: object | None = None
    pending_write: asyncio.Future[None] | None = None
    digest: Digest = field(default_factory=hashlib.sha256, repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether the last byte has arrived."""
        return self.received_bytes == self.plan.size_bytes

    @property
    def expected_bytes(self) -> int | None:
        """What init announced."""
        return self.plan.size_bytes

    def delete_files(self) -> None:
        """Take its bytes off the disk, those of an unfinished upload too."""
        Publish.delete_files(self)  # super() does not find its class in one with slots
        self.path.unlink(missing_ok=True)
