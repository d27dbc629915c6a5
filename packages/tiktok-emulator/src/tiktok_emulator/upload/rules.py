"""What one PUT to the upload address must look like."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tiktok_emulator.errors import UploadRefusal
from tiktok_emulator.settings import Settings
from tiktok_emulator.upload.media import MEDIA_TYPES
from tiktok_emulator.upload.state import Upload

_RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


@dataclass(frozen=True, slots=True)
class Range:
    """The bytes one PUT carries; `last` is inclusive, as on the wire."""

    first: int
    last: int
    total: int

    @property
    def size_bytes(self) -> int:
        """How many bytes that is."""
        return self.last - self.first + 1

    @property
    def is_final(self) -> bool:
        """Whether it ends the file."""
        return self.last + 1 == self.total


def read_range(value: str | None) -> Range | None:
    """A Content-Range of the form `bytes first-last/total`, or None for anything else.

    spec: upload.put.no-range-query
    """
    match = _RANGE.fullmatch(value or "")
    if not match:
        return None
    first, last, total = (int(part) for part in match.groups())
    return Range(first, last, total) if first <= last < total else None


def check_headers(headers: Mapping[str, str]) -> tuple[Range, str]:
    """The range and the media type of a PUT.

    Raises:
        UploadRefusal: 400 for a missing or malformed header, or a length that is not the range's.

    Source: media transfer guide and direct post page, 2026-09-11.
    """
    media_type = headers.get("content-type", "").split(";")[0].strip().lower()
    if media_type not in MEDIA_TYPES:
        raise UploadRefusal(
            400,
            "bad_headers",
            rule="upload.put.content-type",
            why=f"Content-Type is {media_type or 'missing'!r}; send {', '.join(MEDIA_TYPES)}.",
        )
    span = read_range(headers.get("content-range"))
    if span is None:
        raise UploadRefusal(
            400,
            "bad_headers",
            rule="upload.put.bad-headers-400",
            why="Content-Range is missing or malformed; send 'bytes first-last/total', with "
            "first <= last < total.",
        )
    length = headers.get("content-length", "")
    if not length.isdecimal() or int(length) != span.size_bytes:
        raise UploadRefusal(
            400,
            "bad_headers",
            rule="upload.put.headers",
            why=f"Content-Length is {length or 'missing'!r} but the range holds {span.size_bytes} "
            "bytes; both must say the same (last is inclusive).",
        )
    return span, media_type


def check_alive(upload: Upload | None, now: datetime) -> Upload:
    """The upload behind an address that is known and not too old.

    Raises:
        UploadRefusal: 404 unknown, 403 expired.
    """
    if upload is None or upload.is_forgotten:
        raise UploadRefusal(
            404,
            "unknown_upload",
            rule="upload.put.unknown-404",
            why="No upload belongs to this upload_id and upload_token; use the upload_url of the "
            "init answer unchanged.",
        )
    if now >= upload.expires_at:
        raise expired(upload)
    return upload


def expired(upload: Upload) -> UploadRefusal:
    """The refusal of an address that is too old."""
    return UploadRefusal(
        403,
        "upload_url_expired",
        rule="upload.put.expired-403",
        why=f"The address expired at {upload.expires_at:%H:%M:%S} UTC; the whole upload must "
        "finish within its lifetime. Make a new init.",
    )


def check_progress(upload: Upload, span: Range, settings: Settings) -> None:
    """Whether these bytes are exactly the chunk that comes next.

    Raises:
        UploadRefusal: 400 when the total is not what init declared, 416 for any other chunk.

    spec: upload.put.as-planned
    Source: assumed; the media transfer guide says only that a range out of step is refused.
    """
    if span.total != upload.plan.size_bytes:
        raise UploadRefusal(
            400,
            "bad_headers",
            rule="upload.put.bad-headers-400",
            why=f"Content-Range says {span.total} bytes in all, init {upload.plan.size_bytes}.",
        )
    expected_last = upload.plan.last_index(upload.received_bytes)
    if span.first == upload.received_bytes and span.last == expected_last:
        return
    if span.first != upload.received_bytes:
        rule = "upload.put.sequential"
        why = f"The range starts at {span.first} but {upload.received_bytes} bytes are stored; " + (
            "nothing more is expected." if upload.is_complete else "send the next chunk."
        )
    else:
        rule = "upload.put.last-chunk-size" if span.is_final else "upload.put.range-416"
        why = f"The range ends at {span.last}; by the plan of init it ends at {expected_last}."
    raise UploadRefusal(
        416, "range_mismatch", rule=rule, why=why, content_range=content_range(upload, settings)
    )


def content_range(upload: Upload, settings: Settings) -> str:
    """How much is stored, as TikTok says it: `bytes 0-<n>/<total>`.

    The guide introduces n as how many bytes were uploaded, so it is a count by default; the
    setting `content_range_counts` makes it the index of the last byte.

    spec: upload.put.content-range
    Source: media transfer guide, 2026-09-11.
    """
    n = upload.received_bytes
    if settings.content_range_counts == "last_index":
        if n == 0:
            return f"bytes */{upload.plan.size_bytes}"
        n -= 1
    return f"bytes 0-{n}/{upload.plan.size_bytes}"
