"""A whole post is checked against TikTok's rules, as it would be announced."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from typing import Any

import pytest

from postwright.media.findings import Finding
from postwright.media.probe import PhotoProbe, VideoProbe
from postwright.platforms.content import Content, Kind, Mode, Plan
from postwright.platforms.tiktok.checking import check
from postwright.platforms.tiktok.settings import CreatorLimits

from . import probes
from .probes import PHOTO

VIDEO = replace(probes.VIDEO, duration_ms=61_000)
LIMITS = CreatorLimits(("PUBLIC_TO_EVERYONE", "SELF_ONLY"), 60)


def find(
    kind: Kind,
    probes: Sequence[VideoProbe | PhotoProbe],
    settings: dict[str, Any],
    mode: Mode = Mode.DIRECT,
    limits: CreatorLimits | None = LIMITS,
) -> Sequence[Finding]:
    content = Content(kind, mode, settings, Plan(1, 1, 1))
    given = [asdict(probe) for probe in probes]
    return check(content, given, limits, min_duration_s=3, audited=False)


def rules(found: Sequence[Finding]) -> set[str]:
    return {finding.rule for finding in found if finding.blocks}


def test_a_direct_video_is_held_to_its_creators_limits_and_its_settings_to_the_rules() -> None:
    settings = {"privacy_level": "FOLLOWER_OF_CREATOR", "cover_timestamp_ms": 61_000}

    assert rules(find(Kind.VIDEO, [VIDEO], settings)) == {
        "media.video.duration",
        "posting.init.privacy-mismatch",
        "posting.init.unaudited-public",
        "posting.init.cover-timestamp",
    }


def test_a_video_draft_is_held_to_its_file_only() -> None:
    settings = {"privacy_level": "FOLLOWER_OF_CREATOR", "title": "x" * 3000}
    slow = replace(VIDEO, fps=12.0)

    assert rules(find(Kind.VIDEO, [VIDEO], settings, Mode.DRAFT)) == set()
    assert rules(find(Kind.VIDEO, [slow], {}, Mode.DRAFT)) == {"media.video.fps"}


def test_a_video_draft_has_ten_minutes_at_most() -> None:
    long = replace(VIDEO, duration_ms=600_001)

    assert rules(find(Kind.VIDEO, [long], {}, Mode.DRAFT)) == {"inbox.video.init.duration"}
    assert not rules(find(Kind.VIDEO, [replace(VIDEO, duration_ms=600_000)], {}, Mode.DRAFT))


def test_photos_are_checked_each_and_together() -> None:
    wide = replace(PHOTO, width=1200, height=1300)
    settings = {"privacy_level": "FRIENDS", "cover_index": 2, "title": "t" * 91}

    found = find(Kind.PHOTO, [PHOTO, wide], settings)

    assert rules(found) == {
        "media.photo.short-side",
        "posting.init.privacy-mismatch",
        "photo.init.unaudited-public",
        "photo.init.cover-index-range",
        "photo.init.title-length",
    }
    [side] = [finding for finding in found if finding.rule == "media.photo.short-side"]
    assert side.where == "photo 2"


def test_a_draft_of_photos_is_held_to_its_texts_and_its_cover() -> None:
    settings = {"description": "d" * 4001, "cover_index": 1}

    assert rules(find(Kind.PHOTO, [PHOTO], settings, Mode.DRAFT)) == {
        "photo.init.description-length",
        "photo.init.cover-index-range",
    }


@pytest.mark.parametrize(("kind", "probe"), [(Kind.VIDEO, VIDEO), (Kind.PHOTO, PHOTO)])
def test_settings_that_cannot_be_read_are_a_finding(
    kind: Kind, probe: VideoProbe | PhotoProbe
) -> None:
    found = find(kind, [probe], {"privacy_level": 7}, limits=None)

    [unreadable] = [finding for finding in found if finding.blocks]
    assert unreadable.rule == "preflight.post.settings"
    assert "privacy_level cannot be 7" in unreadable.says


def test_a_creator_who_is_not_known_has_no_limits() -> None:
    assert not rules(find(Kind.VIDEO, [VIDEO], {"privacy_level": "SELF_ONLY"}, limits=None))
