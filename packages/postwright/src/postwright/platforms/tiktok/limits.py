"""TikTok's numbers for media and texts. Each is the one of its row in spec/tiktok/."""

from typing import Final

CONTAINERS: Final = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
CODECS: Final = ("h264", "hevc", "vp8", "vp9")
FPS: Final = (23, 60)
SIDES: Final = (360, 4096)
SIZE_BYTES: Final = 4 * 1024**3
DRAFT_DURATION_S: Final = 600
# Each creator has a limit of their own; none was seen to have more than an hour.
LONGEST_DURATION_S: Final = 3600

PHOTO_FORMATS: Final = {"jpeg": "image/jpeg", "webp": "image/webp"}
PHOTO_SHORT_SIDE: Final = 1080
PHOTO_BYTES: Final = 20 * 1024**2
PHOTO_COUNT: Final = (1, 35)

CAPTION_UNITS: Final = 2200
PHOTO_TITLE_UNITS: Final = 90
PHOTO_DESCRIPTION_UNITS: Final = 4000

UPLOAD_WINDOW_S: Final = 3600

# TikTok documents no shortest length. Videos under three seconds are mistakes far more often than
# they are meant, so this is a setting.
MIN_DURATION_S: Final = 3.0
# An upload that needs more than this to end within the hour deserves a word beforehand.
NOTED_MBIT_PER_S: Final = 2.0
