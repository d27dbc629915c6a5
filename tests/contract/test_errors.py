"""The envelope, and each error code as the client meets it."""

from collections.abc import Mapping

import pytest

from tests.contract.desk import DESKTOP, PUBLISH, Desk, assert_refused, init_body
from tiktok_client import (
    APIError,
    InvalidRequest,
    PostingRefused,
    ScopeMissing,
    ServerFault,
    TokenInvalid,
)
from tiktok_client.codes import CODES
from tools.coverage import Row

Rows = Mapping[str, Row]


@pytest.mark.spec("envelope.data-error", "envelope.log-id")
async def test_success_and_failure_have_tiktoks_envelope(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant()
    good = (await desk.post("/creator_info/query/", grant.access_token)).json()
    assert set(good) == {"data", "error"}
    assert good["error"]["code"] == rows["envelope.data-error"]["ok"]
    assert good["error"]["message"] == ""
    bad = (await desk.post("/creator_info/query/", "act.none")).json()
    assert set(bad) == {"error"}
    ids = {good["error"]["log_id"], bad["error"]["log_id"]}
    assert len(ids) == 2
    assert all(len(log_id) >= 34 and log_id[:14].isdecimal() for log_id in ids)


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.spec(
    "error.internal_error",
    "error.invalid_params",
    "error.invalid_param",
    "error.access_token_invalid",
    "error.scope_not_authorized",
    "error.spam_risk_too_many_posts",
    "error.spam_risk_user_banned_from_posting",
    "error.reached_active_user_cap",
    "error.unaudited_client_can_only_post_to_private_accounts",
    "error.url_ownership_unverified",
    "error.privacy_level_option_mismatch",
    "error.rate_limit_exceeded",
    "error.invalid_publish_id",
    "error.token_not_authorized_for_specified_publish_id",
    "error.scope_permission_missed",
    "error.invalid_file_upload",
    "error.spam_risk_too_many_pending_share",
    "error.app_version_check_failed",
    "error.publish_not_cancellable",
)
async def test_each_code_is_raised_as_its_class_with_its_advice(
    desk: Desk, rows: Rows, code: str
) -> None:
    row = rows[f"error.{code}"]
    client = await desk.connected()
    await desk.fault("creator_info", "error", status=row["http_status"], code=code)
    with pytest.raises(CODES[code].error) as caught:
        await client.posting.creator_info()
    error = caught.value
    assert isinstance(error, APIError)
    assert (error.code, error.status, error.advice) == (code, row["http_status"], row["advice"])
    assert error.log_id
    [call] = [call for call in desk.calls if call.operation == "creator_info"]
    assert (call.code, call.log_id) == (code, error.log_id)


async def test_a_code_that_nobody_knows_is_kept(desk: Desk) -> None:
    client = await desk.connected()
    await desk.fault("creator_info", "error", status=418, code="short_and_stout")
    with pytest.raises(APIError) as caught:
        await client.posting.creator_info()
    assert type(caught.value) is APIError
    assert caught.value.code == "short_and_stout"


@pytest.mark.spec("error.access_token_invalid")
async def test_a_token_that_was_never_given_out_is_refused(desk: Desk, rows: Rows) -> None:
    row = rows["error.access_token_invalid"]
    assert_refused(await desk.post("/creator_info/query/", "act.none"), row)
    assert_refused(await desk.http.post(PUBLISH + "/creator_info/query/", json={}), row)
    with pytest.raises(TokenInvalid):
        await desk.client("act.none").posting.creator_info()


async def test_a_disconnected_app_is_refused(desk: Desk) -> None:
    client = await desk.connected()
    who = {"username": "maya", "client_key": DESKTOP.client_key}
    await desk.control("POST", "grants/revoke", who)
    with pytest.raises(TokenInvalid):
        await client.posting.creator_info()


@pytest.mark.spec("error.scope_not_authorized")
async def test_a_missing_scope_is_refused(desk: Desk, rows: Rows) -> None:
    grant = await desk.grant(scopes=("user.info.basic",))
    row = rows["error.scope_not_authorized"]
    for path in ("/creator_info/query/", "/video/init/", "/status/fetch/"):
        assert_refused(await desk.post(path, grant.access_token, init_body(100, 100, 1)), row)
    with pytest.raises(ScopeMissing):
        await desk.client(grant.access_token).posting.creator_info()


@pytest.mark.spec("error.spam_risk_user_banned_from_posting")
async def test_a_banned_creator_cannot_open_a_post(desk: Desk, rows: Rows) -> None:
    client = await desk.connected()
    await desk.control("PATCH", "creators/maya", {"banned": True})
    with pytest.raises(PostingRefused) as caught:
        await desk.opened(client, 100)
    row = rows["error.spam_risk_user_banned_from_posting"]
    assert (caught.value.code, caught.value.status) == (row["code"], row["http_status"])


@pytest.mark.parametrize("spelling", ["invalid_params", "invalid_param"])
@pytest.mark.spec("error.invalid_params", "error.invalid_param")
async def test_both_spellings_of_a_wrong_request_are_understood(desk: Desk, spelling: str) -> None:
    await desk.settings(param_error_code=spelling)
    await desk.settings(max_video_bytes=10)
    client = await desk.connected()
    with pytest.raises(InvalidRequest) as caught:
        await desk.opened(client, 100)
    assert caught.value.code == spelling


@pytest.mark.spec("error.internal_error")
async def test_tiktoks_own_failure_is_worth_another_try(desk: Desk) -> None:
    client = await desk.connected()
    await desk.fault("creator_info", "error")
    with pytest.raises(ServerFault):
        await client.posting.creator_info()
    await client.posting.creator_info()


async def test_paths_that_tiktok_does_not_have_are_404(desk: Desk) -> None:
    grant = await desk.grant()
    for path in ("/video/publish/", "/creator_info/query", "/video/init"):
        assert (await desk.post(path, grant.access_token)).status_code == 404
