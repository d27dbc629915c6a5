"""Opening a post with the client, and inits that no good client makes."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.desk import MIB, UNAUDITED, Desk, assert_refused, init_body
from tiktok_client import (
    Advice,
    InvalidRequest,
    PostingRefused,
    PrivacyLevel,
    TransportError,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
INIT = "/video/init/"


async def refused_init(desk: Desk, row: Row, body: object) -> None:
    """A raw init with this body is refused as the row says."""
    grant = await desk.grant("pia")
    assert_refused(await desk.post(INIT, grant.access_token, body), row)
    assert (await desk.last_request())["rule"] == row["id"]


@pytest.mark.spec(
    "posting.init",
    "posting.init.source",
    "posting.init.video-size",
    "posting.init.chunk-size",
    "posting.init.total-chunk-count",
    "posting.init.publish-id",
    "posting.init.upload-url",
    "posting.init.privacy-level",
    "posting.init.processing-upload-from-init",
)
async def test_an_init_opens_an_upload_of_the_planned_size(desk: Desk, rows: Rows) -> None:
    client = await desk.connected()
    upload, plan = await desk.opened(client, 66_259_900, 64_000_000)
    assert upload.publish_id.startswith(rows["posting.init.publish-id"]["prefix"])
    assert len(upload.publish_id) <= rows["posting.init.publish-id"]["max"]
    assert len(upload.upload_url) <= rows["posting.init.upload-url"]["max"]
    assert desk.endpoints.allows_upload(upload.upload_url)
    assert upload.log_id
    [there] = (await desk.state())["uploads"]
    assert there["publish_id"] == upload.publish_id
    assert (there["size_bytes"], there["chunk_bytes"], there["total_chunk_count"]) == (
        plan.size_bytes,
        plan.chunk_bytes,
        plan.count,
    )
    status = await client.posting.status(upload.publish_id)
    row = rows["posting.init.processing-upload-from-init"]
    assert (status.raw_state, status.uploaded_bytes) == (row["status"], 0)
    assert await desk.posts() == []


@pytest.mark.parametrize(
    ("plan", "row"),
    [
        # The rest as a chunk of its own, as ceil would have it.
        ((66_259_900, 64_000_000, 2), "posting.init.chunk-count"),
        ((50_000_123, 10_000_000, 6), "posting.init.chunk-count"),
        # One chunk that is not the file, although floor(66,259,900 / 64,000,000) = 1.
        ((66_259_900, 64_000_000, 1), "posting.init.single-chunk"),
        ((158_008_374, 158_008_374, 1), "posting.init.single-chunk"),
        ((12 * MIB, 4 * MIB, 3), "posting.init.chunk-range"),
        ((200_000_000, 100_000_000, 2), "posting.init.chunk-range"),
        ((1_001 * 5_242_880, 5_242_880, 1_001), "posting.init.size-limit"),
        ((4_294_967_297, 64_000_000, 67), "posting.init.size-limit"),
    ],
)
@pytest.mark.spec(
    "posting.init.chunk-count",
    "posting.init.single-chunk",
    "posting.init.chunk-range",
    "posting.init.size-limit",
    "media.video.size",
)
async def test_a_plan_that_breaks_a_rule_is_refused(
    desk: Desk, rows: Rows, plan: tuple[int, int, int], row: str
) -> None:
    await refused_init(desk, rows[row], init_body(*plan))


@pytest.mark.spec("posting.init.max-chunks")
async def test_more_than_a_thousand_chunks_are_refused(desk: Desk, rows: Rows) -> None:
    # With the smallest chunk the size limit comes first; a smaller one shows this rule.
    await desk.settings(min_chunk_bytes=1_000_000)
    row = rows["posting.init.max-chunks"]
    await refused_init(desk, row, init_body(1_001_000_000, 1_000_000, 1_001))


@pytest.mark.parametrize(
    ("size", "chunk", "count"),
    [
        (4_194_304, 4_194_304, 1),
        (50_000_123, 10_000_000, 5),  # TikTok's own example
        (67_108_864, 67_108_864, 1),
        (1, 1, 1),
    ],
)
async def test_plans_of_tiktoks_own_pages_are_taken(
    desk: Desk, size: int, chunk: int, count: int
) -> None:
    grant = await desk.grant("pia")
    answer = await desk.post(INIT, grant.access_token, init_body(size, chunk, count))
    assert answer.json()["error"]["code"] == "ok"


async def test_every_plan_of_the_client_is_taken(desk: Desk) -> None:
    await desk.settings(rate_limits={"init": 1000})
    client = await desk.connected()
    for size in (1, 5 * MIB, 64_000_000, 64_000_001, 66_259_900, 127_999_999, 4_294_967_296):
        for most in (10 * MIB, 64_000_000, 64 * MIB):
            await desk.opened(client, size, most)


@pytest.mark.parametrize("name", ["video_size", "chunk_size", "total_chunk_count"])
@pytest.mark.parametrize("value", [None, 0, -1, "5", 1.5, True])
@pytest.mark.spec(
    "posting.init.video-size", "posting.init.chunk-size", "posting.init.total-chunk-count"
)
async def test_a_number_that_is_none_is_refused(
    desk: Desk, rows: Rows, name: str, value: object
) -> None:
    body: dict[str, Any] = init_body(100, 100, 1)
    body["source_info"][name] = value
    grant = await desk.grant("pia")
    assert_refused(await desk.post(INIT, grant.access_token, body), rows["posting.init.source"])


@pytest.mark.parametrize("source_info", [None, {}, {"source": "CARRIER_PIGEON"}, "FILE_UPLOAD"])
@pytest.mark.spec("posting.init.source")
async def test_a_source_that_tiktok_does_not_know_is_refused(
    desk: Desk, rows: Rows, source_info: object
) -> None:
    body = init_body(100, 100, 1) | {"source_info": source_info}
    await refused_init(desk, rows["posting.init.source"], body)


@pytest.mark.spec("error.url_ownership_unverified", "pull.init.unverified")
async def test_pulling_from_an_address_that_was_not_verified_is_refused(
    desk: Desk, rows: Rows
) -> None:
    source = {"source": "PULL_FROM_URL", "video_url": "https://example.com/v.mp4"}
    body = init_body(100, 100, 1) | {"source_info": source}
    await refused_init(desk, rows["pull.init.unverified"], body)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("title", 7),
        ("disable_duet", "no"),
        ("disable_stitch", 0),
        ("disable_comment", "false"),
        ("video_cover_timestamp_ms", "1000"),
        ("video_cover_timestamp_ms", 2**31),
        ("brand_content_toggle", 1),
        ("brand_organic_toggle", "yes"),
        ("is_aigc", []),
        ("privacy_level", 3),
    ],
)
async def test_a_field_of_the_wrong_type_is_refused(
    desk: Desk, rows: Rows, name: str, value: object
) -> None:
    grant = await desk.grant("pia")
    body = init_body(100, 100, 1, **{name: value})
    answer = await desk.post(INIT, grant.access_token, body)
    assert_refused(answer, rows["posting.init.title-length"])


@pytest.mark.spec("posting.init.title-length", "error.invalid_params")
async def test_a_title_of_2201_utf16_units_is_refused_and_one_of_2200_is_not(
    desk: Desk, rows: Rows
) -> None:
    fits = "🦊" * 1100
    client = await desk.connected("pia")
    post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY, title=fits)
    await client.posting.init_video(post, plan_chunks(100))
    body = init_body(100, 100, 1, title=fits + "x")
    await refused_init(desk, rows["posting.init.title-length"], body)


@pytest.mark.spec("posting.init.brand-content-private")
async def test_branded_content_that_only_oneself_sees_is_refused(desk: Desk, rows: Rows) -> None:
    body = init_body(100, 100, 1, brand_content_toggle=True)
    await refused_init(desk, rows["posting.init.brand-content-private"], body)
    client = await desk.connected("pia")
    post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY, brand_content=True)
    with pytest.raises(InvalidRequest) as caught:
        await client.posting.init_video(post, plan_chunks(100))
    assert caught.value.advice is Advice.FIX_INPUT


@pytest.mark.parametrize(
    ("username", "level"),
    [
        ("maya", PrivacyLevel.FOLLOWER_OF_CREATOR),
        ("pia", PrivacyLevel.PUBLIC_TO_EVERYONE),
        ("maya", "CLOSE_FRIENDS"),
        ("maya", ""),
    ],
)
@pytest.mark.spec("posting.init.privacy-mismatch", "error.privacy_level_option_mismatch")
async def test_a_privacy_level_that_is_not_offered_is_refused(
    desk: Desk, rows: Rows, username: str, level: str
) -> None:
    client = await desk.connected(username)
    with pytest.raises(PostingRefused) as caught:
        await client.posting.init_video(VideoPost(privacy_level=level), plan_chunks(100))
    refusal = rows["posting.init.privacy-mismatch"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.message == rows["error.privacy_level_option_mismatch"]["message"]


@pytest.mark.spec(
    "posting.init.unaudited-public", "error.unaudited_client_can_only_post_to_private_accounts"
)
async def test_an_unaudited_app_cannot_post_to_a_public_account(desk: Desk, rows: Rows) -> None:
    client = await desk.connected("maya", UNAUDITED)
    post = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)
    with pytest.raises(PostingRefused) as caught:
        await client.posting.init_video(post, plan_chunks(100))
    refusal = rows["posting.init.unaudited-public"]["refusal"]
    assert caught.value.code == refusal["code"]
    assert (caught.value.status, caught.value.message) == (403, refusal["message"])
    assert caught.value.advice is Advice.FIX_INPUT
    private = await desk.connected("pia", UNAUDITED)
    await private.posting.init_video(post, plan_chunks(100))


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_lost_init_has_an_unknown_outcome_but_no_post(desk: Desk, kind: str) -> None:
    client = await desk.connected()
    await desk.fault("video.init", kind)
    with pytest.raises(TransportError) as caught:
        await desk.opened(client, 100)
    assert (caught.value.sent, caught.value.advice) == (True, Advice.RETRY)
    assert await desk.posts() == []
