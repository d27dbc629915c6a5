"""What is known about one pull: a publish whose bytes we fetch."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import FailReason, Medium
from tiktok_emulator.pull.address import Address


@dataclass(slots=True, eq=False, kw_only=True)
class Pull(Publish):
    """A publish by PULL_FROM_URL: one video, or photos in their order.

    `deadline_at` is when a download that is not through has failed; `announced_bytes` is how
    many bytes the file that comes in just now will have, if its server has said so.
    """

    UNDERWAY: ClassVar[str] = "PROCESSING_DOWNLOAD"

    addresses: tuple[Address, ...]
    deadline_at: datetime
    announced_bytes: int | None = None

    @property
    def expected_bytes(self) -> int | None:
        """What the server of the media announced; of photos, so far."""
        if self.announced_bytes is None:
            return None
        return sum(file.size_bytes for file in self.files) + self.announced_bytes

    def give_up(self, reason: FailReason | None, why: str) -> None:
        """Stop the download for good; None for the reason of a pull that did not work."""
        if self.is_complete or self.setback is not None:
            return
        is_video = self.medium is Medium.VIDEO
        self.setback = reason or (FailReason.VIDEO_PULL if is_video else FailReason.PHOTO_PULL)
        self.why = why
        if self.work is not None:
            self.work.cancel()

    def give_up_if_late(self, now: datetime) -> None:
        """Stop a download that has not been through in its time.

        spec: pull.init.timeout
        Source: media transfer guide, 2026-09-11.
        """
        if now >= self.deadline_at:
            self.give_up(None, f"the download was not through at {self.deadline_at:%H:%M:%S} UTC.")
