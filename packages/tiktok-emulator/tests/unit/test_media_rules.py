"""What becomes of a video, by its facts."""

from dataclasses import replace

import pytest

from tiktok_emulator.posting.state import FailReason
from tiktok_emulator.upload.media import MP4, WEBM, MediaFacts, fail_reason

GOOD = MediaFacts(MP4, "h264", 1080, 1920, 30.0, 10_000)


def _reason(
    facts: MediaFacts | None, *, declared: str | None = MP4, shortest: bool = False
) -> FailReason | None:
    return fail_reason(facts, declared_type=declared, longest_s=60, checks_shortest=shortest)


@pytest.mark.parametrize(
    "facts",
    [
        GOOD,
        replace(GOOD, codec="hevc"),
        replace(GOOD, frame_rate=23.976),
        replace(GOOD, frame_rate=60.0),
        replace(GOOD, frame_rate=59.94),
        replace(GOOD, width=360, height=4096),
        replace(GOOD, duration_ms=60_000),
        replace(GOOD, duration_ms=100),
    ],
)
def test_videos_that_are_posted(facts: MediaFacts) -> None:
    assert _reason(facts) is None


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (None, FailReason.FILE_FORMAT),
        (replace(GOOD, media_type=None), FailReason.FILE_FORMAT),
        (replace(GOOD, codec="mpeg4"), FailReason.FILE_FORMAT),
        (replace(GOOD, media_type=WEBM, codec="vp9"), FailReason.FILE_FORMAT),
        (replace(GOOD, duration_ms=60_001), FailReason.DURATION),
        (replace(GOOD, frame_rate=22.9), FailReason.FRAME_RATE),
        (replace(GOOD, frame_rate=60.2), FailReason.FRAME_RATE),
        (replace(GOOD, frame_rate=0.0), FailReason.FRAME_RATE),
        (replace(GOOD, width=359), FailReason.PICTURE_SIZE),
        (replace(GOOD, height=4097), FailReason.PICTURE_SIZE),
    ],
)
def test_videos_that_fail(facts: MediaFacts | None, reason: FailReason) -> None:
    assert _reason(facts) is reason


def test_the_declared_type_can_be_left_alone() -> None:
    assert _reason(replace(GOOD, media_type=WEBM, codec="vp9"), declared=None) is None


def test_a_shortest_length_is_checked_only_when_switched_on() -> None:
    short = replace(GOOD, duration_ms=2_999)
    assert _reason(short) is None
    assert _reason(short, shortest=True) is FailReason.DURATION
