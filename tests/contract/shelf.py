"""A server of media for pulls, on loopback; and media to put there."""

import asyncio
import io
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import av
from PIL import Image

from tests.contract.desk import DESKTOP, Desk
from tests.factories.loopback import serve
from tiktok_client import AppKeys, AsyncTikTok, PublishStatus

# A host that exists only here: the emulator is told where it stands.
HOST = "static.example.com"
BOTH = ("user.info.basic", "video.publish", "video.upload")


@dataclass
class Shelf:
    """Files by path. A path that has none is 404; `redirects` lead on; `held` answers too late."""

    base: str = ""
    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    redirects: dict[str, str] = field(default_factory=dict[str, str])
    held: set[str] = field(default_factory=set[str])
    asked: list[str] = field(default_factory=list[str])
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, path: str, content: bytes) -> str:
        """Put a file there; return its loopback address."""
        self.files[path] = content
        return self.base + path

    def answer(self, path: str) -> bytes:
        """The answer for a path."""
        if path in self.redirects:
            head = f"302 Found\r\nLocation: {self.redirects[path]}"
            return f"HTTP/1.1 {head}\r\nContent-Length: 0\r\n\r\n".encode()
        if path not in self.files:
            return b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        content = self.files[path]
        return f"HTTP/1.1 200 OK\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


@asynccontextmanager
async def shelf() -> AsyncGenerator[Shelf]:
    """Serve a shelf while it is needed."""
    there = Shelf()

    async def handle(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        path = head.split(b" ")[1].decode("ascii")
        there.asked.append(path)
        there.reached.set()
        if path in there.held:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nsome")
            await writer.drain()
            await asyncio.Event().wait()
        writer.write(there.answer(path))
        await writer.drain()
        writer.close()

    async with serve(handle) as served:
        there.base = served.base
        yield there


async def ready(
    desk: Desk, username: str = "maya", app: AppKeys = DESKTOP, scopes: tuple[str, ...] = BOTH
) -> AsyncTikTok:
    """A client whose app may name addresses of this machine, for a creator who allows all of it."""
    await desk.control("PATCH", f"apps/{app.client_key}", {"allow_localhost_urls": True})
    await desk.settings(rate_limits={"status": 100_000})
    return await desk.connected(username, app, scopes)


async def owns(desk: Desk, *owned: tuple[str, str], stands_at: str | None = None) -> None:
    """Give the app these properties; let our host stand at an address of this machine."""
    facts = [{"kind": kind, "value": value} for kind, value in owned]
    await desk.control("PATCH", f"apps/{DESKTOP.client_key}", {"properties": facts})
    if stands_at is not None:
        await desk.settings(pull_stand_ins={HOST: stands_at})


async def decided(client: AsyncTikTok, publish_id: str) -> PublishStatus:
    """Ask until it is decided; the emulator fetches and looks in tasks of its own."""
    for _ in range(10_000):
        status = await client.posting.status(publish_id)
        if status.state.is_final:
            return status
    raise AssertionError("never decided")


def photo(width: int = 1080, height: int = 1350, kind: str = "JPEG") -> bytes:
    """A picture as bytes."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 120, 40)).save(file, kind)
    return file.getvalue()


def lasting(video: bytes, seconds: int) -> bytes:
    """A clip of one second again and again, packet by packet: nothing is encoded."""
    out = io.BytesIO()
    pyav: Any = av  # its own types are partial
    with pyav.open(io.BytesIO(video)) as source, pyav.open(out, "w", format="mp4") as target:
        clip = source.streams.video[0]
        made = target.add_stream_from_template(clip)
        packets = [packet for packet in source.demux(clip) if packet.size]
        for lap in range(seconds):
            for packet in packets:
                copy = pyav.Packet(bytes(packet))
                copy.stream, copy.time_base = made, packet.time_base
                copy.pts = packet.pts + lap * round(1 / clip.time_base)
                copy.dts = packet.dts + lap * round(1 / clip.time_base)
                copy.duration, copy.is_keyframe = packet.duration, packet.is_keyframe
                target.mux(copy)
    return out.getvalue()
