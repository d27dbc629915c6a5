"""A token that stays fresh, with many callers, lost answers and an owner who cannot save."""

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from tests.contract.desk import DESKTOP, Desk
from tiktok_client import (
    Advice,
    AsyncRefreshingToken,
    AsyncTikTok,
    OAuthError,
    RefreshingToken,
    TikTok,
    TokenGrant,
    TokenInvalid,
    Transport,
    TransportError,
)

CALLERS = 20


class Owner:
    """Keeps grants, as a program that uses the client would; can refuse to."""

    def __init__(self) -> None:
        self.saved: list[TokenGrant] = []
        self.broken = False

    async def save(self, grant: TokenGrant) -> None:
        if self.broken:
            raise OSError("disk full")
        self.saved.append(grant)


@pytest.fixture
def owner() -> Owner:
    return Owner()


async def refreshing(
    desk: Desk, owner: Owner, now: Callable[[], datetime] = lambda: datetime.now(UTC)
) -> AsyncRefreshingToken:
    await desk.settings(rate_limits={"creator_info": 1000})
    grant = await desk.grant()
    return AsyncRefreshingToken(desk.client().oauth, grant, save=owner.save, now=now)


def speaking(desk: Desk, token: AsyncRefreshingToken) -> AsyncTikTok:
    return AsyncTikTok(token=token, endpoints=desk.endpoints, transport=desk.transport)


def refreshes(desk: Desk) -> int:
    return sum(call.operation == "oauth.refresh" for call in desk.calls)


@pytest.mark.spec("oauth.token.rotation", "error.access_token_invalid")
async def test_twenty_callers_with_an_expired_token_make_one_refresh(
    desk: Desk, owner: Owner
) -> None:
    token = await refreshing(desk, owner)
    await desk.advance(7_201)
    posting = speaking(desk, token).posting
    infos = await asyncio.gather(*(posting.creator_info() for _ in range(CALLERS)))
    assert {info.username for info in infos} == {"maya"}
    assert refreshes(desk) == 1
    assert owner.saved == [token.grant]
    refused = [call for call in desk.calls if call.code == "access_token_invalid"]
    assert len(refused) == CALLERS


@pytest.mark.spec("oauth.token.access-lifetime")
async def test_a_token_about_to_expire_is_refreshed_before_it_is_used(
    desk: Desk, owner: Owner
) -> None:
    past = timedelta(0)
    token = await refreshing(desk, owner, now=lambda: datetime.now(UTC) + past)
    first = await token.get()
    past = timedelta(seconds=7_150)
    posting = speaking(desk, token).posting
    await asyncio.gather(*(posting.creator_info() for _ in range(CALLERS)))
    assert refreshes(desk) == 1
    assert await token.get() != first
    assert {call.error for call in desk.calls} == {None}


async def test_nobody_uses_a_token_that_could_not_be_saved(desk: Desk, owner: Owner) -> None:
    token = await refreshing(desk, owner)
    await desk.advance(7_201)
    owner.broken = True
    posting = speaking(desk, token).posting
    calls = (posting.creator_info() for _ in range(CALLERS))
    failures = await asyncio.gather(*calls, return_exceptions=True)
    assert {type(failure) for failure in failures} == {OSError}
    assert [
        call for call in desk.calls if call.operation == "creator_info" and not call.error
    ] == []
    owner.broken = False
    await posting.creator_info()  # the same grant is offered again: no second refresh
    assert refreshes(desk) == 1
    assert owner.saved == [token.grant]


@pytest.mark.parametrize("rotates", [True, False])
@pytest.mark.spec("oauth.token.rotation", "oauth.error.invalid_grant")
async def test_after_a_lost_answer_the_same_refresh_token_is_tried_once_more(
    desk: Desk, owner: Owner, *, rotates: bool
) -> None:
    await desk.settings(rotate_refresh=rotates)
    token = await refreshing(desk, owner)
    await desk.advance(7_201)
    await desk.fault("oauth.refresh", "drop_after")
    posting = speaking(desk, token).posting
    if not rotates:
        await posting.creator_info()
    else:
        for _ in range(2):
            with pytest.raises(OAuthError) as caught:
                await posting.creator_info()
            assert (caught.value.code, caught.value.advice) == (
                "invalid_grant",
                Advice.REAUTHORISE,
            )
            assert "lost" in caught.value.__notes__[0]
    assert refreshes(desk) == 2


