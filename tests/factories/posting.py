"""What a caller of the API has in hand to make posts: a key, an account, files."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

from postwright.connections.models import Connection
from tests.factories.api import Api

# The settings of the first article, all of them.
TIKTOK: dict[str, Any] = {
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "allow_comment": True,
    "allow_duet": True,
    "allow_stitch": True,
    "content_preview_confirmed": True,
    "express_consent_given": True,
}
ALONE = {**TIKTOK, "privacy_level": "SELF_ONLY", "allow_duet": False, "allow_stitch": False}


@dataclass(slots=True)
class Caller:
    """A key of the API's, a connected account, and a video that is kept."""

    api: Api
    key: str
    account: Connection
    video_url: str

    def body(self, **changes: Any) -> dict[str, Any]:
        """A post of the video to the account; what is None is left out."""
        whole = {
            "content": "Hello #sunset",
            "mediaItems": [{"type": "video", "url": self.video_url}],
            "platforms": [{"platform": "tiktok", "accountId": self.account.id}],
            "tiktokSettings": TIKTOK,
            **changes,
        }
        return {name: value for name, value in whole.items() if value is not None}

    async def create(self, **changes: Any) -> httpx2.Response:
        """Make such a post."""
        return await self.ask("POST", "", json=self.body(**changes))

    async def made(self, **changes: Any) -> dict[str, Any]:
        """Make such a post, and have it."""
        answer = await self.create(**changes)
        assert answer.status_code == 201, answer.text
        return answer.json()["post"]

    async def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request below `/v1/posts`."""
        key = more.pop("key", self.key)
        return await self.api.ask(method, f"/v1/posts{path}", key, **more)

    async def post(self, post_id: str) -> dict[str, Any]:
        """A post as it is now."""
        answer = await self.ask("GET", f"/{post_id}")
        assert answer.status_code == 200, answer.text
        return answer.json()["post"]

    async def photo_url(self, folder: Path, n: int) -> str:
        """The address of a photo that is kept."""
        file = await self.api.service.add_photo(folder, n)
        return f"{self.api.url}/v1/media/{file.id}/{file.name}"


async def caller(api: Api, video: Path) -> Caller:
    """Somebody with an admin key, the account @demo, and a video."""
    account = await api.service.connect()
    file = await api.service.add(video)
    url = f"{api.url}/v1/media/{file.id}/{file.name}"
    return Caller(api, await api.key(), account, url)
