"""A running emulator, someone who calls it, and videos to send."""

import asyncio
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import av
import httpx2
import pytest

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
        self, url: str, data: bytes, first: int = 0, total: int = 0, **headers: str
    ) -> httpx2.Response:
        total = total or len(data)
        sent = {
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes {first}-{first + len(data) - 1}/{total}",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.http.put(url, content=data, headers=sent)

    async def status(self, publish_id: str) -> Any:
        return (await self.call("status/fetch", {"publish_id": publish_id})).json()["data"]

    async def post(self, data: bytes, **info: Any) -> str:
        """A whole post in one chunk; waits until it is decided and returns the publish_id."""
        begun = await self.begin(len(data), **info)
        assert (await self.put(begun["upload_url"], data)).status_code == 201
        await self.decided(begun["publish_id"])
        return begun["publish_id"]

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
            _encode(path, codec, (width, height), rate, round(seconds * rate))
            made[wish] = path.read_bytes()
        return made[wish]

    return make


def _encode(path: Path, codec: str, sides: tuple[int, int], rate: int, frames: int) -> None:
    width, height = sides
    # PyAV's own types leave the packets of a codec that is only known as a string open.
    # With the index in front even a file that is cut in half opens.
    in_front = {"movflags": "faststart"} if path.suffix == ".mp4" else {}
    container: Any = av.open(str(path), "w", options=in_front)
    with container:
        stream = container.add_stream(codec, rate=rate)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        for number in range(frames):
            frame = av.VideoFrame(width, height, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([number % 256]) * plane.buffer_size)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.fixture(scope="session")
def video(make_video: MakeVideo) -> bytes:
    return make_video()


@pytest.fixture(scope="session")
def long_video(video: bytes) -> bytes:
    """A video of 11,000,000 bytes, for two chunks: the rest is a `free` box."""
    size = 11_000_000 - len(video)
    return video + size.to_bytes(4, "big") + b"free" + secrets.token_bytes(size - 8)
