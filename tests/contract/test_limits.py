"""How often and how much, with the clock in hand."""

from collections.abc import Awaitable, Callable, Mapping

import pytest

from tests.contract.desk import ALL_SCOPES, UNAUDITED, Desk, assert_refused, init_body
from tests.contract.test_status import decided, sent
from tiktok_client import (
    Advice,
    APIError,
    AsyncTikTok,
    PhotoPost,
    PostingRefused,
    PrivacyLevel,
    RateLimited,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
SELF = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)


async def ask_creator_info(client: AsyncTikTok) -> object:
    return await client.posting.creator_info()


async def ask_init(client: AsyncTikTok) -> object:
    return await client.posting.init_video(SELF, plan_chunks(100))


async def ask_inbox(client: AsyncTikTok) -> object:
    return await client.posting.init_inbox_video(plan_chunks(100))


async def ask_photos(client: AsyncTikTok) -> object:
    photos = PhotoPost(["https://unverified.example.com/1.jpg"], PrivacyLevel.SELF_ONLY)
    return await refused(client.posting.init_photos(photos))


async def ask_cancel(client: AsyncTikTok) -> object:
    return await refused(client.posting.cancel("v_pub_url~v2.0"))


async def ask_status(client: AsyncTikTok) -> object:
    return await refused(client.posting.status("v_pub_file~v2-1.0"))


async def refused(call: Awaitable[object]) -> APIError:
    """What is wrong on purpose counts all the same."""
    with pytest.raises(APIError) as caught:
        await call
    if isinstance(caught.value, RateLimited):
        raise caught.value
    return caught.value


@pytest.mark.parametrize(
    ("row", "ask"),
    [
        ("limits.init-per-minute", ask_init),
        ("limits.creator-info-per-minute", ask_creator_info),
        ("limits.status-per-minute", ask_status),
        ("limits.inbox-init-per-minute", ask_inbox),
        ("limits.photo-init-per-minute", ask_photos),
        ("limits.cancel-per-minute", ask_cancel),
    ],
)
@pytest.mark.spec(
    "limits.init-per-minute",
    "limits.creator-info-per-minute",
    "limits.status-per-minute",
    "limits.inbox-init-per-minute",
    "limits.photo-init-per-minute",
    "limits.cancel-per-minute",
    "limits.window",
    "error.rate_limit_exceeded",
)
async def test_one_call_more_than_the_limit_is_refused_until_the_window_has_passed(
    desk: Desk, rows: Rows, row: str, ask: Callable[[AsyncTikTok], Awaitable[object]]
) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    await desk.control("PATCH", "creators/maya", {"pending_share_cap": 100})
    client = await desk.connected(scopes=ALL_SCOPES)
    for _ in range(rows[row]["value"]):
        await ask(client)
    with pytest.raises(RateLimited) as caught:
        await ask(client)
    refusal = rows[row]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.RETRY_LATER
    await desk.advance(rows[row]["window_s"] - 1)
    with pytest.raises(RateLimited):
        await ask(client)
    await desk.advance(1)
    await ask(client)


@pytest.mark.spec("limits.window")
async def test_windows_are_one_for_each_endpoint_and_person(desk: Desk) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    grant = await desk.grant(scopes=ALL_SCOPES)
    client = desk.client(grant.access_token)
    for _ in range(6):
        await ask_init(client)
    await ask_creator_info(client)
    await ask_inbox(client)
    await ask_photos(client)
    await ask_init(await desk.connected("pia"))
    renewed = await client.oauth.refresh(refresh_token=grant.refresh_token)
    with pytest.raises(RateLimited):  # a new token is the same person
        await ask_init(desk.client(renewed.access_token))


@pytest.mark.spec("limits.init-per-minute", "limits.no-retry-after")
async def test_the_seventh_init_in_a_minute_is_refused_without_a_retry_after(
    desk: Desk, rows: Rows
) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    grant = await desk.grant()
    body = init_body(100, 100, 1)
    for _ in range(6):
        answer = await desk.post("/video/init/", grant.access_token, body)
        assert answer.status_code == 200
    answer = await desk.post("/video/init/", grant.access_token, body)
    assert_refused(answer, rows["limits.init-per-minute"])
    assert (await desk.last_request())["rule"] == "limits.init-per-minute"
    headers = {name.lower() for name in answer.headers}
    assert "retry-after" not in headers
    assert not any(name.startswith("x-ratelimit") for name in headers)
    with pytest.raises(RateLimited) as caught:
        await ask_init(desk.client(grant.access_token))
    assert caught.value.retry_after is None


@pytest.mark.spec("limits.daily-posts", "error.spam_risk_too_many_posts")
async def test_a_creator_can_post_so_often_a_day(desk: Desk, rows: Rows, video: bytes) -> None:
    await desk.settings(rate_limits={"init": 1000})
    row = rows["limits.daily-posts"]
    client = await desk.connected()
    for _ in range(row["value"]):
        await decided(desk, client, await sent(client, video, PrivacyLevel.SELF_ONLY))
    with pytest.raises(PostingRefused) as caught:
        await ask_init(client)
    refusal = row["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.RETRY_LATER
    with pytest.raises(PostingRefused) as caught:
        await ask_creator_info(client)
    assert (caught.value.code, caught.value.status) == (refusal["code"], 200)
    await desk.advance(row["window_s"])
    renewed = await desk.connected()
    await ask_init(renewed)


@pytest.mark.spec("limits.unaudited-users", "error.reached_active_user_cap")
async def test_an_unaudited_app_can_post_for_so_many_people_a_day(desk: Desk, rows: Rows) -> None:
    row = rows["limits.unaudited-users"]
    names = [f"private.{number}" for number in range(row["value"] + 1)]
    people = [{"username": name, "private": True} for name in names]
    await desk.control("POST", "seed", {"creators": people})
    for name in names[:-1]:
        await ask_init(await desk.connected(name, UNAUDITED))
    one_more = await desk.connected(names[-1], UNAUDITED)
    with pytest.raises(PostingRefused) as caught:
        await ask_init(one_more)
    refusal = row["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    await ask_init(await desk.connected(names[0], UNAUDITED))
    await desk.advance(row["window_s"])
    await ask_init(await desk.connected(names[-1], UNAUDITED))
