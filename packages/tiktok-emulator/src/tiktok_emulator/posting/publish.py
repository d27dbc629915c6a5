"""What is known about one publish_id, from init to its post, its draft or its failure."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import ClassVar

from tiktok_emulator.posting.state import Aim, FailReason, Medium, Photo, PostInfo, Privacy
from tiktok_emulator.upload.media import MediaFacts


@dataclass(frozen=True, slots=True)
class StoredFile:
    """Bytes that have arrived in full."""

    path: Path
    size_bytes: int
    sha256: str


@dataclass(slots=True, eq=False, kw_only=True)
class Publish:
    """One publish_id; the bytes are sent to us (Upload) or fetched by us (Pull).

    `received_bytes` counts what is in so far, `files` what is in as a whole; `media_type` is
    what its sender called it, `completed_at` when the last of it came. `setback` speaks against
    the publish before anybody has looked at its bytes; `why` tells the developer what TikTok
    does not. `post_ids` are one for a direct post, and of a draft one for each time it is posted.
    """

    UNDERWAY: ClassVar[str] = "PROCESSING_UPLOAD"

    publish_id: str
    client_key: str
    username: str
    info: PostInfo
    privacy: Privacy
    created_at: datetime
    medium: Medium = Medium.VIDEO
    aim: Aim = Aim.DIRECT
    received_bytes: int = 0
    files: list[StoredFile] = field(default_factory=list[StoredFile])
    media_type: str | None = None
    completed_at: datetime | None = None
    finished_at: datetime | None = None
    setback: FailReason | None = None
    fail_reason: FailReason | None = None
    why: str | None = None
    post_ids: list[int] = field(default_factory=list[int])
    status_reads: int = 0
    facts: MediaFacts | None = None
    photos: tuple[Photo, ...] = ()
    cover: bytes | None = field(default=None, repr=False)
    is_probed: bool = False
    is_stuck: bool = False
    ordered_failure: FailReason | None = None
    is_forgotten: bool = False
    is_disowned: bool = False
    work: asyncio.Task[None] | None = field(default=None, repr=False)

    @property
    def is_complete(self) -> bool:
        """Whether the last byte has arrived."""
        return self.completed_at is not None

    @property
    def expected_bytes(self) -> int | None:
        """How many bytes it will be, as far as that is known."""
        return None

    @property
    def is_delivered(self) -> bool:
        """Whether it lies in the person's inbox, or did."""
        return self.aim is Aim.INBOX and self.finished_at is not None and self.fail_reason is None

    @property
    def state(self) -> str:
        """For the dump: receiving, processing, delivered, published or failed."""
        if self.fail_reason is not None:
            return "failed"
        if self.post_ids:
            return "published"
        if self.is_delivered:
            return "delivered"
        return "processing" if self.is_complete else "receiving"

    @property
    def status(self) -> str:
        """TikTok's word for it: processing from init until it is decided.

        spec: status.fetch.status-values, posting.init.processing-upload-from-init
        spec: status.processing-download, status.send-to-user-inbox, status.inbox-then-complete
        Source: status page, 2026-09; processing after the last byte observed 2026-08.
        """
        if self.fail_reason is not None:
            return "FAILED"
        if self.post_ids:
            return "PUBLISH_COMPLETE"
        return "SEND_TO_USER_INBOX" if self.is_delivered else self.UNDERWAY

    def delete_files(self) -> None:
        """Take its bytes off the disk."""
        for file in self.files:
            file.path.unlink(missing_ok=True)
        self.cover = None
