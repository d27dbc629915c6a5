"""TikTok's rules for a post, checked before anything is sent. Pure: no file, no network.

`rulebook.py` lists them, `limits.py` has their numbers; the rest finds what breaks them.
"""

from postwright.media.probe import PhotoProbe, Probe
from postwright.platforms.tiktok.limits import (
    CAPTION_UNITS,
    CONTAINERS,
    MIN_DURATION_S,
    PHOTO_FORMATS,
    SIZE_BYTES,
    UPLOAD_WINDOW_S,
)
from postwright.platforms.tiktok.rulebook import RULES
from postwright.platforms.tiktok.rules_photos import PHOTO_TARGET, check_files, check_photo
from postwright.platforms.tiktok.rules_post import (
    caption_units,
    check_photo_draft,
    check_photo_post,
    check_post,
)
from postwright.platforms.tiktok.rules_video import (
    VIDEO_TARGET,
    check_draft_video,
    check_video,
)

__all__ = [
    "CAPTION_UNITS",
    "MIN_DURATION_S",
    "PHOTO_TARGET",
    "RULES",
    "SIZE_BYTES",
    "UPLOAD_WINDOW_S",
    "VIDEO_TARGET",
    "caption_units",
    "check_draft_video",
    "check_files",
    "check_photo",
    "check_photo_draft",
    "check_photo_post",
    "check_post",
    "check_video",
    "content_type",
]


def content_type(probe: Probe) -> str:
    """Say what to declare the bytes as.

    A video in a container that TikTok does not take is sent as MP4, a photo that it does not take
    as what it is.
    """
    if isinstance(probe, PhotoProbe):
        return PHOTO_FORMATS.get(probe.format, f"image/{probe.format}")
    return CONTAINERS.get(probe.container, CONTAINERS["mp4"])
