"""The world that the browser looks at."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.browser.actor import REDIRECT, Actor
from tests.browser.pictures import photo, video
from tests.factories.loopback import reply, serve
from tiktok_emulator import AppSeed, CreatorSeed, Emulator, Seed
from tiktok_emulator.seeds import VideoSeed

EVIL = '<img src=x onerror="document.title=1"><script>document.title=2</script>'
RIGHT_TO_LEFT = "\u202e\u05e8\u05d5\u05ea"
ALL_SCOPES = [
    "user.info.basic",
    "user.info.profile",
    "user.info.stats",
    "video.list",
    "video.publish",
    "video.upload",
]
SEED = Seed(
    apps=[
        AppSeed(
            client_key="studio",
            client_secret="studio-secret",
            redirect_uris=[REDIRECT, "http://127.0.0.1:*/callback/"],
            scopes=ALL_SCOPES,
            audited=True,
            allow_localhost_urls=True,
        ),
        AppSeed(
            client_key="sandboxed",
            client_secret="sandboxed-secret",
            redirect_uris=[REDIRECT],
            sandbox=True,
            target_users=["demo"],
        ),
    ],
    creators=[
        CreatorSeed(
            username="demo",
            nickname="Demo Creator",
            bio_description="Small films about big mountains.",
            is_verified=True,
            follower_count=128_400,
        ),
        CreatorSeed(username="private.pia", nickname="Private Pia", private=True),
        CreatorSeed(username="banned.ben", nickname="Banned Ben", banned=True),
        CreatorSeed(username="mila", nickname="Mila Moves", follower_count=2_410_000),
        CreatorSeed(username="ruth", nickname=RIGHT_TO_LEFT),
        CreatorSeed(username="eve", nickname=EVIL),
        *(CreatorSeed(username=f"extra.{n:02}", nickname=f"Extra {n}") for n in range(12)),
    ],
    videos=[VideoSeed(username="demo", title="Seeded long ago", view_count=1_240_000)],
)


@dataclass(frozen=True, slots=True)
class Stage:
    """A running emulator, an app that posts to it, and where photos can be pulled from."""

    emulator: Emulator
    pictures: str
    actor: Actor

    @property
    def base_url(self) -> str:
        """Where the emulator is."""
        return self.emulator.base_url

    def photos(self, count: int) -> list[str]:
        """Addresses of that many photos."""
        return [f"{self.pictures}/{number}.jpg" for number in range(1, count + 1)]


@asynccontextmanager
async def gallery() -> AsyncGenerator[str]:
    """A server with photos: /1.jpg, /2.jpg and so on."""

    async def show(_: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        number = int(head.split(b"/", 1)[1].split(b".", 1)[0])
        writer.write(reply("200 OK", photo(number), "Content-Type: image/jpeg\r\n"))
        await writer.drain()

    async with serve(show) as served:
        yield served.base


async def fill(stage: Stage) -> None:
    """Let much happen: posts of both kinds, drafts, a failure, refusals, webhooks, a fault."""
    actor = stage.actor
    await actor.http.patch("/_control/settings", json={"rate_limits": {"init": 100}})
    await actor.http.patch("/_control/apps/studio", json={"webhook_url": f"{stage.pictures}/1.jpg"})
    await actor.sign_in()
    await actor.post_video(video(), title="First light", is_aigc=True, brand_content_toggle=True)
    await actor.post_video(video(2), title=EVIL, privacy_level="SELF_ONLY")
    await actor.post_video(b"no video at all", title="This one fails")
    await actor.send_photos(
        stage.photos(3),
        title="Three views",
        description="Of one hill.",
        auto_add_music=True,
        brand_organic_toggle=True,
    )
    await actor.draft_video(video())
    await actor.send_photos(stage.photos(2), "MEDIA_UPLOAD", title="To finish")
    await actor.call("video/init", {"post_info": {}, "source_info": {"source": "POST"}})
    await actor.control("faults", operation="status", kind="drop_after", creator="demo")
    await actor.control("outcomes", outcome="stuck", creator="private.pia")
    await actor.control("clock", advance_s=3_600)
