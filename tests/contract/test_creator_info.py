"""What a creator may post, as the client reads it."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import UNAUDITED, Desk
from tiktok_client import Advice, PostingRefused
from tools.coverage import Row

Rows = Mapping[str, Row]


@pytest.mark.spec(
    "posting.creator-info",
    "posting.creator-info.privacy-level-options",
    "posting.creator-info.max-duration",
    "posting.creator-info.comment-disabled",
    "posting.creator-info.duet-disabled",
    "posting.creator-info.stitch-disabled",
    "posting.creator-info.username",
    "posting.creator-info.nickname",
    "posting.creator-info.avatar",
)
async def test_a_public_creator_is_told_as_she_is(desk: Desk, rows: Rows) -> None:
    facts = {"max_video_post_duration_sec": 300, "comment_disabled": True}
    await desk.control("PATCH", "creators/maya", facts)
    info = await (await desk.connected()).posting.creator_info()
    options = rows["posting.creator-info.privacy-level-options"]
    assert list(info.privacy_level_options) == options["public"]
    assert (info.username, info.nickname) == ("maya", "Maya M.")
    assert info.max_video_post_duration_s == 300
    assert (info.allows_comment, info.allows_duet, info.allows_stitch) == (False, True, True)
    assert (await desk.http.get(info.avatar_url)).status_code == 200
    assert info.log_id
    fields = [row for row in rows.values() if row.get("of") == "posting.creator-info"]
    assert {row["name"] for row in fields} == set(info.raw)


@pytest.mark.spec(
    "posting.creator-info.privacy-level-options",
    "posting.creator-info.duet-disabled",
    "posting.creator-info.stitch-disabled",
)
async def test_a_private_creator_has_followers_instead_of_everyone(desk: Desk, rows: Rows) -> None:
    info = await (await desk.connected("pia")).posting.creator_info()
    options = rows["posting.creator-info.privacy-level-options"]
    assert list(info.privacy_level_options) == options["private"]
    assert (info.allows_duet, info.allows_stitch) == (False, False)


@pytest.mark.spec("posting.creator-info.full-options-unaudited")
async def test_an_unaudited_app_is_offered_everything(desk: Desk, rows: Rows) -> None:
    info = await (await desk.connected(app=UNAUDITED)).posting.creator_info()
    options = rows["posting.creator-info.privacy-level-options"]
    assert list(info.privacy_level_options) == options["public"]


@pytest.mark.parametrize(
    ("facts", "code", "advice"),
    [
        ({"banned": True}, "spam_risk_user_banned_from_posting", Advice.GIVE_UP),
        ({"too_many_posts": True}, "spam_risk_too_many_posts", Advice.RETRY_LATER),
    ],
)
@pytest.mark.spec("posting.creator-info.errors-http-200")
async def test_a_creator_who_cannot_post_is_an_error_in_spite_of_http_200(
    desk: Desk, rows: Rows, facts: Mapping[str, bool], code: str, advice: Advice
) -> None:
    client = await desk.connected()
    await desk.control("PATCH", "creators/maya", facts)
    with pytest.raises(PostingRefused) as caught:
        await client.posting.creator_info()
    error = caught.value
    assert (error.code, error.advice) == (code, advice)
    row = rows["posting.creator-info.errors-http-200"]
    assert error.status == row["http_status"]
    assert code in row["codes"]
