"""Direct posts, allowed and refused; also against the real TikTok with --live."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import MIB, PUBLISH, assert_refused, init_body, padded
from tests.contract.live import Account
from tiktok_client import (
    InvalidRequest,
    PostingRefused,
    PrivacyLevel,
    PublishState,
    TokenInvalid,
    UploadError,
    UploadRefusal,
    VideoPost,
    plan_chunks,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
SELF = VideoPost(privacy_level=PrivacyLevel.SELF_ONLY)


@pytest.mark.live
@pytest.mark.spec(
    "posting.creator-info",
    "posting.creator-info.privacy-level-options",
    "posting.creator-info.full-options-unaudited",
    "envelope.log-id",
)
async def test_a_creator_is_offered_all_levels_of_the_account(account: Account, rows: Rows) -> None:
    info = await account.client().posting.creator_info()
    row = rows["posting.creator-info.privacy-level-options"]
    assert list(info.privacy_level_options) in (row["public"], row["private"])
    fields = [each for each in rows.values() if each.get("of") == "posting.creator-info"]
    assert {each["name"] for each in fields} <= set(info.raw)
    assert len(info.log_id or "") >= 34


@pytest.mark.live
@pytest.mark.spec("error.access_token_invalid", "envelope.data-error")
async def test_a_token_that_never_was_is_refused(account: Account, rows: Rows) -> None:
    answer = await account.raw(
        "creator_info", "POST", f"{PUBLISH}/creator_info/query/", token="act.never-given", json={}
    )
    assert_refused(answer, rows["error.access_token_invalid"])
    with pytest.raises(TokenInvalid):
        await account.client("act.never-given").posting.creator_info()


@pytest.mark.live
@pytest.mark.spec("envelope.json-body")
async def test_json_does_with_or_without_a_charset(account: Account, rows: Rows) -> None:
    for content_type in rows["envelope.json-body"]["content_types"]:
        answer = await account.raw(
            "creator_info",
            "POST",
            f"{PUBLISH}/creator_info/query/",
            headers={"Content-Type": content_type},
            content=b"{}",
        )
        assert answer.json()["error"]["code"] == "ok", content_type


@pytest.mark.parametrize(
    ("plan", "row"),
    [
        ((66_259_900, 64_000_000, 2), "posting.init.chunk-count"),
        ((66_259_900, 64_000_000, 1), "posting.init.single-chunk"),
        ((158_008_374, 158_008_374, 1), "posting.init.single-chunk"),
        ((12 * MIB, 4 * MIB, 3), "posting.init.chunk-range"),
        ((4_294_967_297, 64_000_000, 67), "posting.init.size-limit"),
    ],
)
@pytest.mark.live(inits=1)
@pytest.mark.spec(
    "posting.init.chunk-count",
    "posting.init.single-chunk",
    "posting.init.chunk-range",
    "posting.init.size-limit",
    "error.invalid_params",
)
async def test_a_plan_that_cannot_be_is_refused(
    account: Account, rows: Rows, plan: tuple[int, int, int], row: str
) -> None:
    assert_refused(await account.init(init_body(*plan)), rows[row])


@pytest.mark.live(inits=1)
@pytest.mark.spec("posting.init.chunk-count", "posting.init.publish-id", "posting.init.upload-url")
async def test_the_plan_of_tiktoks_own_page_is_taken(account: Account, rows: Rows) -> None:
    answer = (await account.init(init_body(50_000_123, 10_000_000, 5))).json()
    assert answer["error"]["code"] == "ok"
    row = rows["posting.init.publish-id"]
    assert answer["data"]["publish_id"].startswith(row["prefix"])
    assert len(answer["data"]["publish_id"]) <= row["max"]
    assert account.endpoints.allows_upload(answer["data"]["upload_url"])


@pytest.mark.live(inits=2)
@pytest.mark.spec("posting.init.title-length")
async def test_a_title_is_counted_in_utf16_units(account: Account, rows: Rows) -> None:
    most: int = rows["posting.init.title-length"]["value"]
    fits = "🦊" * (most // 2)
    answer = await account.init(init_body(100, 100, 1, title=fits))
    assert answer.json()["error"]["code"] == "ok"
    longer = await account.init(init_body(100, 100, 1, title=fits + "x"))
    assert_refused(longer, rows["posting.init.title-length"])


@pytest.mark.live(inits=1)
@pytest.mark.spec("posting.init.privacy-mismatch")
async def test_a_privacy_level_of_nobody_is_refused(account: Account, rows: Rows) -> None:
    post = VideoPost(privacy_level="CLOSE_FRIENDS")
    with pytest.raises(PostingRefused) as caught:
        await account.client().posting.init_video(post, plan_chunks(100))
    refusal = rows["posting.init.privacy-mismatch"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.live(inits=1)
@pytest.mark.spec("posting.init.brand-content-private")
async def test_a_paid_partnership_cannot_be_private(account: Account, rows: Rows) -> None:
    answer = await account.init(init_body(100, 100, 1, brand_content_toggle=True))
    assert_refused(answer, rows["posting.init.brand-content-private"])


@pytest.mark.live(inits=1)
@pytest.mark.spec("posting.init.unknown-fields")
async def test_fields_that_do_not_exist_are_ignored(account: Account, rows: Rows) -> None:
    wishes = dict.fromkeys(rows["posting.init.unknown-fields"]["fields"], "2027-01-01")
    answer = await account.init(init_body(100, 100, 1, **wishes) | {"schedule": 1})
    assert answer.json()["error"]["code"] == "ok"


@pytest.mark.live
@pytest.mark.spec("status.fetch.invalid-publish-id", "error.invalid_publish_id")
async def test_an_id_of_nothing_is_refused(account: Account, rows: Rows) -> None:
    with pytest.raises(InvalidRequest) as caught:
        await account.client().posting.status("v_pub_file~v2-1.1")
    refusal = rows["status.fetch.invalid-publish-id"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.live(inits=1, posts=1)
@pytest.mark.spec(
    "upload.put.range-416",
    "upload.put.sequential",
    "upload.put.bad-headers-400",
    "upload.put.unknown-404",
    "upload.put.partial-206",
    "upload.put.created-201",
    "upload.put.no-auth",
    "status.fetch.uploaded-bytes",
    "status.fetch.listed-fields-only",
    "status.fetch.post-id-only-public",
    "posting.init.processing-upload-from-init",
)
async def test_a_small_video_for_oneself_goes_the_whole_way(
    account: Account, rows: Rows, video: bytes
) -> None:
    content = padded(video, 11 * MIB)
    posting = account.client().posting
    plan = plan_chunks(len(content), 5 * MIB)
    first, last = plan.chunk(0), plan.chunk(plan.count - 1)
    upload = await posting.init_video(SELF, plan)
    status = await posting.status(upload.publish_id)
    assert status.raw_state == rows["posting.init.processing-upload-from-init"]["status"]

    async def refused(url: str, chunk: bytes, told: str) -> int:
        headers = {"Content-Type": "video/mp4", "Content-Range": told}
        return (await account.http.put(url, content=chunk, headers=headers)).status_code

    whole, tail = len(content), content[last.first :]
    ahead = f"bytes {last.first}-{last.last_inclusive}/{whole}"
    assert await refused(upload.upload_url, tail, ahead) == 416
    assert (
        await refused(upload.upload_url, b"short", f"bytes 0-{first.last_inclusive}/{whole}") == 400
    )
    assert await refused(_other(upload.upload_url), b"short", f"bytes 0-4/{whole}") == 404
    receipts = [
        await posting.upload_chunk(upload.upload_url, content, chunk, total_bytes=whole)
        for chunk in plan
    ]
    assert [receipt.status for receipt in receipts] == [206] * (plan.count - 1) + [201]
    status = await account.decided(upload.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    assert (status.post_ids, status.uploaded_bytes) == ((), whole)
    assert set(status.raw) <= set(rows["status.fetch.listed-fields-only"]["fields"])
    with pytest.raises(UploadError) as caught:
        await posting.upload_chunk(upload.upload_url, content, first, total_bytes=whole)
    assert caught.value.kind is not UploadRefusal.FAULT


@pytest.mark.live(inits=1)
@pytest.mark.spec("upload.put.as-planned", "upload.put.no-range-query")
async def test_chunks_come_as_planned_and_progress_cannot_be_asked_for(
    account: Account, rows: Rows
) -> None:
    plan = plan_chunks(11 * MIB, 5 * MIB)
    upload = await account.client().posting.init_video(SELF, plan)

    async def put(content: bytes, told: str) -> int:
        headers = {"Content-Type": "video/mp4", "Content-Range": told}
        answer = await account.http.put(upload.upload_url, content=content, headers=headers)
        return answer.status_code

    planned, chunk = rows["upload.put.as-planned"], bytes(plan.chunk_bytes)
    shorter = f"bytes 0-{plan.chunk_bytes - 2}/{plan.size_bytes}"
    assert await put(chunk[:-1], shorter) == planned["refusal"]["http_status"]
    another_total = f"bytes 0-{plan.chunk_bytes - 1}/{plan.size_bytes + 1}"
    assert await put(chunk, another_total) == planned["total_refusal"]["http_status"]
    asked = await put(b"", f"bytes */{plan.size_bytes}")
    assert asked == rows["upload.put.no-range-query"]["refusal"]["http_status"]
    assert await put(chunk, f"bytes 0-{plan.chunk_bytes - 1}/{plan.size_bytes}") == 206


def _other(upload_url: str) -> str:
    """The address of an upload that never was."""
    before, found, after = upload_url.partition("upload_id=")
    assert found
    return f"{before}{found}1{after}"


@pytest.mark.live
@pytest.mark.spec("path.unknown-404")
async def test_endpoints_that_are_retired_or_made_up_do_not_exist(
    account: Account, rows: Rows
) -> None:
    for endpoint in rows["path.unknown-404"]["paths"]:
        method, _, path = endpoint.partition(" ")
        answer = await account.raw("display", method, path, json={})
        assert answer.status_code == rows["path.unknown-404"]["http_status"], endpoint


@pytest.mark.live
@pytest.mark.spec("path.final-slash")
async def test_the_paths_of_the_rest_api_end_in_a_slash(account: Account, rows: Rows) -> None:
    row = rows["path.final-slash"]
    for endpoint in row["paths"]:
        method, _, path = endpoint.partition(" ")
        answer = await account.raw("display", method, path, json={})
        assert (answer.status_code, answer.text) == (row["http_status"], row["body"]), endpoint
