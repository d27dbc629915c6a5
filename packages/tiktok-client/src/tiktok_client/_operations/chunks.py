"""Plan the chunks of a FILE_UPLOAD so that every official rule and every observed check holds."""

from tiktok_client.limits import MAX_CHUNK_BYTES, MAX_VIDEO_BYTES, MIN_CHUNK_BYTES
from tiktok_client.models.chunks import ChunkPlan

__all__ = ["SAFE_CHUNK_BYTES", "chunk_bytes_for", "plan_chunks"]

# "64 MB" read as the smaller of its two meanings, which is right under both.
SAFE_CHUNK_BYTES = 64_000_000


def plan_chunks(size_bytes: int, max_chunk_bytes: int = SAFE_CHUNK_BYTES) -> ChunkPlan:
    """Cut a file into the fewest equal chunks of at most `max_chunk_bytes`.

    The rules, and how n = ceil(size / max) chunks of floor(size / n) bytes keep them:

    - total_chunk_count is floor(video_size / chunk_size). A count rounded up is refused, so what is
      left over cannot be a short chunk of its own: the last chunk takes it. The leftover is under n
      bytes, so floor(size / chunk_size) is n, and chunk_size is also floor(size / count), as an
      older wording of the page has it.
    - A single chunk is exactly the file. One chunk of 64 MB for a file of 100 MB has the right
      count, since the last may hold up to 128 MB, yet TikTok refuses it; so a file that does not
      fit in one chunk is cut in two or more, and no chunk of ours comes near 128 MB.
    - A file over 64 MB is never one chunk. "64 MB" is said without telling which: 64,000,000 bytes
      are right under both readings, and are the default.
    - A chunk has at least 5 MB, read here as 5 MiB, unless the file is smaller. Half of a file just
      over the limit has about half the limit, so for a limit under 10 MiB there may be fewer chunks
      than it asks for, each then over the limit but under 10 MiB.
    - Chunks go up in order, at most 1,000 of them: 4 GiB in chunks of 5 MiB are 819.

    Why not always the least: every chunk costs a round trip, and a broken one costs only itself.
    So large chunks are for good lines and small ones for bad lines: see `chunk_bytes_for`.

    Raises ValueError for an empty file, one over 4 GiB, or a limit outside 5 MiB to 64 MiB.

    spec: posting.init.chunk-count, posting.init.single-chunk, posting.init.chunk-range
    spec: posting.init.max-chunks, posting.init.size-limit
    Source: content-posting-api-media-transfer-guide, 2026-09-11; refusals of a count rounded up and
    of a single chunk that is not the file observed 2026-08.
    """
    if not 0 < size_bytes <= MAX_VIDEO_BYTES:
        raise ValueError(f"a video has 1 to {MAX_VIDEO_BYTES} bytes, this one has {size_bytes}")
    if not MIN_CHUNK_BYTES <= max_chunk_bytes <= MAX_CHUNK_BYTES:
        raise ValueError(
            f"max_chunk_bytes is {MIN_CHUNK_BYTES} to {MAX_CHUNK_BYTES}, not {max_chunk_bytes}"
        )
    wanted = -(-size_bytes // max_chunk_bytes)
    count = max(1, min(wanted, size_bytes // MIN_CHUNK_BYTES))
    return ChunkPlan(size_bytes=size_bytes, chunk_bytes=size_bytes // count, count=count)


def chunk_bytes_for(bytes_per_s: float, *, target_s: float = 30.0) -> int:
    """Choose `max_chunk_bytes` for a line of this speed, so that a chunk takes about `target_s`.

    What a chunk is worth on a line: when the connection breaks, at most one chunk is sent again, so
    a chunk of half a minute loses half a minute at worst. Much less is no gain, since each chunk
    waits once for TikTok's answer. The result is held within 5 MiB and 64,000,000 bytes, so under
    1.4 Mbit/s a chunk takes longer than 30 s, and from 17 Mbit/s on it takes less.

    It cannot help with the hour that the whole upload may take: that needs size / 3600 bytes each
    second, whatever the chunks are.

    Raises ValueError for a speed or a time that is not above 0.

    spec: posting.init.chunk-range
    Source: content-posting-api-media-transfer-guide, 2026-09-11.
    """
    if not (bytes_per_s > 0 and target_s > 0):
        raise ValueError("bytes_per_s and target_s are above 0")
    wanted = min(bytes_per_s * target_s, SAFE_CHUNK_BYTES)
    return max(MIN_CHUNK_BYTES, int(wanted))
