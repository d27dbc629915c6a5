"""Which posts are videos that everybody can see."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from tiktok_emulator import CreatorSeed, Seed, VideoSeed, World
from tiktok_emulator.display.videos import is_public, shelf
from tiktok_emulator.posting.state import Medium, Post, PostInfo, Privacy


@pytest.fixture
def world() -> Iterator[World]:
    made = World(base=Seed(creators=[CreatorSeed(username="ann")]), seed=1)
    made.clock.freeze()
    yield made
    made.close()


def _post(now: datetime) -> Post:
    return Post(
        post_id=7_602_000_000_000_000_001,
        publish_id="v_pub_file~v2-1.1",
        client_key="k",
        username="ann",
        info=PostInfo(title="hello"),
        privacy=Privacy.PUBLIC,
        disable_comment=False,
        disable_duet=False,
        disable_stitch=False,
        size_bytes=1,
        sha256="",
        media_type="video/mp4",
        duration_ms=1_400,
        width=9,
        height=16,
        frame_rate=30,
        created_at=now,
        public_id_at=now,
    )


def test_a_public_video_is_listed_with_its_whole_seconds(world: World) -> None:
    post = _post(world.clock.now())
    assert is_public(post, world.clock.now())
    world.posts[post.post_id] = post
    (listed,) = shelf(world, "ann")
    assert (listed.caption, listed.duration_s) == ("hello", 1)


def test_what_not_everybody_can_see_or_is_no_video_is_not_listed(world: World) -> None:
    now = world.clock.now()
    others = (
        replace(_post(now), privacy=Privacy.FRIENDS),
        replace(_post(now), public_id_at=None),
        replace(_post(now), public_id_at=now + timedelta(seconds=1)),
        replace(_post(now), deleted_at=now),
        replace(_post(now), medium=Medium.PHOTO),
    )
    assert not [post for post in others if is_public(post, now)]


def test_a_seeded_video_of_tomorrow_is_listed_tomorrow(world: World) -> None:
    tomorrow = world.clock.now() + timedelta(days=1)
    world.seed(Seed(videos=[VideoSeed(username="ann", created_at=tomorrow)]))
    assert shelf(world, "ann") == []
    world.clock.advance(timedelta(days=1))
    assert len(shelf(world, "ann")) == 1
