"""A running emulator, someone who calls it, and videos to send."""

import asyncio
import hashlib
import io
import json
import re
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import av
import httpx2
import pytest
from PIL import Image

from tests.factories.loopback import serve
from tests.factories.receiver import Receiver, listening
from tiktok_emulator import DEMO, AppSeed, Emulator, Seed

REDIRECT = "http://127.0.0.1:7123/callback/"
WEB = AppSeed(
    client_key="web-key",
    client_secret="web-secret",
    kind="web",
    redirect_uris=["https://app.example.com/callback"],
    audited=True,
)
SCOPES = "user.info.basic,video.publish,video.upload"


@dataclass
class Caller:
    """Speaks plain HTTP to the emulator, as some client would."""

    http: httpx2.AsyncClient
    key: str = "demo-desktop-key"
    secret: str = "demo-desktop-secret"
    redirect: str = REDIRECT
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    token: str = "act.nobody"

    def challenge(self) -> str:
        return hashlib.sha256(self.verifier.encode()).hexdigest()

    async def control(self, path: str, **body: Any) -> Any:
        answer = await self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settings(self, **changes: Any) -> None:
        answer = await self.http.patch("/_control/settings", json=changes)
        assert answer.status_code == 200, answer.text

    async def state(self) -> Any:
        return (await self.http.get("/_control/state")).json()

    async def last_request(self) -> Any:
        return (await self.http.get("/_control/requests")).json()["requests"][-1]

    async def authorize(self, **changes: str | None) -> httpx2.Response:
        query = {
            "client_key": self.key,
            "response_type": "code",
            "scope": SCOPES,
            "redirect_uri": self.redirect,
            "state": "s1",
            "code_challenge": self.challenge(),
            "code_challenge_method": "S256",
        } | changes
        sent = {name: value for name, value in query.items() if value is not None}
        return await self.http.get("/v2/auth/authorize/", params=sent)

    async def code(self, username: str = "demo", **changes: str | None) -> str:
        await self.control("consent", client_key=self.key, username=username, count=1)
        answer = await self.authorize(**changes)
        assert answer.status_code == 302, answer.text
        return callback(answer)["code"]

    async def exchange(self, code: str = "", **changes: str) -> httpx2.Response:
        form = {
            "client_key": self.key,
            "client_secret": self.secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect,
            "code_verifier": self.verifier,
        }
        return await self.http.post("/v2/oauth/token/", data=form | changes)

    async def refresh(self, refresh_token: str) -> httpx2.Response:
        form = {
            "client_key": self.key,
            "client_secret": self.secret,
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
        }
        return await self.http.post("/v2/oauth/token/", data=form)

    async def sign_in(self, username: str = "demo", **changes: str | None) -> dict[str, Any]:
        grant = (await self.exchange(await self.code(username, **changes))).json()
        self.token = grant["access_token"]
        return grant

    async def call(self, path: str, body: object = None) -> httpx2.Response:
        headers = {"Authorization": f"Bearer {self.token}"}
        return await self.http.post(f"/v2/post/publish/{path}/", json=body, headers=headers)

    async def init(
        self, size: int, *, chunk: int = 0, count: int = 1, **post_info: Any
    ) -> httpx2.Response:
        source = {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": chunk or size,
            "total_chunk_count": count,
        }
        info = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "hello"} | post_info
        return await self.call("video/init", {"post_info": info, "source_info": source})

    async def begin(self, size: int, *, chunk: int = 0, count: int = 1, **info: Any) -> Any:
        answer = await self.init(size, chunk=chunk, count=count, **info)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    async def put(
        self,
        url: str,
        data: bytes,
        first: int = 0,
        total: int = 0,
        headers: dict[str, str] | None = None,
    ) -> httpx2.Response:
        total = total or len(data)
        sent = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + len(data) - 1}/{total}",
        }
        return await self.http.put(url, content=data, headers=sent | (headers or {}))

    async def status(self, publish_id: str) -> Any:
        return (await self.call("status/fetch", {"publish_id": publish_id})).json()["data"]

    async def post(self, data: bytes, **info: Any) -> str:
        """A whole post in one chunk; waits until it is decided and returns the publish_id."""
        begun = await self.begin(len(data), **info)
        assert (await self.put(begun["upload_url"], data)).status_code == 201
        await self.decided(begun["publish_id"])
        return begun["publish_id"]

    async def pull(self, path: str, url: str, **post_info: Any) -> httpx2.Response:
        """An init of a video by PULL_FROM_URL; `path` is that of the endpoint."""
        info = {"privacy_level": "PUBLIC_TO_EVERYONE"} | post_info
        source = {"source": "PULL_FROM_URL", "video_url": url}
        return await self.call(path, {"post_info": info, "source_info": source})

    async def photos(
        self, *urls: str, mode: str = "DIRECT_POST", cover: int = 0, **changes: Any
    ) -> httpx2.Response:
        """An init of photos; `changes` are of post_info."""
        info = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "hello"} | changes
        source = {"source": "PULL_FROM_URL", "photo_images": urls, "photo_cover_index": cover}
        body = {"media_type": "PHOTO", "post_mode": mode, "post_info": info}
        return await self.call("content/init", body | {"source_info": source})

    async def localhost(self) -> None:
        """Let the app name this machine."""
        answer = await self.http.patch(
            f"/_control/apps/{self.key}", json={"allow_localhost_urls": True}
        )
        assert answer.status_code == 200, answer.text

    async def told(self) -> list[tuple[str, dict[str, Any]]]:
        """Every event so far with its content, oldest first."""
        deliveries = (await self.http.get("/_control/webhooks")).json()["deliveries"]
        return [(each["event"], json.loads(each["content"])) for each in deliveries]

    async def decided(self, publish_id: str) -> Any:
        """The upload's facts once it is published or failed; asks the dump, not the API."""
        async with asyncio.timeout(10):
            while True:
                for upload in (await self.state())["uploads"]:
                    if upload["publish_id"] == publish_id and upload["finished_at"]:
                        return upload


