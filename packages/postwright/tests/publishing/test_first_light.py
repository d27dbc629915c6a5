"""A file goes to a profile, exactly once."""

import hashlib
from pathlib import Path

import pytest

from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def test_a_video_is_published_once_with_the_same_bytes(service: Service, video: Path) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    service.start_worker()
    seen = await service.until(made.publication_id, State.PUBLISHED)
    posts = await service.control.posts()
    assert [post["sha256"] for post in posts] == [hashlib.sha256(video.read_bytes()).hexdigest()]
    assert [post["post_id"] for post in posts] == seen.post_ids


async def test_a_video_of_several_chunks_is_published_once(
    service: Service, big_video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, big_video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    (post,) = await service.control.posts()
    assert post["size_bytes"] == big_video.stat().st_size
    assert len(await service.control.requests("upload")) == 2
