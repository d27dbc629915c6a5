"""The control plane's way to have videos: published long ago, with numbers."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tiktok_emulator.control import schemas
from tiktok_emulator.control.describe import takes
from tiktok_emulator.control.lookup import known
from tiktok_emulator.display.videos import numbers_of
from tiktok_emulator.seeds import Seed, VideoSeed
from tiktok_emulator.store import World, world_of


class VideosOrder(BaseModel):
    """Videos to publish by hand."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    videos: Annotated[list[VideoSeed], Field(min_length=1, max_length=1_000)]


@takes(VideosOrder)
async def add_videos(request: Request) -> Response:
    """Publish videos that did not come through the API. Body: {"videos": [{...}, ...]}.

    Of each: "username", and if you like "title", "privacy_level", "created_at" (with offset,
    default now), "duration_s", "width", "height", "view_count", "like_count",
    "comment_count", "share_count". Answers with their ids, in the same order.
    """
    order = await schemas.read(VideosOrder, request)
    world = world_of(request)
    for video in order.videos:
        known(world.creators, video.username, "creator")
    before = set(world.videos)
    world.seed(Seed(videos=order.videos))
    added = [str(post_id) for post_id in world.videos if post_id not in before]
    return JSONResponse({"ids": added})


async def videos(request: Request) -> Response:
    """List the seeded videos with their numbers now."""
    return JSONResponse({"videos": video_facts(world_of(request))})


def video_facts(world: World) -> list[dict[str, object]]:
    """Every seeded video as the control plane and the dump show it."""
    return [
        {
            "id": str(video.post_id),
            "username": video.username,
            "title": video.title,
            "is_public": video.is_public,
            "created_at": video.created_at.isoformat(),
            "duration_s": video.duration_s,
            "width": video.width,
            "height": video.height,
            "view_count": (numbers := numbers_of(world, video)).view_count,
            "like_count": numbers.like_count,
            "comment_count": numbers.comment_count,
            "share_count": numbers.share_count,
        }
        for video in world.videos.values()
    ]


ENDPOINTS = [
    ("GET", "/_control/videos", videos),
    ("POST", "/_control/videos", add_videos),
]
