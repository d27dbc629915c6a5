"""When several things are wrong, the first is told; nobody knows TikTok's order, so it is ours."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.desk import SCOPES, UNAUDITED, Desk, init_body
from tests.contract.test_status import decided, sent
from tiktok_client import (
    APIError,
    AsyncTikTok,
    MediaRejected,
    PostingRefused,
    PrivacyLevel,
    VideoPost,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
ELSEWHERE = "https://unverified.example.com/v.mp4"


async def told(desk: Desk, token: str, body: Mapping[str, Any]) -> str:
    answer = await desk.post("/video/init/", token, dict(body))
    return answer.json()["error"]["code"]


@pytest.mark.spec("envelope.check-order")
async def test_the_first_of_many_mistakes_is_told(desk: Desk, rows: Rows) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    await desk.control("PATCH", "creators/maya", {"too_many_posts": True})
    narrow = (await desk.grant(app=UNAUDITED, scopes=("user.info.basic",))).access_token
    token = (await desk.grant(app=UNAUDITED, scopes=SCOPES)).access_token
    await desk.settings(rate_limits={"init": 1})
    body = init_body(100, 100, 1, privacy_level="NOBODY", title=5)
    body["source_info"] = {"source": "PULL_FROM_URL", "video_url": ELSEWHERE}
    await told(desk, token, body)  # the one init of this minute
    order = [await told(desk, each, body) for each in ("act.none", narrow, token)]
    await desk.settings(rate_limits={"init": 100})
    order.append(await told(desk, token, body))
    body["post_info"] = {"privacy_level": "NOBODY"}
    order.append(await told(desk, token, body))
    body["source_info"] = init_body(100, 100, 1)["source_info"]
    order.append(await told(desk, token, body))
    await desk.control("PATCH", "creators/maya", {"private": True})
    order.append(await told(desk, token, body))
    body["post_info"] = {"privacy_level": "SELF_ONLY"}
    order.append(await told(desk, token, body))
    assert order == rows["envelope.check-order"]["order"]
    await desk.control("PATCH", "creators/maya", {"too_many_posts": False})
    assert await told(desk, token, body) == "ok"


@pytest.mark.spec("envelope.check-order")
async def test_the_client_raises_the_first_mistake_only(desk: Desk) -> None:
    async def caught(client: AsyncTikTok) -> APIError:
        post = VideoPost(privacy_level="NOBODY")
        with pytest.raises(APIError) as error:
            await client.posting.init_video_from_url(post, ELSEWHERE)
        return error.value

    client = await desk.connected(app=UNAUDITED)
    assert isinstance(await caught(client), MediaRejected)
    facts = {"properties": [{"kind": "domain", "value": "unverified.example.com"}]}
    await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", facts)
    refused = await caught(client)
    assert isinstance(refused, PostingRefused)
    assert refused.code == "unaudited_client_can_only_post_to_private_accounts"


@pytest.mark.spec("posting.init.sandbox-private")
async def test_a_sandbox_never_posts_for_all(desk: Desk, rows: Rows) -> None:
    grants = {name: await desk.grant(name) for name in ("maya", "pia")}
    body = init_body(100, 100, 1)
    assert await told(desk, grants["maya"].access_token, body) == "ok"
    facts = {"sandbox": True, "target_users": ["maya", "pia"]}
    await desk.control("PATCH", "apps/aw-desktop", facts)
    refusal = rows["posting.init.sandbox-private"]["refusal"]
    assert await told(desk, grants["maya"].access_token, body) == refusal["code"]
    assert (await desk.last_request())["rule"] == "posting.init.sandbox-private"
    assert await told(desk, grants["pia"].access_token, body) == "ok"


@pytest.mark.spec("posting.init.unaudited-other-privacy")
async def test_an_unaudited_app_posts_for_oneself_whatever_it_asks_for(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    client = await desk.connected("pia", UNAUDITED)
    publish_id = await sent(client, video, PrivacyLevel.FOLLOWER_OF_CREATOR)
    status = await decided(desk, client, publish_id)
    [made] = await desk.posts()
    assert made["privacy_level"] == rows["posting.init.unaudited-other-privacy"]["stored"]
    assert status.post_ids == ()
    await desk.settings(unaudited_other_privacy="refuse")
    with pytest.raises(PostingRefused, match="privacy_level_option_mismatch"):
        await sent(client, video, PrivacyLevel.FOLLOWER_OF_CREATOR)
