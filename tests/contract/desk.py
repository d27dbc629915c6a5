"""What contract tests need besides the client: TikTok's other side, and requests of any shape."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx2

from tiktok_client import (
    AppKeys,
    AsyncTikTok,
    AsyncTransport,
    Callback,
    CallRecord,
    ChunkPlan,
    Endpoints,
    PrivacyLevel,
    TokenGrant,
    VideoPost,
    VideoUpload,
    plan_chunks,
)
from tools.coverage import Row

DESKTOP = AppKeys("aw-desktop", "desktop-secret")
UNAUDITED = AppKeys("aw-unaudited", "unaudited-secret")
WEB = AppKeys("aw-web", "web-secret")
LOOPBACK = "http://127.0.0.1:5000/callback/"
SITE = "https://app.example.com/callback"
SCOPES = ("user.info.basic", "video.publish")
ALL_SCOPES = (
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
    "video.publish",
    "video.upload",
)
VERIFIER = "v" * 43
MIB = 1_048_576
PUBLISH = "/v2/post/publish"
# TikTok's error shape, and OAuth's.
Refusal = Mapping[str, Any]


@dataclass
class Desk:
    """One emulator, reached over HTTP only: by the client under test and by raw requests."""

    base_url: str
    http: httpx2.AsyncClient
    transport: AsyncTransport
    calls: list[CallRecord]

    @property
    def endpoints(self) -> Endpoints:
        """The emulator as the client sees it."""
        return Endpoints.at(self.base_url)

    def client(self, token: str | None = None, app: AppKeys = DESKTOP) -> AsyncTikTok:
        """The client under test."""
        return AsyncTikTok(token=token, app=app, endpoints=self.endpoints, transport=self.transport)

    async def control(self, method: str, path: str, body: object = None) -> Any:
        """Command the emulator."""
        answer = await self.http.request(method, f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def settings(self, **switches: object) -> None:
        """Change the emulator's switches."""
        await self.control("PATCH", "settings", switches)

    async def advance(self, seconds: float) -> None:
        """Let time pass."""
        await self.control("POST", "clock", {"advance_s": seconds})

    async def fault(self, operation: str, kind: str, **facts: object) -> None:
        """Let something go wrong with the next call of an operation."""
        await self.control("POST", "faults", {"operation": operation, "kind": kind, **facts})

    async def state(self) -> Any:
        """Everything the emulator knows."""
        return await self.control("GET", "state")

    async def posts(self) -> list[dict[str, Any]]:
        """The posts there are."""
        return (await self.state())["posts"]

    async def last_request(self) -> Mapping[str, Any]:
        """The newest entry of the emulator's request log."""
        return (await self.control("GET", "requests"))["requests"][-1]

    async def consent(
        self,
        username: str = "maya",
        app: AppKeys = DESKTOP,
        *,
        decision: Literal["accept", "refuse"] = "accept",
        scopes: list[str] | None = None,
    ) -> None:
        """Let this creator decide on the next consent page of the app."""
        order = {"client_key": app.client_key, "username": username, "decision": decision}
        order |= {"count": 1} | ({"scopes": scopes} if scopes is not None else {})
        await self.control("POST", "consent", order)

    async def visit(self, url: str) -> str:
        """Open a consent page as a browser would; return where it leads."""
        answer = await self.http.get(url)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]

    async def authorise(
        self, username: str = "maya", app: AppKeys = DESKTOP, scopes: tuple[str, ...] = SCOPES
    ) -> tuple[Callback, str | None]:
        """Walk through consent with the client; return the callback and the verifier."""
        await self.consent(username, app)
        oauth = self.client(app=app).oauth
        asked = oauth.authorize(
            redirect_uri=redirect_of(app),
            scopes=scopes,
            kind="web" if app == WEB else "desktop",
        )
        back = await self.visit(asked.url)
        return oauth.read_callback(back, expected_state=asked.state), asked.code_verifier

    async def grant(
        self, username: str = "maya", app: AppKeys = DESKTOP, scopes: tuple[str, ...] = SCOPES
    ) -> TokenGrant:
        """Connect a creator; return the tokens."""
        callback, verifier = await self.authorise(username, app, scopes)
        return await self.client(app=app).oauth.exchange(
            code=callback.code, redirect_uri=redirect_of(app), code_verifier=verifier
        )

    async def connected(
        self, username: str = "maya", app: AppKeys = DESKTOP, scopes: tuple[str, ...] = SCOPES
    ) -> AsyncTikTok:
        """Connect a creator; return a client that speaks for them."""
        return self.client((await self.grant(username, app, scopes)).access_token, app)

    async def form(self, path: str, values: Mapping[str, str]) -> httpx2.Response:
        """Send a raw form."""
        return await self.http.post(path, data=dict(values))

    async def post(self, path: str, token: str, body: object = None) -> httpx2.Response:
        """Send raw JSON with a token."""
        bearer = {"Authorization": f"Bearer {token}"}
        return await self.http.post(PUBLISH + path, json=body or {}, headers=bearer)

    async def raw_code(self, challenge: str, username: str = "maya") -> str:
        """Get a code for any challenge at all."""
        await self.consent(username)
        query = authorize_query() | {"code_challenge": challenge}
        back = await self.visit(f"/v2/auth/authorize/?{urlencode(query)}")
        return parse_qs(urlsplit(back).query)["code"][0]

    async def put(
        self,
        url: str,
        content: bytes,
        content_range: str,
        *,
        without: str | None = None,
        **headers: str,
    ) -> httpx2.Response:
        """Send a raw PUT; `headers` replace the right ones (underscores for dashes)."""
        told = {
            "Content-Type": "video/mp4",
            "Content-Length": str(len(content)),
            "Content-Range": content_range,
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        if without:
            del told[without]
        return await self.http.put(url, content=content, headers=told)

    async def opened(
        self, client: AsyncTikTok, size_bytes: int, max_chunk_bytes: int = 10 * MIB
    ) -> tuple[VideoUpload, ChunkPlan]:
        """Open a SELF_ONLY post of this size."""
        plan = plan_chunks(size_bytes, max_chunk_bytes)
        post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
        return await client.posting.init_video(post, plan), plan


def redirect_of(app: AppKeys) -> str:
    """The redirect address that the app has registered."""
    return SITE if app == WEB else LOOPBACK


def authorize_query(app: AppKeys = DESKTOP) -> dict[str, str]:
    """A consent page's query that is right."""
    return {
        "client_key": app.client_key,
        "response_type": "code",
        "scope": ",".join(SCOPES),
        "redirect_uri": redirect_of(app),
        "state": "s1",
        "code_challenge": hashlib.sha256(VERIFIER.encode()).hexdigest(),
        "code_challenge_method": "S256",
    }


def exchange_form(code: str, app: AppKeys = DESKTOP) -> dict[str, str]:
    """A token request that is right."""
    return {
        "client_key": app.client_key,
        "client_secret": app.client_secret,
        "code": code,
        "grant_type": "authorization_code",
        "redirect_uri": redirect_of(app),
        "code_verifier": VERIFIER,
    }


def init_body(size: int, chunk: int, count: int, **post_info: object) -> dict[str, object]:
    """An init's body, with whatever plan."""
    return {
        "post_info": {"privacy_level": "SELF_ONLY"} | post_info,
        "source_info": {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": chunk,
            "total_chunk_count": count,
        },
    }


def padded(video: bytes, size: int) -> bytes:
    """The same video with a `free` box at its end, so that the file has exactly this size."""
    missing = size - len(video)
    assert missing >= 8
    return video + missing.to_bytes(4, "big") + b"free" + bytes(missing - 8)


def assert_refused(answer: httpx2.Response, row: Row, *, has_data: bool = False) -> None:
    """The answer is the refusal that the row describes, in the shape of its endpoint.

    `has_data`: it is one of Display's, which have an empty `data`.
    """
    refusal: Refusal = row.get("refusal", row)
    assert answer.status_code == refusal["http_status"], answer.text
    if "code" not in refusal:
        assert answer.content == b""
        return
    body = answer.json()
    if row["id"].startswith("oauth."):
        assert set(body) == {"error", "error_description", "log_id"}
        told = {"code": body["error"], "message": body["error_description"]}
    else:
        # Live errors of posting leave data out.
        assert {name: body[name] for name in body if name != "error"} == (
            {"data": {}} if has_data or row["id"].startswith("display.") else {}
        )
        assert set(body["error"]) == {"code", "message", "log_id"}
        told = body["error"]
    assert told["code"] == refusal["code"]
    if "message" in refusal:
        assert told["message"] == refusal["message"]
