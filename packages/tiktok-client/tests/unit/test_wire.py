from collections.abc import Callable

import pytest

from tiktok_client import (
    Advice,
    APIError,
    AuthError,
    InvalidRequest,
    MediaRejected,
    OAuthError,
    PostingRefused,
    RateLimited,
    ResponseError,
    ScopeMissing,
    ServerFault,
    TokenInvalid,
)
from tiktok_client._operations.wire import Response, bearer, read_data, read_oauth
from tiktok_client.codes import OAUTH_CODES

Answer = Callable[..., Response]
LOG_ID = "202611210000000123456789ABCDEF0123"


def refused(code: str, message: str = "why") -> dict[str, object]:
    return {"error": {"code": code, "message": message, "log_id": LOG_ID}}


@pytest.mark.parametrize(
    ("code", "status", "kind", "advice"),
    [
        ("invalid_params", 400, InvalidRequest, Advice.FIX_INPUT),
        ("invalid_param", 400, InvalidRequest, Advice.FIX_INPUT),
        ("access_token_invalid", 401, TokenInvalid, Advice.REAUTHORISE),
        ("scope_not_authorized", 401, ScopeMissing, Advice.REAUTHORISE),
        ("spam_risk_too_many_posts", 403, PostingRefused, Advice.RETRY_LATER),
        ("spam_risk_user_banned_from_posting", 403, PostingRefused, Advice.GIVE_UP),
        ("reached_active_user_cap", 403, PostingRefused, Advice.RETRY_LATER),
        (
            "unaudited_client_can_only_post_to_private_accounts",
            403,
            PostingRefused,
            Advice.FIX_INPUT,
        ),
        ("privacy_level_option_mismatch", 403, PostingRefused, Advice.FIX_INPUT),
        ("url_ownership_unverified", 403, MediaRejected, Advice.FIX_INPUT),
        ("rate_limit_exceeded", 429, RateLimited, Advice.RETRY_LATER),
        ("internal_error", 500, ServerFault, Advice.RETRY),
        ("invalid_publish_id", 400, InvalidRequest, Advice.FIX_INPUT),
        (
            "token_not_authorized_for_specified_publish_id",
            400,
            AuthError,
            Advice.FIX_INPUT,
        ),
    ],
)
def test_each_code_becomes_its_class_with_its_advice(
    answer: Answer, code: str, status: int, kind: type[APIError], advice: Advice
) -> None:
    with pytest.raises(APIError) as caught:
        read_data(answer(refused(code), status))
    error = caught.value
    assert type(error) is kind
    assert (error.code, error.status, error.advice) == (code, status, advice)
    assert (error.message, error.log_id, error.operation) == ("why", LOG_ID, "status")
    assert code in str(error)
    assert error.doc_url.endswith("get-video-status")


def test_a_code_that_nobody_knows_is_a_plain_api_error(answer: Answer) -> None:
    with pytest.raises(APIError) as caught:
        read_data(answer(refused("prefix_rate_limit_exceeded"), 429))
    assert type(caught.value) is APIError


@pytest.mark.parametrize(
    ("status", "advice"),
    [
        (200, Advice.GIVE_UP),
        (400, Advice.GIVE_UP),
        (401, Advice.REAUTHORISE),
        (429, Advice.RETRY_LATER),
        (503, Advice.RETRY),
    ],
)
def test_what_to_do_about_an_unknown_code_is_told_by_the_status(
    answer: Answer, status: int, advice: Advice
) -> None:
    with pytest.raises(APIError) as caught:
        read_data(answer(refused("short_and_stout"), status))
    assert caught.value.advice is advice


def test_http_200_with_a_code_is_an_error(answer: Answer) -> None:
    with pytest.raises(PostingRefused):
        read_data(answer(refused("spam_risk_too_many_posts"), 200))


def test_data_beside_ok_is_returned_with_the_log_id(answer: Answer) -> None:
    body = {"data": {"a": 1, "new": [2]}, "error": {"code": "ok", "message": "", "log_id": LOG_ID}}
    fields, log_id = read_data(answer(body))
    assert dict(fields.values) == {"a": 1, "new": [2]}
    assert log_id == LOG_ID


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"error": "no"}', b'{"data": {}}', b"[" * 100_000]
)
def test_an_answer_in_another_shape_is_a_response_error(answer: Answer, body: bytes) -> None:
    with pytest.raises(ResponseError) as caught:
        read_data(answer(body, 200))
    assert caught.value.status == 200
    assert len(caught.value.body) <= 2000


