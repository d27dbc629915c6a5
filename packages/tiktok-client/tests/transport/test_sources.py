"""Everything that an upload can be made of, sent whole, over faults, by both clients."""

import asyncio
import io
import os
import re
import tracemalloc
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.factories.loopback import MIB, Behaviour, reply, serve
from tiktok_client import (
    Advice,
    AsyncTikTok,
    AsyncTransport,
    ByteSource,
    ChunkPlan,
    ChunkReceipt,
    Endpoints,
    SourceError,
    TikTok,
    Transport,
    UploadError,
    plan_chunks,
)

Held = Callable[[], list[int]]
CONTENT = bytes(range(25))
PLAN = ChunkPlan(size_bytes=25, chunk_bytes=10, count=2)  # 10 and 15 bytes


@dataclass
class Intake:
    """TikTok's end of an upload. What is in `trouble` becomes of the PUTs, one after the other."""

    trouble: list[bytes | None] = field(default_factory=list[bytes | None])
    bodies: list[tuple[int, bytes]] = field(default_factory=list[tuple[int, bytes]])
    taken: bytearray = field(default_factory=bytearray)

    async def take(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        found = re.search(rb"(?i)content-range: bytes (\d+)-(\d+)/(\d+)", head)
        assert found is not None
        first, last, total = map(int, found.groups())
        body = await reader.readexactly(last + 1 - first)
        self.bodies.append((first, body))
        answer = self.trouble.pop(0) if self.trouble else b""
        if answer is None:
            writer.transport.abort()
            return
        if not answer:
            self.taken[first : last + 1] = body
            answer = reply("201 Created" if last + 1 == total else "206 Partial Content")
        writer.write(answer)


OUT_OF_STEP = "416 Range Not Satisfiable"
FAULT = reply("502 Bad Gateway")


def at(counter: int) -> bytes:
    """A 416 that says where the upload stands."""
    return reply(OUT_OF_STEP, headers=f"Content-Range: bytes 0-{counter}/25\r\n")


@dataclass
class Sender:
    """The async or the sync client, given a stream of its own kind."""

    waits: bool

    async def stream(
        self,
        base: str,
        pieces: Callable[[], Iterator[bytes]],
        plan: ChunkPlan = PLAN,
        *,
        start: int = 0,
        on_progress: Callable[[int], None] | None = None,
    ) -> ChunkReceipt:
        """Upload a stream."""
        url = f"{base}/upload"
        if self.waits:
            async with AsyncTransport() as transport:
                posting = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport).posting
                return await posting.upload(
                    url, waiting(pieces()), plan, start=start, on_progress=on_progress, pause_s=0
                )
        with Transport() as transport:
            posting = TikTok(endpoints=Endpoints.at(base), transport=transport).posting
            return await asyncio.to_thread(
                lambda: posting.upload(
                    url, pieces(), plan, start=start, on_progress=on_progress, pause_s=0
                )
            )

    async def source(
        self, base: str, source: Path | str | bytes | io.BytesIO | ByteSource
    ) -> ChunkReceipt:
        """Upload what can be read again."""
        url = f"{base}/upload"
        if self.waits:
            async with AsyncTransport() as transport:
                posting = AsyncTikTok(endpoints=Endpoints.at(base), transport=transport).posting
                return await posting.upload(url, source, PLAN, pause_s=0)
        with Transport() as transport:
            posting = TikTok(endpoints=Endpoints.at(base), transport=transport).posting
            return await asyncio.to_thread(lambda: posting.upload(url, source, PLAN, pause_s=0))


async def waiting(pieces: Iterator[bytes]) -> AsyncIterator[bytes]:
    for piece in pieces:
        await asyncio.sleep(0)
        yield piece


@pytest.fixture(params=["async", "sync"])
def sender(request: pytest.FixtureRequest) -> Sender:
    """The client, in both kinds."""
    return Sender(waits=request.param == "async")


def unnamed_files() -> dict[int, int]:
    """The unnamed temporary files that this process has open: inode to size."""
    found: dict[int, int] = {}
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # closed since it was listed
            if str(entry.readlink()).endswith("(deleted)"):
                there = entry.stat()
                found[there.st_ino] = there.st_size
    return found


