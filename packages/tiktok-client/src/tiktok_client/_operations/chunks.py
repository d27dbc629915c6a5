"""Plan the chunks of a FILE_UPLOAD so that every official rule and every observed check holds."""

from tiktok_client.limits import MAX_CHUNK_BYTES, MAX_VIDEO_BYTES, MIN_CHUNK_BYTES
from tiktok_client.models.chunks import ChunkPlan

__all__ = ["plan_chunks"]

# "64 MB" read as the smaller of its two meanings, which is right under both.
SAFE_CHUNK_BYTES = 64_000_000


def plan_chunks(size_bytes: int, max_chunk_bytes: int = SAFE_CHUNK_BYTES) -> ChunkPlan:
    """Cut a file into the fewest equal chunks of at most `max_chunk_bytes`.

    One chunk if it fits; otherwise n = ceil(size / max) chunks of floor(size / n), the last taking
    up to n - 1 bytes more. So total_chunk_count = floor(size / chunk_size) always holds, and a
    single chunk is always exactly the file: TikTok refuses both a ceil count and one chunk that is
    not.

    Raises ValueError for an empty file, one over 4 GiB, or a limit outside 10 MiB to 64 MiB. Within
    these there are never more than 410 chunks, of the 1,000 that TikTok takes.

    spec: posting.init.chunk-count, posting.init.single-chunk, posting.init.chunk-range
    spec: posting.init.max-chunks, posting.init.size-limit
    Source: content-posting-api-media-transfer-guide, 2026-09-11; single-chunk check observed
    2026-08.
    """
    if not 0 < size_bytes <= MAX_VIDEO_BYTES:
        raise ValueError(f"a video has 1 to {MAX_VIDEO_BYTES} bytes, this one has {size_bytes}")
    if not 2 * MIN_CHUNK_BYTES <= max_chunk_bytes <= MAX_CHUNK_BYTES:
        # Twice the minimum, or halving a file just over the limit could give chunks under it.
        raise ValueError(
            f"max_chunk_bytes is {2 * MIN_CHUNK_BYTES} to {MAX_CHUNK_BYTES}, not {max_chunk_bytes}"
        )
    count = -(-size_bytes // max_chunk_bytes)
    return ChunkPlan(size_bytes=size_bytes, chunk_bytes=size_bytes // count, count=count)