def test_a_gateways_page_is_a_server_fault_without_a_code(answer: Answer) -> None:
    with pytest.raises(ServerFault) as caught:
        read_data(answer(b"<html>Bad gateway</html>", 502))
    assert (caught.value.code, caught.value.status) == ("", 502)


def test_a_bare_429_is_a_rate_limit_and_a_retry_after_is_kept(answer: Answer) -> None:
    with pytest.raises(RateLimited) as caught:
        read_data(answer(b"", 429, headers={"retry-after": "12"}))
    assert caught.value.retry_after == 12.0
    with pytest.raises(RateLimited) as caught:
        read_data(answer(refused("rate_limit_exceeded"), 429, headers={"retry-after": "soon"}))
    assert caught.value.retry_after is None


@pytest.mark.parametrize("status", [200, 400, 401])
@pytest.mark.parametrize("code", sorted(OAUTH_CODES))
def test_oauth_says_no_by_its_error_field_whatever_the_status(
    answer: Answer, code: str, status: int
) -> None:
    body = {"error": code, "error_description": "because", "log_id": LOG_ID}
    with pytest.raises(OAuthError) as caught:
        read_oauth(answer(body, status, operation="oauth.refresh"))
    error = caught.value
    assert (error.code, error.message, error.log_id) == (code, "because", LOG_ID)
    assert error.advice is OAUTH_CODES[code]


def test_an_unknown_oauth_error_is_kept(answer: Answer) -> None:
    with pytest.raises(OAuthError) as caught:
        read_oauth(answer({"error": "slow_down"}))
    assert (caught.value.code, caught.value.advice) == ("slow_down", Advice.REAUTHORISE)


def test_oauth_answers_without_error_but_with_a_bad_status_are_refused(answer: Answer) -> None:
    with pytest.raises(ServerFault):
        read_oauth(answer(b"", 503))
    with pytest.raises(ResponseError):
        read_oauth(answer({"open_id": "x"}, 404))


def test_a_field_of_the_wrong_type_is_named_but_its_value_is_not(answer: Answer) -> None:
    fields, _ = read_data(answer({"data": {"n": "s3cret", "b": 1}, "error": {"code": "ok"}}))
    with pytest.raises(ResponseError, match="field n is missing or not a whole number") as caught:
        fields.integer("n")
    assert "s3cret" not in str(caught.value) + caught.value.body
    with pytest.raises(ResponseError, match="field b is missing or not a boolean"):
        fields.boolean("b")
    with pytest.raises(ResponseError, match="field t is missing"):
        fields.text("t")
    with pytest.raises(ResponseError, match="not a list of text"):
        fields.texts("n")


@pytest.mark.parametrize(
    "token", ["", " act.s3cret", "act.s3cret\n", "act.s3cret ", "act.s3cret\u00e9", "act.\0s3cret"]
)
def test_what_no_header_can_hold_is_refused_as_a_token_and_not_repeated(token: str) -> None:
    with pytest.raises(ValueError, match="the access token is empty, or has a blank") as caught:
        bearer(token)
    assert "s3cret" not in str(caught.value)


def test_a_token_is_not_repeated_wherever_an_answer_repeats_it(answer: Answer) -> None:
    with pytest.raises(APIError) as caught:
        read_data(answer(refused("act.s3cret!4856.e1 is wrong", "for rft.s3cret"), 403))
    assert "s3cret" not in str(caught.value) + caught.value.code + caught.value.message
    with pytest.raises(OAuthError) as refusal:
        read_oauth(answer({"error": "rft.s3cret", "error_description": "act.s3cret"}))
    assert "s3cret" not in str(refusal.value) + refusal.value.code + refusal.value.message


def test_an_answer_without_words_of_tiktoks_says_so(answer: Answer) -> None:
    with pytest.raises(ServerFault, match="status: not TikTok's own answer \\(HTTP 502\\)"):
        read_data(answer(b"<html>Bad gateway</html>", 502))


def test_no_answer_is_lost_over_a_log_id(answer: Answer) -> None:
    body = {"data": {"a": 1}, "error": {"code": "ok", "message": None, "log_id": 7}}
    fields, log_id = read_data(answer(body))
    assert (dict(fields.values), log_id) == ({"a": 1}, None)
