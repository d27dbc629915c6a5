"""Media on the wire."""

from enum import StrEnum
from typing import Any

from pydantic import ConfigDict, Field

from postwright.api.wire.base import At, In, Out, WireId, example
from postwright.api.wire.pages import Pagination

_URL = "https://postwright.example.com/v1/media/media_7k3m9x2q4d1f/lisbon.mp4"
_PROBE: dict[str, Any] = {
    "container": "mp4",
    "video_codec": "h264",
    "width": 1080,
    "height": 1920,
    "fps": 30.0,
    "duration_ms": 12500,
}
_EXAMPLE: dict[str, Any] = {
    "_id": "media_7k3m9x2q4d1f",
    "state": "ready",
    "url": _URL,
    "type": "video",
    "filename": "lisbon.mp4",
    "mimeType": "video/mp4",
    "size": 10485760,
    "receivedBytes": 10485760,
    "sha256": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "probe": _PROBE,
    "findings": {"tiktok": []},
    "usedBy": [],
    "code": None,
    "detail": None,
    "createdAt": "2026-11-21T10:00:00.000Z",
    "usedAt": "2026-11-21T10:00:00.000Z",
    "removedAt": None,
}


class MediaType(StrEnum):
    """What a file is."""

    IMAGE = "image"
    VIDEO = "video"


class MediaState(StrEnum):
    """Where a file is on its way."""

    WAITING = "waiting"  # announced, and nothing was sent
    FETCHING = "fetching"
    READY = "ready"
    REFUSED = "refused"  # what was sent is no good
    FAILED = "failed"  # it could not be fetched
    REMOVED = "removed"


class UploadNew(In):
    """A file that is to be uploaded."""

    model_config = ConfigDict(
        json_schema_extra=example(filename="lisbon.mp4", contentType="video/mp4", size=10485760)
    )

    filename: str = Field(
        min_length=1, max_length=1000, description="What the file is called; folders are cut off."
    )
    content_type: str = Field(
        max_length=200,
        description="What it is declared as: a `video/…` or `image/…` type, or "
        "`application/octet-stream` to leave it open. What counts is what is in it.",
    )
    size: int | None = Field(
        default=None,
        ge=1,
        le=1 << 50,
        description="Its exact size in bytes, if it is known: nothing of another size is then "
        "taken. Without it, the largest size of the installation holds (5 GiB if nothing is set).",
    )


class UploadOut(Out):
    """Where to send a file, once."""

    model_config = ConfigDict(
        json_schema_extra=example(
            uploadUrl="https://postwright.example.com/v1/media/uploads/upl_7k3m9x2q4d1f/AGkh…/video.mp4",
            publicUrl="https://postwright.example.com/v1/media/upl_7k3m9x2q4d1f/lisbon.mp4",
            key="upl_7k3m9x2q4d1f",
            type="video",
            expiresIn=3600,
            expiresAt="2026-11-21T11:00:00.000Z",
            warnings=[],
        )
    )

    upload_url: str = Field(
        description="`PUT` the bytes of the file here, without an API key: the address is signed. "
        "It takes one file; a request that breaks off can be repeated."
    )
    public_url: str = Field(
        description="What stands for the file in `mediaItems[].url` of a post. It is a name within "
        "this workspace: nobody sees the file by it."
    )
    key: str = Field(description="The upload's id; `GET /v1/media/{mediaId}` knows it.")
    type: MediaType | None = Field(description="What it was declared as, if that says it.")
    expires_in: int = Field(description="Seconds until the address is good no more.")
    expires_at: At = Field(description="When that is.")
    warnings: list[str] = Field(default=[], description="What of the request was ignored.")


class FileOut(Out):
    """A file that was uploaded."""

    type: MediaType = Field(description="What it is.")
    url: str = Field(description="What stands for it in `mediaItems[].url` of a post.")
    filename: str = Field(description="What it is called.")
    size: int = Field(description="Its size in bytes.")
    mime_type: str = Field(description="What it is, by what is in it.")
    media_id: str = Field(description="Its id.")


class FilesOut(Out):
    """The files of an upload, in their order."""

    model_config = ConfigDict(
        json_schema_extra=example(
            files=[
                {
                    "type": "video",
                    "url": _URL,
                    "filename": "lisbon.mp4",
                    "size": 10485760,
                    "mimeType": "video/mp4",
                    "mediaId": "media_7k3m9x2q4d1f",
                }
            ]
        )
    )

    files: list[FileOut] = Field(description="One for each file that was sent, in their order.")


class FindingOut(Out):
    """A rule that a file does not meet."""

    kind: str = Field(
        description="`error` and `fixable` keep a post from being sent, `advice` does not."
    )
    rule: str = Field(description="Which rule, such as `media.video.fps`.")
    says: str = Field(description="What is wrong, in a sentence.")
    measured: str | None = Field(description="What was found, with its unit.")
    limit: str | None = Field(description="What is allowed, with its unit.")
    fix: str | None = Field(description="What to do.")