@pytest.fixture
def held() -> Held:
    """Tell the sizes of the unnamed temporary files that were opened since."""
    before = unnamed_files()
    return lambda: [size for inode, size in unnamed_files().items() if inode not in before]


class Own:
    """A source of one's own."""

    def read(self, offset: int, size: int, /) -> bytes:
        return CONTENT[offset : offset + size]


@pytest.mark.parametrize("kind", ["path", "text", "bytes", "file", "own"])
async def test_whatever_can_be_read_again_arrives_over_a_fault(
    sender: Sender, kind: str, tmp_path: Path
) -> None:
    path = tmp_path / "v.mp4"
    path.write_bytes(CONTENT)
    sources = {
        "path": path,
        "text": str(path),
        "bytes": CONTENT,
        "file": io.BytesIO(CONTENT),
        "own": Own(),
    }
    intake = Intake([b"", FAULT])
    async with serve(intake.take) as served:
        assert (await sender.source(served.base, sources[kind])).complete
    assert bytes(intake.taken) == CONTENT
    assert len(intake.bodies) == 3


PIECES = [
    [CONTENT],
    [CONTENT[:10], CONTENT[10:]],
    [CONTENT[n : n + 1] for n in range(25)],
    [b"", CONTENT[:3], b"", CONTENT[3:22], CONTENT[22:], b""],
]


@pytest.mark.parametrize("pieces", PIECES, ids=["one", "chunks", "bytes", "odd"])
@pytest.mark.parametrize(
    "trouble",
    [[], [FAULT], [None], [b"", FAULT, FAULT], [b"", None], [b"", at(10)], [b"", at(9)]],
    ids=["none", "fault", "broken", "twice", "broken last", "count", "last index"],
)
async def test_a_stream_arrives_whole_however_it_is_cut_and_whatever_fails(
    sender: Sender, pieces: list[bytes], trouble: list[bytes | None]
) -> None:
    intake = Intake(list(trouble))
    async with serve(intake.take) as served:
        receipt = await sender.stream(served.base, lambda: iter(pieces))
    assert receipt.complete
    assert bytes(intake.taken) == CONTENT


async def test_a_stream_begins_where_the_upload_goes_on(sender: Sender) -> None:
    intake = Intake()
    async with serve(intake.take) as served:
        await sender.stream(served.base, lambda: iter([CONTENT[10:]]), start=10)
    assert intake.bodies == [(10, CONTENT[10:])]


async def test_a_stream_skips_what_tiktok_has_after_all(sender: Sender) -> None:
    plan = ChunkPlan(size_bytes=25, chunk_bytes=5, count=5)
    intake = Intake([b"", at(15)])
    async with serve(intake.take) as served:
        await sender.stream(served.base, lambda: iter([CONTENT[:7], CONTENT[7:]]), plan)
    assert [first for first, _ in intake.bodies] == [0, 5, 15, 20]
    assert intake.bodies[2:] == [(15, CONTENT[15:20]), (20, CONTENT[20:])]


async def test_a_stream_cannot_go_back_behind_its_chunk(sender: Sender) -> None:
    intake = Intake([b"", at(0)])
    async with serve(intake.take) as served:
        with pytest.raises(SourceError, match="byte 0 again, but a stream only goes forward"):
            await sender.stream(served.base, lambda: iter([CONTENT]))


def broken() -> Iterator[bytes]:
    yield CONTENT[:12]
    raise ConnectionResetError("https://bucket/?signature=s3cret")


def texts() -> Iterator[bytes]:
    yield from iter([CONTENT[:12], "not bytes"])  # pyright: ignore[reportReturnType]  # on purpose


BAD: list[tuple[Callable[[], Iterator[bytes]], str]] = [
    (broken, "cannot be read at byte 12: ConnectionResetError"),
    (texts, "cannot be read at byte 12: TypeError"),
    (lambda: iter([CONTENT[:20]]), "ended at byte 20 of 25"),
    (lambda: iter([CONTENT, b"x"]), "more than the planned 25 bytes"),
]


