"""TikTok's answers and errors, in the words of publishing."""

import pytest

from postwright.platforms.answers import (
    Lost,
    NotCancellable,
    NotKnown,
    Phase,
    Refusal,
    Refused,
    Status,
)
from postwright.platforms.tiktok import outcomes
from tiktok_client import (
    APIError,
    FailReason,
    OAuthError,
    PublishState,
    PublishStatus,
    ServerFault,
)
from tiktok_client.codes import CODES

EXPECTED = {
    "invalid_params": Refusal.REQUEST,
    "invalid_param": Refusal.REQUEST,
    "access_token_invalid": Refusal.TOKEN,
    "scope_not_authorized": Refusal.SCOPE,
    "scope_permission_missed": Refusal.SCOPE,
    "spam_risk_too_many_posts": Refusal.CAP,
    "spam_risk_user_banned_from_posting": Refusal.ACCOUNT,
    "reached_active_user_cap": Refusal.USERS,
    "unaudited_client_can_only_post_to_private_accounts": Refusal.ACCOUNT,
    "privacy_level_option_mismatch": Refusal.REQUEST,
    "url_ownership_unverified": Refusal.REQUEST,
    "invalid_file_upload": Refusal.REQUEST,
    "rate_limit_exceeded": Refusal.RATE,
    "spam_risk_too_many_pending_share": Refusal.DRAFTS,
    "app_version_check_failed": Refusal.ACCOUNT,
    "publish_not_cancellable": Refusal.REQUEST,
    "internal_error": Refusal.FAULT,
    "invalid_publish_id": Refusal.REQUEST,
    "token_not_authorized_for_specified_publish_id": Refusal.REQUEST,
}
TOLD = {"operation": "x", "message": "m", "log_id": "l", "status": 400}


def error(code: str) -> APIError:
    meaning = CODES[code]
    return meaning.error(code=code, advice=meaning.advice, **TOLD)  # pyright: ignore[reportArgumentType]  # one dict for all


def failed(reason: FailReason) -> Status:
    return outcomes.status_of(
        PublishStatus(PublishState.FAILED, reason, (), None, "FAILED", reason.value)
    )


def test_every_code_is_refused_in_its_way() -> None:
    assert {code: outcomes.refused(error(code)).refusal for code in CODES} == EXPECTED


def test_what_a_gateway_answers_is_told_by_its_status() -> None:
    told = {"operation": "x", "message": "", "log_id": None, "status": 503}

    answer = outcomes.refused(ServerFault(code="", **told))  # pyright: ignore[reportArgumentType]  # as below

    assert (answer.refusal, answer.code) == (Refusal.FAULT, "HTTP 503")


def test_three_failures_may_pass_by_themselves() -> None:
    passing = {reason.value for reason in FailReason if failed(reason).fail_is_passing}

    assert passing == {"internal", "video_pull_failed", "photo_pull_failed"}


def test_one_failure_is_a_cancellation() -> None:
    assert [reason.value for reason in FailReason if failed(reason).fail_is_cancel] == [
        "publish_cancelled"
    ]


@pytest.mark.parametrize(
    ("uploaded", "downloaded", "received"), [(None, 7, 7), (5, None, 5), (0, 7, 0)]
)
def test_bytes_that_tiktok_fetched_count_like_those_it_was_sent(
    uploaded: int | None, downloaded: int | None, received: int
) -> None:
    answer = PublishStatus(
        PublishState.PROCESSING_DOWNLOAD, None, (), uploaded, "x", downloaded_bytes=downloaded
    )

    assert outcomes.status_of(answer) == Status(Phase.PROCESSING, received=received)


def test_whether_there_was_anything_to_cancel_its_status_tells() -> None:
    for code in ("publish_not_cancellable", "invalid_publish_id"):
        assert outcomes.cancel_refused(error(code)) == NotCancellable(code)
    answer = outcomes.cancel_refused(error("token_not_authorized_for_specified_publish_id"))
    assert isinstance(answer, Refused)
    assert answer.refusal is Refusal.REQUEST


def test_a_publish_id_that_is_asked_about_too_early_is_not_known_yet() -> None:
    for code in ("invalid_publish_id", "invalid_params", "invalid_param"):
        assert outcomes.status_refused(error(code)) == NotKnown(code)
    assert isinstance(outcomes.status_refused(error("access_token_invalid")), Refused)


@pytest.mark.parametrize(
    ("code", "refusal"),
    [
        ("invalid_grant", Refusal.TOKEN),
        ("invalid_request", Refusal.TOKEN),
        ("invalid_client", Refusal.REQUEST),
        ("server_error", None),
    ],
)
def test_a_refresh_is_refused_for_the_account_or_for_the_app(
    code: str, refusal: Refusal | None
) -> None:
    answer = outcomes.oauth_refused(OAuthError(code=code, **TOLD))  # pyright: ignore[reportArgumentType]  # one dict for all

    assert answer.refusal is refusal if isinstance(answer, Refused) else isinstance(answer, Lost)
