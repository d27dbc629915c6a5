"""Every single answer is lost once, before or after TikTok acted: one post, nothing lost."""

import hashlib
from pathlib import Path

import pytest

from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("operation", ["creator_info", "video.init", "status"])
async def test_a_lost_answer_costs_no_post_and_makes_no_second(
    service: Service, video: Path, operation: str, kind: str
) -> None:
    account = await service.connect()
    await service.control.fault(operation, kind)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
@pytest.mark.parametrize("last_chunk", [False, True])
async def test_a_lost_chunk_is_settled_with_the_same_upload(
    service: Service, big_video: Path, kind: str, *, last_chunk: bool
) -> None:
    account = await service.connect()
    await service.control.fault("upload", kind, last_chunk=last_chunk)
    made = await service.publish(account, big_video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    (post,) = await service.control.posts()
    assert post["sha256"] == hashlib.sha256(big_video.read_bytes()).hexdigest()
    assert len(await service.control.requests("video.init")) == 1


async def test_a_server_fault_at_init_is_followed_by_a_new_init(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control.fault("video.init", "error", status=500)
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_tiktok_being_away_holds_the_post_and_it_goes_out_afterwards(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    await service.control.fault("creator_info", "drop_before", count=3)
    made = await service.publish(account, video)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "unreachable"
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1


async def test_a_rate_limit_holds_and_never_fails(service: Service, video: Path) -> None:
    account = await service.connect()
    await service.control.fault("video.init", "error", status=429, code="rate_limit_exceeded")
    made = await service.publish(account, video)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "rate_limit"
    assert held.expected_at is not None
    await service.advance(hours=0.03)
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1