@pytest.mark.parametrize(("pieces", "why"), BAD, ids=["broken", "texts", "short", "long"])
async def test_a_stream_that_is_not_as_planned_publishes_nothing(
    sender: Sender, pieces: Callable[[], Iterator[bytes]], why: str
) -> None:
    intake = Intake()
    async with serve(intake.take) as served:
        with pytest.raises(SourceError, match=why) as caught:
            await sender.stream(served.base, pieces)
    assert [first for first, _ in intake.bodies] == [0]  # never the last chunk
    assert caught.value.advice is Advice.FIX_INPUT
    assert "s3cret" not in str(caught.value)


async def test_a_disk_that_holds_nothing_is_told(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "gone"))
    intake = Intake()
    async with serve(intake.take) as served:
        with pytest.raises(SourceError, match="temporary folder cannot hold a chunk: No such"):
            await sender.stream(served.base, lambda: iter([CONTENT]))
    assert intake.bodies == []


async def test_after_too_many_faults_the_last_one_is_told(sender: Sender) -> None:
    intake = Intake([FAULT] * 3)
    async with serve(intake.take) as served:
        with pytest.raises(UploadError):
            await sender.stream(served.base, lambda: iter([CONTENT]))
    assert [first for first, _ in intake.bodies] == [0, 0, 0]


async def test_a_stream_costs_the_memory_nothing_and_the_disk_one_chunk(
    sender: Sender, held: Held
) -> None:
    size = 40 * MIB
    plan = plan_chunks(size, 10 * MIB)
    piece = os.urandom(MIB)
    peaks: list[int] = []

    async def count(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        left = 10 * MIB
        while left:
            left -= len(await reader.read(min(65_536, left)))
        peaks.append(sum(held()))
        writer.write(reply("201 Created" if len(peaks) == 4 else "206 Partial Content"))

    async with serve(count) as served:
        tracemalloc.start()
        try:
            await sender.stream(served.base, lambda: (piece for _ in range(40)), plan)
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak_bytes < 6 * MIB
    assert peaks == [10 * MIB] * 4
    assert held() == []


class Enough(Exception):
    """What a person's Stop becomes."""


async def test_who_raises_from_progress_stops_the_upload_and_hears_it_again(
    sender: Sender, held: Held
) -> None:
    intake = Intake()

    def stop(offset: int) -> None:
        raise Enough

    async with serve(intake.take) as served:
        with pytest.raises(Enough):
            await sender.stream(served.base, lambda: iter([CONTENT]), on_progress=stop)
    assert held() == []
    assert len(intake.taken) < len(CONTENT)


async def test_who_raises_between_two_tries_stops_the_upload_too(sender: Sender) -> None:
    intake = Intake([FAULT] * 3)
    told: list[int] = []

    def stop(offset: int) -> None:
        told.append(offset)
        if offset == 0:
            raise Enough

    async with serve(intake.take) as served:
        with pytest.raises(Enough):
            await sender.stream(served.base, lambda: iter([CONTENT]), on_progress=stop)
    assert told == [10, 0]
    assert len(intake.bodies) == 1


async def cancelled_at(
    behaviour: Behaviour, pieces: AsyncIterator[bytes], reached: asyncio.Event
) -> None:
    """Begin an upload; cancel it when it has come somewhere."""
    async with serve(behaviour) as served, AsyncTransport() as transport:
        posting = AsyncTikTok(endpoints=Endpoints.at(served.base), transport=transport).posting
        task = asyncio.create_task(posting.upload(f"{served.base}/upload", pieces, PLAN))
        await reached.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


async def test_a_cancelled_upload_of_a_stream_gives_its_disk_back(held: Held) -> None:
    reached = asyncio.Event()

    async def stall(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        reached.set()
        await asyncio.Event().wait()

    await cancelled_at(stall, waiting(iter([CONTENT])), reached)
    assert held() == []


async def test_an_upload_is_cancelled_while_it_waits_for_its_stream(held: Held) -> None:
    reached = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield CONTENT[:3]
        reached.set()
        await asyncio.Event().wait()

    intake = Intake()
    await cancelled_at(intake.take, slow(), reached)
    assert intake.bodies == []
    assert held() == []
