"""One PUT of a chunk: its headers, and what its status means. Without a network.

Source: content-posting-api-media-transfer-guide, 2026-09-11.
"""

import re

from tiktok_client.endpoints import Endpoints
from tiktok_client.errors import ResponseError, TransportError, UploadError, UploadRefusal
from tiktok_client.limits import UPLOAD_CONTENT_TYPES
from tiktok_client.models.chunks import Chunk, ChunkPlan
from tiktok_client.models.posting import ChunkReceipt

from .wire import Response, Target

__all__ = ["put_chunk", "read_receipt", "receipt_of_resync", "received_counter", "resume_after"]

RECEIVED = re.compile(r"bytes\s+0-(\d{1,19})/(?:\d+|\*)", re.ASCII)


def put_chunk(
    endpoints: Endpoints, upload_url: str, chunk: Chunk, *, total_bytes: int, content_type: str
) -> Target:
    """Build the PUT of one chunk. The address carries its own token, so no Authorization is sent.

    Raises ResponseError if the address is not one that bytes may be sent to, and ValueError for a
    content type that TikTok does not take.

    spec: upload.put, upload.put.headers, upload.put.content-type, upload.put.no-auth
    spec: upload.put.sequential, upload.put.last-chunk-size, upload.put.as-planned
    """
    if content_type not in UPLOAD_CONTENT_TYPES:
        raise ValueError(f"TikTok takes {', '.join(UPLOAD_CONTENT_TYPES)}, not {content_type!r}")
    if not endpoints.allows_upload(upload_url):
        why = "init gave an upload address outside TikTok; nothing was sent to it"
        raise ResponseError(why, operation="upload", status=200)
    headers = {
        "Content-Type": content_type,
        "Content-Length": str(chunk.size_bytes),
        "Content-Range": f"bytes {chunk.first}-{chunk.last_inclusive}/{total_bytes}",
    }
    return Target("upload", "PUT", upload_url, headers)


def read_receipt(answer: Response, chunk: Chunk) -> ChunkReceipt:
    """Read what became of a chunk. Raises UploadError for anything but 200, 201 and 206.

    spec: upload.put.created-201, upload.put.partial-206, upload.put.bad-headers-400
    spec: upload.put.expired-403, upload.put.unknown-404, upload.put.range-416
    """
    received = received_counter(answer)
    match answer.status:
        case 201:
            return ChunkReceipt(status=201, complete=True, received=received)
        case 206:
            return ChunkReceipt(status=206, complete=False, received=received)
        case 200:  # observed by one client for final chunks, against the page
            return ChunkReceipt(status=200, complete=chunk.is_last, received=received)
        case status:
            raise UploadError(kind=_refusal(status), status=status, chunk=chunk, received=received)


def _refusal(status: int) -> UploadRefusal:
    """What a status says of a chunk.

    spec: upload.put.fault-5xx
    """
    if status >= 500:
        return UploadRefusal.FAULT
    return {
        400: UploadRefusal.REJECTED,
        403: UploadRefusal.EXPIRED,
        404: UploadRefusal.UNKNOWN,
        416: UploadRefusal.OUT_OF_STEP,
    }.get(status, UploadRefusal.OTHER)


def received_counter(answer: Response) -> int | None:
    """The raw n of `Content-Range: bytes 0-n/total`, or None.

    spec: upload.put.content-range
    """
    found = RECEIVED.fullmatch(answer.headers.get("content-range", "").strip())
    return int(found.group(1)) if found else None


def resume_after(error: UploadError | TransportError, plan: ChunkPlan, offset: int) -> int | None:
    """Where to go on after a failed PUT that began at `offset`; None if going on cannot help.

    After a broken connection the same chunk is sent again: if it had arrived, TikTok answers 416
    and says where it is.

    spec: upload.put.range-416, upload.put.sequential, upload.put.no-range-query
    """
    match error:
        case TransportError():
            return offset
        case UploadError(kind=UploadRefusal.FAULT):
            return offset
        case UploadError(kind=UploadRefusal.OUT_OF_STEP, received=int() as counter):
            return plan.resume_at(counter)
        case _:
            return None


def receipt_of_resync(
    error: UploadError | TransportError, plan: ChunkPlan, offset: int
) -> ChunkReceipt:
    """What a resync tells: the file is complete when TikTok's counter is at its end."""
    status = error.status if isinstance(error, UploadError) else 0
    return ChunkReceipt(status=status, complete=offset == plan.size_bytes, received=offset)
