"""An app that posts to the emulator, so that there is something to look at."""

import asyncio
import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2

SCOPES = "user.info.basic,video.publish,video.upload"
REDIRECT = "http://127.0.0.1:7123/callback/"
VERIFIER = "v" * 64
ENOUGH_S = 20


def authorize_query(key: str, scopes: str = SCOPES, redirect: str = REDIRECT) -> dict[str, str]:
    """What an app asks the consent page for."""
    return {
        "client_key": key,
        "response_type": "code",
        "scope": scopes,
        "redirect_uri": redirect,
        "state": "s1",
        "code_challenge": hashlib.sha256(VERIFIER.encode()).hexdigest(),
    }


class Actor:
    """One user of one app, over plain HTTP; the user has consented to everything."""

    def __init__(self, http: httpx2.AsyncClient, key: str, secret: str, username: str) -> None:
        self.http = http
        self.key, self.secret, self.username = key, secret, username
        self._token = ""

    async def control(self, path: str, **body: object) -> Any:
        """Order something from the control plane."""
        answer = await self.http.post(f"/_control/{path}", json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def sign_in(self) -> None:
        """Get a token, without a browser."""
        await self.control("consent", client_key=self.key, username=self.username, count=1)
        asked = await self.http.get("/v2/auth/authorize/", params=authorize_query(self.key))
        code = parse_qs(urlsplit(asked.headers["location"]).query)["code"][0]
        form = {
            "client_key": self.key,
            "client_secret": self.secret,
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT,
            "code_verifier": VERIFIER,
        }
        answer = await self.http.post("/v2/oauth/token/", data=form)
        self._token = answer.json()["access_token"]

    async def call(self, path: str, body: Mapping[str, object]) -> Any:
        """One call of Content Posting."""
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self.http.post(f"/v2/post/publish/{path}/", json=body, headers=headers)
        return answer.json()

    async def post_video(self, video: bytes, **info: object) -> str:
        """Post a video; returns its publish_id once it is decided."""
        wanted = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "A video"} | info
        return await self._send("video/init", video, {"post_info": wanted})

    async def draft_video(self, video: bytes) -> str:
        """Send a video to the inbox."""
        return await self._send("inbox/video/init", video, {})

    async def _send(self, path: str, video: bytes, body: Mapping[str, object]) -> str:
        size = len(video)
        source = {
            "source": "FILE_UPLOAD",
            "video_size": size,
            "chunk_size": size,
            "total_chunk_count": 1,
        }
        data = (await self.call(path, {**body, "source_info": source}))["data"]
        headers = {
            "Content-Type": "video/webm",
            "Content-Range": f"bytes 0-{size - 1}/{size}",
        }
        sent = await self.http.put(data["upload_url"], content=video, headers=headers)
        assert sent.status_code == 201, sent.text
        return await self._decided(data["publish_id"])

    async def send_photos(self, urls: list[str], mode: str = "DIRECT_POST", **info: object) -> str:
        """Post photos, or send them to the inbox with MEDIA_UPLOAD."""
        if mode == "DIRECT_POST":
            info = {"privacy_level": "PUBLIC_TO_EVERYONE"} | info
        source = {"source": "PULL_FROM_URL", "photo_images": urls, "photo_cover_index": 0}
        body = {"media_type": "PHOTO", "post_mode": mode, "post_info": info, "source_info": source}
        answer = await self.call("content/init", body)
        assert answer["error"]["code"] == "ok", answer
        return await self._decided(answer["data"]["publish_id"])

    async def _decided(self, publish_id: str) -> str:
        async with asyncio.timeout(ENOUGH_S):
            while True:
                state = (await self.http.get("/_control/state")).json()
                for each in state["uploads"]:
                    if each["publish_id"] == publish_id and each["finished_at"]:
                        return publish_id
                await asyncio.sleep(0.02)
