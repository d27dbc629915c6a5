"""What is said of a media file."""

from collections.abc import Sequence
from typing import Any

from postwright.cli.printing import size
from postwright.media.library import Use
from postwright.media.models import MediaFile
from postwright.media.probe import PhotoProbe, VideoProbe, read_probe


def facts(media: MediaFile, needed_by: Sequence[Use]) -> dict[str, Any]:
    """A file for programs."""
    return {
        "id": media.id,
        "name": media.name,
        "kind": media.kind.value,
        "sha256": media.sha256,
        "size_bytes": media.size_bytes,
        "content_type": media.content_type,
        "probe": media.probe,
        "original_id": media.original_id,
        "changes": media.changes,
        "created_at": media.created_at,
        "used_at": media.used_at,
        "removed_at": media.removed_at,
        "needed_by": [{"what": use.what, "id": use.id, "says": use.says} for use in needed_by],
    }


def inside(media: MediaFile) -> str:
    """What is in a file, in a line."""
    match read_probe(media.probe):
        case PhotoProbe() as photo:
            return f"{photo.width} x {photo.height}, {photo.format}"
        case VideoProbe() as video:
            sound = video.audio_codec or "no sound"
            return (
                f"{video.width} x {video.height}, {video.fps:g} fps, "
                f"{video.duration_ms / 1000:.1f} s, {video.video_codec} and {sound} "
                f"in {video.container}"
            )


def added(media: MediaFile) -> str:
    """A file in a line: its id first, for whoever copies it."""
    return f"{media.id}  {media.name}  {inside(media)}, {size(media.size_bytes)}"
