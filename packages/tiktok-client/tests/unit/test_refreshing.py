from datetime import UTC, datetime, timedelta

import pytest

from tiktok_client import (
    Advice,
    ConnectFailed,
    OAuthError,
    RateLimited,
    ResponseError,
    ServerFault,
    TikTokError,
    TimedOut,
    TokenGrant,
    TokenProvider,
)
from tiktok_client._async.tokens import current
from tiktok_client._operations.refreshing import (
    is_answer_lost,
    is_refused,
    lost_twice,
    refresh_at,
)

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
EARLY = timedelta(seconds=60)


def api_error(kind: type[OAuthError] | type[ServerFault] | type[RateLimited]) -> TikTokError:
    return kind(operation="oauth.refresh", code="x", message="", log_id=None, status=500)


@pytest.mark.parametrize(("life_s", "used_s"), [(7200, 7140), (240, 180), (60, 45), (0, 0)])
def test_a_token_is_refreshed_early_but_a_short_life_is_mostly_used(
    life_s: int, used_s: int
) -> None:
    grant = TokenGrant("o", frozenset(), "a", "r", timedelta(seconds=life_s), timedelta(days=180))
    assert refresh_at(grant, NOON, EARLY) == NOON + timedelta(seconds=used_s)


def test_a_life_beyond_the_calendar_is_not_refreshed() -> None:
    grant = TokenGrant("o", frozenset(), "a", "r", timedelta.max, timedelta(days=180))
    assert refresh_at(grant, NOON, EARLY).year == 9999


@pytest.mark.parametrize(
    ("error", "lost"),
    [
        (TimedOut("late", operation="oauth.refresh", sent=True), True),
        (ConnectFailed("no", operation="oauth.refresh", sent=False), False),
        (ResponseError("odd", operation="oauth.refresh", status=200), True),
        (api_error(ServerFault), True),
        (api_error(RateLimited), False),
        (api_error(OAuthError), False),
    ],
)
def test_an_answer_is_lost_when_the_new_token_may_exist(error: TikTokError, *, lost: bool) -> None:
    assert is_answer_lost(error) is lost


def test_a_server_that_is_unable_has_not_refused_the_token() -> None:
    def no(code: str, advice: Advice) -> OAuthError:
        return OAuthError(
            operation="oauth.refresh", code=code, message="", log_id=None, status=200, advice=advice
        )

    busy, dead = no("server_error", Advice.RETRY_LATER), no("invalid_grant", Advice.REAUTHORISE)
    assert (is_refused(busy), is_refused(dead), is_refused(lost_twice())) == (False, True, True)


class Fixed:
    async def get(self) -> str:
        return "act.provided"

    async def rejected(self, token: str, /) -> None:
        raise AssertionError(token)


async def test_a_token_is_text_a_provider_or_a_function() -> None:
    async def function() -> str:
        return "act.called"

    assert await current("act.text") == "act.text"
    assert await current(function) == "act.called"
    assert isinstance(Fixed(), TokenProvider)
    assert await current(Fixed()) == "act.provided"
    with pytest.raises(ValueError, match="token="):
        await current(None)