class UseOut(Out):
    """Something that needs a file."""

    what: str = Field(description="`post`, `fix` or `address`.")
    id: str = Field(description="Its id.")
    says: str = Field(description="What it is, in half a sentence.")


class MendedOut(Out):
    """A file that was made from another one."""

    media_id: str = Field(description="Its id.")
    name: str = Field(description="What it is called.")


class MediaOut(Out):
    """A file, or what is to become one."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: WireId = Field(description="Its id; of an upload or a fetch as long as there is no file.")
    state: MediaState = Field(
        description="`waiting` for bytes, `fetching`, `ready`, `refused`, `failed` or `removed`."
    )
    url: str = Field(description="What stands for it in `mediaItems[].url` of a post.")
    type: MediaType | None = Field(default=None, description="What it is, once it is ready.")
    filename: str = Field(description="What it is called.")
    mime_type: str | None = Field(default=None, description="What it is, by what is in it.")
    size: int | None = Field(default=None, description="Its size in bytes, once that is known.")
    received_bytes: int | None = Field(
        default=None, description="How many bytes have come, written down about once a second."
    )
    sha256: str | None = Field(default=None, description="The SHA-256 of its bytes, in hex.")
    probe: dict[str, Any] | None = Field(
        default=None,
        description="What is in it. Of a video: container, codecs, sides in pixels, pictures per "
        "second, `duration_ms`; of a photo: format, sides, orientation, and more.",
    )
    findings: dict[str, list[FindingOut]] | None = Field(
        default=None,
        description="By network, what its rules say of the file by itself; empty if it is good.",
    )
    original_id: str | None = Field(
        default=None, description="The file that it was made from, if it was mended."
    )
    changes: list[dict[str, Any]] = Field(
        default=[], description="What was changed then; empty if it was not mended."
    )
    mended_as: list[MendedOut] = Field(
        default=[], description="What was made from it by mending, the oldest first; not in lists."
    )
    used_by: list[UseOut] = Field(
        default=[], description="What needs it; as long as there is anything it is not removed."
    )
    code: str | None = Field(
        default=None, description="Why it was refused or failed, for programs."
    )
    detail: str | None = Field(default=None, description="Why, for people.")
    created_at: At = Field(description="When it came, or was announced.")
    used_at: At | None = Field(
        default=None, description="When it was last added or asked for, to a minute."
    )
    removed_at: At | None = Field(default=None, description="When it was removed.")


class MediaAnswer(Out):
    """One file."""

    model_config = ConfigDict(json_schema_extra=example(media=_EXAMPLE))

    media: MediaOut = Field(description="The file.")
    warnings: list[str] = Field(default=[], description="What of the request was ignored.")


class MediaList(Out):
    """Files, the newest first."""

    media: list[MediaOut] = Field(description="The files of this page.")
    pagination: Pagination = Field(description="Which page it is.")


class MediaUrl(In):
    """An address of a file."""

    model_config = ConfigDict(json_schema_extra=example(url="https://example.com/lisbon.mp4"))

    url: str = Field(
        min_length=1,
        max_length=4096,
        description="An http or https address of the public network that gives the file itself, "
        "after at most three redirects; or one that stands for a file here.",
    )


class LimitOut(Out):
    """The size that a network allows."""

    limit: int = Field(description="Most bytes.")
    limit_formatted: str = Field(description="The same, for people.")
    within_limit: bool = Field(description="Whether the file has no more.")


class MediaVerdict(Out):
    """What would be said of a file."""

    model_config = ConfigDict(
        json_schema_extra=example(
            valid=True,
            url="https://example.com/lisbon.mp4",
            error=None,
            code=None,
            contentType="video/mp4",
            size=10485760,
            sizeFormatted="10.0 MB",
            type="video",
            platformLimits={
                "tiktok": {"limit": 4294967296, "limitFormatted": "4.0 GB", "withinLimit": True}
            },
            probe=_PROBE,
            findings={"tiktok": []},
            warnings=[],
        )
    )

    valid: bool = Field(description="Whether it can be fetched, and can go out as it is.")
    url: str = Field(description="The address, as it was given.")
    error: str | None = Field(default=None, description="Why it cannot be used, if it cannot.")
    code: str | None = Field(default=None, description="The same for programs.")
    content_type: str | None = Field(default=None, description="What it is, by what is in it.")
    size: int | None = Field(default=None, description="Its size in bytes.")
    size_formatted: str | None = Field(default=None, description="The same, for people.")
    type: MediaType | None = Field(default=None, description="What it is.")
    platform_limits: dict[str, LimitOut] | None = Field(
        default=None, description="By network, the size that it allows."
    )
    probe: dict[str, Any] | None = Field(default=None, description="What is in it.")
    findings: dict[str, list[FindingOut]] | None = Field(
        default=None, description="By network, what its rules say of it."
    )
    warnings: list[str] = Field(default=[], description="What of the request was ignored.")
