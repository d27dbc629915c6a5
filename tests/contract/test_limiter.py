"""With a limiter nobody is refused; with a window of a fraction of a second nobody waits long."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from tests.contract.desk import Desk
from tiktok_client import AsyncSlotLimiter, AsyncTikTok, RateLimited, SlotLimiter, TikTok, Transport

WINDOW_S = 0.3
CALLS = 50  # two windows and a half of creator info


@pytest.mark.spec("limits.creator-info-per-minute", "limits.window")
async def test_fifty_calls_at_once_are_spread_so_that_none_is_refused(desk: Desk) -> None:
    await desk.settings(rate_limits={"window_s": WINDOW_S})
    grant = await desk.grant()
    limiter = AsyncSlotLimiter(window=timedelta(seconds=WINDOW_S))
    clients = [
        AsyncTikTok(
            token=grant.access_token,
            endpoints=desk.endpoints,
            transport=desk.transport,
            limiter=limiter,
            user=grant.open_id,
        )
        for _ in range(2)
    ]
    calls = (clients[number % 2].posting.creator_info() for number in range(CALLS))
    infos = await asyncio.gather(*calls)
    assert {info.username for info in infos} == {"maya"}


async def test_without_a_limiter_some_of_them_are_refused(desk: Desk) -> None:
    posting = (await desk.connected()).posting
    calls = (posting.creator_info() for _ in range(CALLS))
    answers = await asyncio.gather(*calls, return_exceptions=True)
    assert sum(isinstance(answer, RateLimited) for answer in answers) == CALLS - 20


async def test_threads_of_the_sync_client_share_a_limiter(desk: Desk) -> None:
    await desk.settings(rate_limits={"window_s": WINDOW_S})
    grant = await desk.grant()

    def call_at_once() -> set[str]:
        with Transport() as transport, ThreadPoolExecutor(8) as threads:
            client = TikTok(
                token=grant.access_token,
                endpoints=desk.endpoints,
                transport=transport,
                limiter=SlotLimiter(window=timedelta(seconds=WINDOW_S)),
                user=grant.open_id,
            )
            asked = [threads.submit(client.posting.creator_info) for _ in range(CALLS)]
            return {future.result().username for future in asked}

    assert await asyncio.to_thread(call_at_once) == {"maya"}