def callback(answer: httpx2.Response) -> dict[str, str]:
    """The query of the address that the browser was sent to."""
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


@pytest.fixture
async def emulator(tmp_path: Path) -> AsyncIterator[Emulator]:
    base = Seed(apps=[*DEMO.apps, WEB], creators=DEMO.creators)
    async with Emulator.serve(base=base, spool=tmp_path, seed=1) as running:
        yield running


@pytest.fixture
async def caller(emulator: Emulator) -> AsyncIterator[Caller]:
    async with httpx2.AsyncClient(base_url=emulator.base_url, timeout=20, verify=False) as http:
        yield Caller(http)


@pytest.fixture
async def web(caller: Caller) -> Caller:
    return Caller(caller.http, "web-key", "web-secret", "https://app.example.com/callback")


@pytest.fixture
async def unaudited(caller: Caller) -> Caller:
    return Caller(caller.http, "demo-unaudited-key", "demo-unaudited-secret")


MakeVideo = Callable[..., bytes]
MakePicture = Callable[..., bytes]


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    """Encodes a small video; the same wishes are encoded once."""
    folder = tmp_path_factory.mktemp("videos")
    made: dict[tuple[object, ...], bytes] = {}

    def make(
        *,
        name: str = "a.mp4",
        codec: str = "libx264",
        width: int = 360,
        height: int = 640,
        rate: int = 30,
        seconds: float = 0.5,
    ) -> bytes:
        wish = (name, codec, width, height, rate, seconds)
        if wish not in made:
            path = folder / name
            # What is to last for minutes shows its first second again and again.
            turns = round(seconds) if seconds > 60 else 1
            frames = round(seconds * rate / turns)
            _encode(path, codec, (width, height), rate, frames=frames, turns=turns)
            made[wish] = path.read_bytes()
        return made[wish]

    return make


