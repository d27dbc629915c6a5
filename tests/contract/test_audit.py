"""What apps without audit and sandboxes may post, and which refusal comes first."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.desk import DESKTOP, UNAUDITED, Desk, assert_refused, init_body
from tests.contract.shelf import BOTH, HOST, decided
from tiktok_client import (
    AsyncTikTok,
    PostingRefused,
    PrivacyLevel,
    PublishState,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
PATH = "/video/init/"


async def posted(client: AsyncTikTok, video: bytes, level: str) -> str:
    """Post a video; return its publish_id."""
    plan = plan_chunks(len(video))
    upload = await client.posting.init_video(VideoPost(privacy_level=level), plan)
    await client.posting.upload(upload.upload_url, video, plan)
    return upload.publish_id


@pytest.mark.spec("posting.init.unaudited-other-privacy")
async def test_without_audit_a_wider_level_becomes_self_only(
    desk: Desk, rows: Rows, video: bytes
) -> None:
    await desk.settings(rate_limits={"status": 100_000})
    client = await desk.connected("pia", UNAUDITED, BOTH)
    info = await client.posting.creator_info()
    assert PrivacyLevel.MUTUAL_FOLLOW_FRIENDS in info.privacy_level_options
    publish_id = await posted(client, video, "MUTUAL_FOLLOW_FRIENDS")
    status = await decided(client, publish_id)
    assert (status.state, status.post_ids) == (PublishState.PUBLISH_COMPLETE, ())
    [made] = await desk.posts()
    assert made["privacy_level"] == rows["posting.init.unaudited-other-privacy"]["stored"]


@pytest.mark.spec("posting.init.unaudited-other-privacy")
async def test_or_it_is_refused_where_the_guidelines_are_meant_so(desk: Desk) -> None:
    await desk.settings(unaudited_other_privacy="refuse")
    client = await desk.connected("pia", UNAUDITED, BOTH)
    with pytest.raises(PostingRefused):
        await client.posting.init_video(
            VideoPost(privacy_level="MUTUAL_FOLLOW_FRIENDS"), plan_chunks(100)
        )
    await client.posting.init_video(VideoPost(privacy_level="SELF_ONLY"), plan_chunks(100))


@pytest.mark.spec("posting.init.sandbox-private")
async def test_a_sandbox_posts_to_private_accounts_only(desk: Desk, rows: Rows) -> None:
    facts = {"sandbox": True, "target_users": ["maya", "pia"]}
    await desk.control("PATCH", f"apps/{DESKTOP.client_key}", facts)
    public = (await desk.grant("maya", scopes=BOTH)).access_token
    row = rows["posting.init.sandbox-private"]
    assert_refused(await desk.post(PATH, public, init_body(100, 100, 1)), row)
    with pytest.raises(PostingRefused, match="unaudited_client"):
        await desk.client(public).posting.init_video(
            VideoPost(privacy_level="SELF_ONLY"), plan_chunks(100)
        )
    private = await desk.connected("pia", scopes=BOTH)
    await private.posting.init_video(VideoPost(privacy_level="SELF_ONLY"), plan_chunks(100))


def everything_wrong() -> dict[str, Any]:
    """An init with a wrong title, at an address of nobody's, with a level that is not offered."""
    return {
        "post_info": {"privacy_level": "FOLLOWER_OF_CREATOR", "title": "x" * 2201},
        "source_info": {"source": "PULL_FROM_URL", "video_url": "https://example.org/v.mp4"},
    }


@pytest.mark.spec("envelope.check-order")
async def test_of_several_refusals_the_first_in_the_order_is_told(desk: Desk, rows: Rows) -> None:
    """Each round puts right what was refused in the last one."""
    told: list[str] = []

    async def ask(token: str) -> None:
        answer = await desk.post(PATH, token, body)
        told.append(answer.json()["error"]["code"])

    body = everything_wrong()
    await desk.settings(rate_limits={"init": 1})
    await desk.control("PATCH", "creators/maya", {"too_many_posts": True})
    await ask("act.none")
    narrow = await desk.grant("maya", UNAUDITED, ("user.info.basic",))
    await ask(narrow.access_token)
    right = (await desk.grant("maya", UNAUDITED, BOTH)).access_token
    await desk.post(PATH, right, body)  # the one call of this minute
    await ask(right)
    await desk.settings(rate_limits={"init": 100})
    await ask(right)
    body["post_info"]["title"] = "x"
    await ask(right)
    body["source_info"]["video_url"] = f"https://{HOST}/v.mp4"
    facts = {"properties": [{"kind": "domain", "value": HOST}]}
    await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", facts)
    await ask(right)
    await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", {"audited": True})
    await ask(right)
    body["post_info"]["privacy_level"] = "SELF_ONLY"
    await ask(right)
    assert told == rows["envelope.check-order"]["order"]
