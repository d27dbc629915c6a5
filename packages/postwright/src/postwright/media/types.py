"""What a file is called on the wire, by what is in it and not by its name."""

from postwright.media.models import MediaKind
from postwright.media.probe import PhotoProbe, Probe

_VIDEOS = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "3gp": "video/3gpp",
    "webm": "video/webm",
    "matroska": "video/x-matroska",
    "avi": "video/x-msvideo",
    "mpegts": "video/mp2t",
}
_ANYTHING = "application/octet-stream"


def kind_of(probe: Probe) -> MediaKind:
    """Whether it is a video or a photo."""
    return MediaKind.PHOTO if isinstance(probe, PhotoProbe) else MediaKind.VIDEO


def content_type(probe: Probe) -> str:
    """Its media type; of what has none that is known, the one for anything."""
    if isinstance(probe, PhotoProbe):
        return f"image/{probe.format}"
    return _VIDEOS.get(probe.container, _ANYTHING)
