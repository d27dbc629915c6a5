"""How a file is cut for upload."""

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Chunk", "ChunkPlan"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One PUT: bytes `first` to `last_inclusive` of the file."""

    index: int
    first: int
    last_inclusive: int
    is_last: bool

    @property
    def size_bytes(self) -> int:
        """How many bytes this PUT carries."""
        return self.last_inclusive - self.first + 1


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """`count` chunks of `chunk_bytes`; the last one also takes what is left over.

    The last chunk is never shorter than the others. Chunks must be sent in order.
    """

    size_bytes: int
    chunk_bytes: int
    count: int

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Chunk]:
        return (self.chunk(index) for index in range(self.count))

    def chunk(self, index: int) -> Chunk:
        """Return the chunk at `index` (from 0). Raises IndexError outside the plan."""
        if not 0 <= index < self.count:
            raise IndexError(f"chunk {index} of {self.count}")
        first = index * self.chunk_bytes
        is_last = index == self.count - 1
        end = self.size_bytes if is_last else first + self.chunk_bytes
        return Chunk(index=index, first=first, last_inclusive=end - 1, is_last=is_last)

    def chunks_from(self, offset: int) -> Iterator[Chunk]:
        """Yield what is still to be sent when the first `offset` bytes have arrived.

        An offset inside a chunk gives the rest of that chunk first; the file's size gives nothing.
        Raises ValueError outside 0 to `size_bytes`.
        """
        if not 0 <= offset <= self.size_bytes:
            raise ValueError(f"offset {offset} is outside a file of {self.size_bytes} bytes")
        for chunk in self:
            if chunk.last_inclusive < offset:
                continue
            first = max(chunk.first, offset)
            yield Chunk(chunk.index, first, chunk.last_inclusive, chunk.is_last)

    def resume_at(self, counter: int) -> int | None:
        """Turn the raw `n` of `Content-Range: bytes 0-n/total` into the offset to go on from.

        Whether n is a count or a last index was never settled; chunk boundaries settle it, since
        only one of n and n+1 can be one. None when neither is: then only status/fetch can tell.

        spec: upload.put.content-range
        """
        boundaries = {chunk.first for chunk in self} | {self.size_bytes}
        for offset in (counter, counter + 1):
            if offset in boundaries:
                return offset
        return None
