"""In each named scenario the client does what a good client does: one video, one post."""

import hashlib

import pytest

from tests.contract.desk import DESKTOP, MIB, UNAUDITED, Desk, padded
from tiktok_client import (
    Advice,
    APIError,
    AsyncRefreshingToken,
    AsyncTikTok,
    PollPlan,
    PostInterrupted,
    PrivacyLevel,
    PublishState,
    PublishStatus,
    TikTokError,
    TokenGrant,
    TransportError,
    VideoPost,
    plan_chunks,
)
from tiktok_emulator.scenarios import SCENARIOS

QUICK = PollPlan(first_s=0.01)
SELF = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
PUBLIC = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE)
CHUNK = 6 * MIB
# What a client may do after these is to try again, at once or later, or to look first.
AGAIN = {Advice.RETRY, Advice.RETRY_LATER, Advice.ASK_STATUS}
TRIES = 60


async def play(desk: Desk, name: str) -> None:
    await desk.control("POST", "scenario", {"name": name})


async def survive(
    desk: Desk, client: AsyncTikTok, content: bytes, post: VideoPost = SELF
) -> PublishStatus:
    """Post a video as somebody who goes by the advice: once, whatever happens on the way."""
    interrupted: PostInterrupted | None = None
    for _ in range(TRIES):
        try:
            if interrupted is None:
                done = await client.posting.post_video(
                    content, post, poll=QUICK, max_chunk_bytes=CHUNK
                )
                return done.status
            return await go_on(client, interrupted, content)
        except PostInterrupted as error:
            interrupted = error
        except TikTokError as error:
            if error.advice not in AGAIN and not is_too_early(error):
                raise
            await desk.advance(61)
    pytest.fail("it never came through")


def is_too_early(error: TikTokError) -> bool:
    """A publish_id that TikTok has just given out and does not know yet."""
    return isinstance(error, APIError) and error.code == "invalid_publish_id"


async def go_on(client: AsyncTikTok, interrupted: PostInterrupted, content: bytes) -> PublishStatus:
    """Ask where the post stands, send what is missing, and wait for its end."""
    status = await client.posting.status(interrupted.publish_id)
    stored = status.uploaded_bytes or 0
    if stored < len(content) and interrupted.upload_url is not None:
        plan = plan_chunks(len(content), CHUNK)
        await client.posting.upload(
            interrupted.upload_url, content, plan, start=stored, pause_s=0.01
        )
    return await client.posting.wait(interrupted.publish_id, plan=QUICK)


async def one_post_of(desk: Desk, content: bytes) -> None:
    [there] = await desk.posts()
    assert there["sha256"] == hashlib.sha256(content).hexdigest()


async def refreshing(
    desk: Desk, saved: list[TokenGrant]
) -> tuple[AsyncRefreshingToken, AsyncTikTok]:
    """A token that stays fresh, and a client that has it."""

    async def save(grant: TokenGrant) -> None:
        saved.append(grant)

    token = AsyncRefreshingToken(desk.client().oauth, await desk.grant(), save=save)
    return token, AsyncTikTok(token=token, endpoints=desk.endpoints, transport=desk.transport)


def test_every_scenario_has_a_test_here() -> None:
    tests = {name.removeprefix("test_").partition("_is_survived")[0] for name in globals()}
    assert {name.replace("-", "_") for name in SCENARIOS} <= tests


async def test_calm_is_survived(desk: Desk, video: bytes) -> None:
    await play(desk, "calm")
    status = await survive(desk, await desk.connected(), video)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, video)


async def test_flaky_is_survived_with_one_post_whose_bytes_are_right(
    desk: Desk, video: bytes
) -> None:
    client = await desk.connected()
    content = padded(video, 3 * CHUNK + 5)
    await play(desk, "flaky")
    await desk.settings(rate_limits={"creator_info": 1000, "init": 1000, "status": 1000})
    status = await survive(desk, client, content)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, content)
    assert any(entry["fault"] for entry in (await desk.control("GET", "requests"))["requests"])


async def test_slow_is_survived_without_starting_again(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    await play(desk, "slow")
    await desk.control("POST", "clock", {"rate": 100})
    status = await survive(desk, client, video)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, video)
    assert sum(call.operation == "video.init" for call in desk.calls) == 1