def _encode(
    path: Path, codec: str, sides: tuple[int, int], rate: int, *, frames: int, turns: int
) -> None:
    width, height = sides
    # PyAV's own types leave the packets of a codec that is only known as a string open.
    # With the index in front even a file that is cut in half opens.
    in_front = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    container: Any = av.open(str(path), "w", options=in_front)
    with container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        packets: list[Any] = []
        for number in range(frames):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number % 256]) * plane.buffer_size)
            packets += stream.encode(frame)
        packets += stream.encode()
        for turn in range(turns):
            for packet in packets:
                again = av.Packet(bytes(packet))
                again.stream, again.time_base = stream, packet.time_base
                again.is_keyframe = packet.is_keyframe
                later = round(turn * frames / rate / packet.time_base)
                again.pts, again.dts = packet.pts + later, packet.dts + later
                container.mux(again)


@pytest.fixture(scope="session")
def video(make_video: MakeVideo) -> bytes:
    return make_video()


@pytest.fixture(scope="session")
def long_video(video: bytes) -> bytes:
    """A video of 11,000,000 bytes, for two chunks: the rest is a `free` box."""
    size = 11_000_000 - len(video)
    return video + size.to_bytes(4, "big") + b"free" + secrets.token_bytes(size - 8)


@dataclass
class Shelf:
    """A server of media on this machine: what is put on it, and what was asked of it.

    A path under /redirect/ leads on, under /missing/ is 404, under /half/ breaks off in the
    middle, and under /hang/ never comes to an end.
    """

    files: dict[str, bytes] = field(default_factory=dict[str, bytes])
    asked: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    base_url: str = ""
    hanging: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, name: str, content: bytes) -> str:
        """Its address."""
        self.files[f"/{name}"] = content
        return f"{self.base_url}/{name}"

    async def answer(
        self,
        reader: asyncio.StreamReader,  # a request without a body
        writer: asyncio.StreamWriter,
        head: bytes,
    ) -> None:
        method, path, _ = head.decode().split(" ", 2)
        span = re.search(r"(?i)\r\nrange: bytes=(\d+)-(\d+)", head.decode())
        self.asked.append((method, path, f"{span[1]}-{span[2]}" if span else ""))
        await self._send(writer, method, path, span)
        writer.close()

    async def _send(
        self, writer: asyncio.StreamWriter, method: str, path: str, span: re.Match[str] | None
    ) -> None:
        kind = path.split("/")[1]
        content = self.files.get(path, b"")
        status, body = "200 OK", content
        if span is not None:
            status, body = "206 Partial Content", content[int(span[1]) : int(span[2]) + 1]
            if not body:
                status = "416 Range Not Satisfiable"
        if kind == "redirect":
            status, body = "302 Found\r\nLocation: /else", b""
        elif kind == "missing":
            status, body = "404 Not Found", b"not there"
        length = len(body) + (1000 if kind in ("half", "hang") else 0)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {length}\r\n\r\n".encode())
        if method != "HEAD":
            writer.write(body)
        await writer.drain()
        if kind == "hang":
            self.hanging.set()
            await asyncio.Event().wait()


@pytest.fixture
async def shelf() -> AsyncIterator[Shelf]:
    made = Shelf()
    async with serve(made.answer) as served:
        made.base_url = served.base
        yield made


def picture(kind: str = "JPEG", width: int = 108, height: int = 192) -> bytes:
    """A photo of one colour."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 90)).save(out, kind)
    return out.getvalue()


@pytest.fixture(scope="session")
def make_picture() -> MakePicture:
    return picture


@pytest.fixture
async def receiver(caller: Caller) -> AsyncIterator[Receiver]:
    """The webhook address of the caller's app."""
    async with listening() as made:
        await caller.http.patch(f"/_control/apps/{caller.key}", json={"webhook_url": made.url})
        yield made
