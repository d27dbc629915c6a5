"""What is known about one upload, from init to its post or failure."""

import asyncio
import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol, Self

from tiktok_emulator.posting.state import ChunkPlan, FailReason, PostInfo, Privacy
from tiktok_emulator.upload.media import MediaFacts


class Digest(Protocol):
    """What we need of a hash from hashlib, which does not name its type."""

    def update(self, data: bytes, /) -> None: ...
    def copy(self) -> Self: ...
    def hexdigest(self) -> str: ...


@dataclass(slots=True, eq=False)
class Upload:
    """One publish_id.

    `received_bytes` counts complete chunks only. `writer` is whoever may write right now: the
    newest request for a chunk takes it over, so two connections never mix their bytes, and
    `pending_write` is the block that is on its way to the disk.
    """

    publish_id: str
    upload_id: str
    upload_token: str = field(repr=False)
    client_key: str
    username: str
    info: PostInfo
    privacy: Privacy
    plan: ChunkPlan
    path: Path
    created_at: datetime
    expires_at: datetime
    received_bytes: int = 0
    media_type: str | None = None
    completed_at: datetime | None = None
    finished_at: datetime | None = None
    fail_reason: FailReason | None = None
    post_id: int | None = None
    status_reads: int = 0
    facts: MediaFacts | None = None
    cover: bytes | None = field(default=None, repr=False)
    is_probed: bool = False
    is_stuck: bool = False
    ordered_failure: FailReason | None = None
    is_forgotten: bool = False
    is_disowned: bool = False
    writer: object | None = None
    pending_write: asyncio.Future[None] | None = None
    digest: Digest = field(default_factory=hashlib.sha256, repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether the last byte has arrived."""
        return self.received_bytes == self.plan.size_bytes

    @property
    def state(self) -> str:
        """For the dump: receiving, processing, published or failed."""
        if self.fail_reason is not None:
            return "failed"
        if self.post_id is not None:
            return "published"
        return "processing" if self.is_complete else "receiving"

    @property
    def status(self) -> str:
        """TikTok's word for it: PROCESSING_UPLOAD from init until it is decided.

        spec: status.fetch.status-values, posting.init.processing-upload-from-init
        Source: status page, 2026-09; processing after the last byte observed 2026-08.
        """
        if self.fail_reason is not None:
            return "FAILED"
        return "PUBLISH_COMPLETE" if self.post_id is not None else "PROCESSING_UPLOAD"
