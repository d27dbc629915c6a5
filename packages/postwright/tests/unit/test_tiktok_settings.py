"""Settings of posts to TikTok, from JSON and back."""

from typing import Any

import pytest

from postwright.platforms.content import Kind, Mode
from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings, read_settings

VIDEO = VideoSettings("SELF_ONLY", "a #fox", cover_timestamp_ms=1500, is_aigc=True)
PHOTO = PhotoSettings("SELF_ONLY", "a fox", "two #foxes", cover_index=1, auto_add_music=True)


@pytest.mark.parametrize(("kind", "chosen"), [(Kind.VIDEO, VIDEO), (Kind.PHOTO, PHOTO)])
def test_what_was_written_is_read(kind: Kind, chosen: VideoSettings | PhotoSettings) -> None:
    assert read_settings(kind, Mode.DIRECT, chosen.to_dict()) == chosen


def test_what_only_the_other_kind_has_is_left_out() -> None:
    both = {**VIDEO.to_dict(), **PHOTO.to_dict()}

    assert read_settings(Kind.PHOTO, Mode.DIRECT, {**both, "is_aigc": False}) == PHOTO
    assert read_settings(Kind.VIDEO, Mode.DIRECT, {**both, **VIDEO.to_dict()}) == VIDEO


@pytest.mark.parametrize("kind", Kind)
def test_only_a_draft_needs_no_privacy(kind: Kind) -> None:
    assert read_settings(kind, Mode.DRAFT, {}).privacy_level == ""
    for empty in ({}, {"privacy_level": ""}):
        with pytest.raises(ValueError, match="privacy_level is missing; choose one of PUBLIC"):
            read_settings(kind, Mode.DIRECT, empty)


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"schedule_time": 1}, "unknown settings: schedule_time; there are privacy_level, title"),
        ({"title": None}, "title cannot be None: it is a text"),
        ({"allow_duet": 1}, "allow_duet cannot be 1: it is true or false"),
        ({"cover_index": True}, "cover_index cannot be True: it is a whole number, counted from 0"),
        ({"cover_index": None}, "cover_index cannot be None: it is a whole number"),
        ({"cover_timestamp_ms": 1.5}, "cover_timestamp_ms cannot be 1.5: it is a whole number of"),
    ],
)
@pytest.mark.parametrize("kind", Kind)
def test_a_wrong_setting_is_named(kind: Kind, values: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match=f"^{says}"):
        read_settings(kind, Mode.DIRECT, {"privacy_level": "SELF_ONLY", **values})