async def test_outage_is_survived_by_waiting_it_out(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    content = padded(video, 2 * CHUNK)
    plan = plan_chunks(len(content), CHUNK)
    opened = await client.posting.init_video(SELF, plan)
    await play(desk, "outage")
    with pytest.raises(TikTokError) as caught:
        await client.posting.creator_info()
    assert caught.value.advice in {Advice.RETRY, Advice.RETRY_LATER}
    await desk.advance(601)
    await client.posting.upload(opened.upload_url, content, plan)
    status = await client.posting.wait(opened.publish_id, plan=QUICK)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, content)


async def test_legacy_tokens_is_survived_by_reading_the_lifetimes(desk: Desk, video: bytes) -> None:
    await play(desk, "legacy-tokens")
    saved: list[TokenGrant] = []
    token, client = await refreshing(desk, saved)
    first = token.grant
    await desk.advance(86_401)
    status = await survive(desk, client, video)
    assert status.state is PublishState.PUBLISH_COMPLETE
    [grant] = saved
    assert grant.expires_in.total_seconds() == 86_400
    assert grant.refresh_token == first.refresh_token


async def test_strict_2026_08_is_survived_by_the_plan_that_every_reading_takes(
    desk: Desk, video: bytes
) -> None:
    await play(desk, "strict-2026-08")
    await desk.settings(min_duration_check=False)  # the sample is a second long
    client = await desk.connected("pia", UNAUDITED)
    content = padded(video, 3 * CHUNK + 1)
    status = await survive(desk, client, content)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, content)


async def test_as_documented_is_survived_in_both_spellings(desk: Desk, video: bytes) -> None:
    await play(desk, "as-documented")
    client = await desk.connected()
    content = padded(video, 3 * CHUNK + 1)
    assert (await survive(desk, client, content)).state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, content)
    with pytest.raises(TikTokError) as caught:
        await desk.client(app=DESKTOP).oauth.refresh(refresh_token="rft.unknown")
    assert caught.value.advice is Advice.REAUTHORISE


async def test_lost_answers_is_survived_without_posting_twice(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    content = padded(video, 2 * CHUNK)
    plan = plan_chunks(len(content), CHUNK)
    await play(desk, "lost-answers")
    with pytest.raises(TransportError) as caught:
        await client.posting.init_video(SELF, plan)
    assert caught.value.sent
    # There may be one that nobody knows the name of; it has no bytes and is never published.
    opened = await client.posting.init_video(SELF, plan)
    await client.posting.upload(opened.upload_url, content, plan, pause_s=0.01)
    status = await client.posting.wait(opened.publish_id, plan=QUICK)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, content)


async def test_stale_tokens_is_survived_with_one_refresh_for_each(desk: Desk, video: bytes) -> None:
    saved: list[TokenGrant] = []
    _, client = await refreshing(desk, saved)
    await play(desk, "stale-tokens")
    status = await survive(desk, client, video)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, video)
    assert 1 <= len(saved) <= 3


async def test_busy_is_survived_by_waiting_for_the_window(desk: Desk, video: bytes) -> None:
    client = await desk.connected()
    await play(desk, "busy")
    status = await survive(desk, client, video)
    assert status.state is PublishState.PUBLISH_COMPLETE
    await one_post_of(desk, video)


async def test_long_moderation_is_survived_beyond_the_life_of_the_token(
    desk: Desk, video: bytes
) -> None:
    saved: list[TokenGrant] = []
    _, client = await refreshing(desk, saved)
    await play(desk, "long-moderation")
    plan = plan_chunks(len(video), CHUNK)
    opened = await client.posting.init_video(PUBLIC, plan)
    await client.posting.upload(opened.upload_url, video, plan)
    waiting = await client.posting.status(opened.publish_id)
    assert waiting.state is PublishState.PROCESSING_UPLOAD
    await desk.advance(1_801)
    done = await client.posting.wait(opened.publish_id, plan=QUICK)
    assert (done.state, done.post_ids) == (PublishState.PUBLISH_COMPLETE, ())
    await desk.advance(10_801)
    shown = await client.posting.status(opened.publish_id)
    [there] = await desk.posts()
    assert shown.post_ids == (there["post_id"],)
    assert len(saved) == 1