async def test_after_two_lost_answers_there_is_no_third_refresh(desk: Desk, owner: Owner) -> None:
    token = await refreshing(desk, owner)
    await desk.advance(7_201)
    await desk.fault("oauth.refresh", "drop_before", count=2)
    posting = speaking(desk, token).posting
    with pytest.raises(TransportError):
        await posting.creator_info()
    with pytest.raises(OAuthError) as caught:
        await posting.creator_info()
    assert (caught.value.code, caught.value.advice) == ("refresh_lost", Advice.REAUTHORISE)
    assert refreshes(desk) == 2


async def test_a_refused_refresh_is_asked_for_once_and_told_to_all(
    desk: Desk, owner: Owner
) -> None:
    token = await refreshing(desk, owner)
    await desk.client().oauth.revoke(access_token=await token.get())
    posting = speaking(desk, token).posting
    calls = (posting.creator_info() for _ in range(CALLERS))
    failures = await asyncio.gather(*calls, return_exceptions=True)
    assert [getattr(failure, "code", None) for failure in failures] == ["invalid_grant"] * CALLERS
    assert (refreshes(desk), owner.saved) == (1, [])


async def test_a_server_that_cannot_refresh_now_is_asked_again_later(
    desk: Desk, owner: Owner
) -> None:
    token = await refreshing(desk, owner)
    await desk.advance(7_201)
    await desk.fault("oauth.refresh", "error", status=200, code="temporarily_unavailable")
    posting = speaking(desk, token).posting
    with pytest.raises(OAuthError, match="temporarily_unavailable"):
        await posting.creator_info()
    await posting.creator_info()
    assert len(owner.saved) == 1


async def test_a_call_that_is_refused_twice_is_made_twice(desk: Desk, owner: Owner) -> None:
    token = await refreshing(desk, owner)
    refused = {"status": 401, "code": "access_token_invalid"}
    await desk.fault("creator_info", "error", count=2, **refused)
    with pytest.raises(TokenInvalid):
        await speaking(desk, token).posting.creator_info()
    assert refreshes(desk) == 1
    assert sum(call.operation == "creator_info" for call in desk.calls) == 2


async def test_a_cancelled_caller_does_not_lose_the_new_grant(desk: Desk, owner: Owner) -> None:
    reached, may_go = asyncio.Event(), asyncio.Event()

    async def save(grant: TokenGrant) -> None:
        reached.set()
        await may_go.wait()
        await owner.save(grant)

    await desk.settings(rate_limits={"creator_info": 1000})
    token = AsyncRefreshingToken(desk.client().oauth, await desk.grant(), save=save)
    await token.rejected(token.grant.access_token)
    caller = asyncio.create_task(token.get())
    await reached.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    may_go.set()
    assert await token.get() == owner.saved[0].access_token
    assert refreshes(desk) == 1


async def test_a_plain_token_and_a_function_are_not_replayed(desk: Desk) -> None:
    grant = await desk.grant()
    asked: list[int] = []

    async def function() -> str:
        asked.append(1)
        return grant.access_token

    await desk.advance(7_201)
    for source in (grant.access_token, function):
        client = AsyncTikTok(token=source, endpoints=desk.endpoints, transport=desk.transport)
        with pytest.raises(TokenInvalid):
            await client.posting.creator_info()
    assert len(asked) == 1
    assert sum(call.operation == "creator_info" for call in desk.calls) == 2


async def test_threads_share_one_refresh_of_the_sync_client(desk: Desk) -> None:
    await desk.settings(rate_limits={"creator_info": 1000})
    grant = await desk.grant()
    await desk.advance(7_201)
    saved: list[TokenGrant] = []
    start = threading.Barrier(CALLERS)

    def call_at_once() -> set[str]:
        with Transport() as transport, ThreadPoolExecutor(CALLERS) as threads:
            app = TikTok(app=DESKTOP, endpoints=desk.endpoints, transport=transport)
            token = RefreshingToken(app.oauth, grant, save=saved.append)
            client = TikTok(token=token, endpoints=desk.endpoints, transport=transport)

            def ask(_number: int) -> str:
                start.wait()
                return client.posting.creator_info().username

            return set(threads.map(ask, range(CALLERS)))

    assert await asyncio.to_thread(call_at_once) == {"maya"}
    assert len(saved) == 1
