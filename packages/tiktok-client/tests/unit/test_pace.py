"""Slots with a clock in hand: nothing here waits."""

import asyncio
from datetime import UTC, datetime, timedelta

import anyio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import AsyncSlotLimiter, AsyncTikTok
from tiktok_client._operations.pace import SLOTS, Lane, read_wait_s

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
MINUTE = 60.0


class Clock:
    """Time passes when someone waits, and never more than they asked for."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.waits: list[float] = []

    def read(self) -> float:
        return self.now

    async def wait(self, event: anyio.Event, delay_s: float | None) -> None:
        if delay_s is None:
            await event.wait()
        elif not event.is_set():
            self.waits.append(delay_s)
            self.now += delay_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def limiter(clock: Clock) -> AsyncSlotLimiter:
    return AsyncSlotLimiter(clock=clock.read, wait=clock.wait)


async def request(
    limiter: AsyncSlotLimiter, user: str = "maya", operation: str = "video.init"
) -> None:
    await limiter.enter(user, operation)
    await limiter.leave(user, operation, sent=True, wait_s=None)


@pytest.mark.parametrize(("operation", "slots"), [("video.init", 6), ("creator_info", 20)])
async def test_one_more_than_the_limit_waits_until_the_first_is_a_minute_old(
    limiter: AsyncSlotLimiter, clock: Clock, operation: str, slots: int
) -> None:
    for _ in range(slots):
        await request(limiter, operation=operation)
        clock.now += 1
    await request(limiter, operation=operation)
    assert clock.waits == [MINUTE - slots]
    await request(limiter, operation=operation)
    assert clock.waits == [MINUTE - slots, 1]


async def test_users_and_operations_do_not_wait_for_each_other(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    for _ in range(6):
        await request(limiter)
    await request(limiter, user="pia")
    await request(limiter, operation="status")
    await request(limiter, operation="something.new")
    assert clock.waits == []


async def test_the_minute_runs_from_the_end_of_a_request(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    await limiter.enter("maya", "video.init")
    for _ in range(5):
        await request(limiter)
    clock.now += 40
    await limiter.leave("maya", "video.init", sent=True, wait_s=None)
    clock.now += 20
    for _ in range(5):
        await request(limiter)
    assert clock.waits == []
    await request(limiter)
    assert clock.waits == [40]


async def test_a_request_that_was_never_sent_gives_its_slot_back(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    for _ in range(20):
        await limiter.enter("maya", "video.init")
        await limiter.leave("maya", "video.init", sent=False, wait_s=None)
    assert clock.waits == []


async def test_when_all_slots_are_under_way_the_end_of_one_is_waited_for(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    for _ in range(6):
        await limiter.enter("maya", "video.init")
    late = asyncio.create_task(limiter.enter("maya", "video.init"))
    await asyncio.sleep(0)
    assert not late.done()
    await limiter.leave("maya", "video.init", sent=False, wait_s=None)
    await late
    assert clock.waits == []


async def test_a_waiter_that_is_cancelled_takes_no_slot(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    for _ in range(6):
        await limiter.enter("maya", "video.init")
    late = asyncio.create_task(limiter.enter("maya", "video.init"))
    await asyncio.sleep(0)
    late.cancel()
    with pytest.raises(asyncio.CancelledError):
        await late
    await limiter.leave("maya", "video.init", sent=False, wait_s=None)
    await limiter.enter("maya", "video.init")
    assert clock.waits == []


async def test_what_tiktok_says_about_waiting_is_obeyed(
    limiter: AsyncSlotLimiter, clock: Clock
) -> None:
    await limiter.enter("maya", "video.init")
    await limiter.leave("maya", "video.init", sent=True, wait_s=7.5)
    await request(limiter)
    assert clock.waits == [7.5]


async def test_users_that_are_gone_are_forgotten(limiter: AsyncSlotLimiter, clock: Clock) -> None:
    for number in range(10_000):
        await request(limiter, user=f"user{number}")
        clock.now += 1
    lanes = limiter._lanes  # pyright: ignore[reportPrivateUsage]  # memory has no public face
    assert len(lanes) < 200


def test_slots_and_windows_are_positive_and_a_limiter_needs_a_user() -> None:
    with pytest.raises(ValueError, match="at least one slot"):
        AsyncSlotLimiter(slots={"status": 0})
    with pytest.raises(ValueError, match="at least one slot"):
        AsyncSlotLimiter(window=timedelta(0))
    with pytest.raises(ValueError, match="user="):
        AsyncTikTok(limiter=AsyncSlotLimiter())


requests = st.lists(st.tuples(st.floats(0, 30), st.floats(0, 20)), max_size=60)


@given(requests, st.integers(1, 6))
def test_no_window_ever_holds_more_requests_than_slots(
    gaps: list[tuple[float, float]], slots: int
) -> None:
    lane, now, arrivals = Lane(slots, MINUTE), 0.0, list[float]()
    for gap_s, length_s in gaps:
        now += gap_s
        while (delay_s := lane.delay_s(now)) != 0:
            assert delay_s is not None
            now += delay_s
        lane.under_way += 1
        arrivals += [now + length_s / 2]  # TikTok counts somewhere in between
        now += length_s
        lane.give_back(now, sent=True, wait_s=None)
    for first, later in zip(arrivals, arrivals[slots:], strict=False):
        assert later - first >= MINUTE - 1e-9


@pytest.mark.parametrize(
    ("operation", "slots"),
    [
        ("video.init", 6),
        ("inbox.video.init", 6),
        ("photo.init", 6),
        ("creator_info", 20),
        ("status", 30),
        ("user_info", 600),
        ("video_list", 600),
        ("video_query", 600),
        ("cancel", None),
        ("upload", None),
        ("oauth.token", None),
    ],
)
def test_each_endpoint_has_a_window_of_its_own(operation: str, slots: int | None) -> None:
    assert SLOTS.get(operation) == slots


arrivals = st.lists(
    st.tuples(
        st.floats(0, 40),
        st.sampled_from(["maya", "pia"]),
        st.sampled_from(["video.init", "inbox.video.init", "photo.init", "creator_info"]),
        st.none() | st.floats(0, 90),
    ),
    max_size=60,
)


@given(arrivals)
def test_nobody_waits_longer_than_the_window_or_tiktok_demands(
    asked: list[tuple[float, str, str, float | None]],
) -> None:
    clock = Clock()
    limiter = AsyncSlotLimiter(clock=clock.read, wait=clock.wait)
    went: dict[tuple[str, str], list[float]] = {}
    held: dict[tuple[str, str], float] = {}

    async def go() -> None:
        for gap_s, user, operation, told_s in asked:
            clock.now += gap_s
            before, key = went.setdefault((user, operation), []), (user, operation)
            slots = SLOTS[operation]
            window = before[-slots] + MINUTE if len(before) >= slots else 0.0
            earliest = max(clock.now, window, held.get(key, 0.0))
            await limiter.enter(user, operation)
            assert clock.now == pytest.approx(earliest, abs=1e-6)
            before.append(clock.now)
            await limiter.leave(user, operation, sent=True, wait_s=told_s)
            if told_s is not None:
                held[key] = max(held.get(key, 0.0), clock.now + told_s)

    asyncio.run(go())


@pytest.mark.parametrize(
    ("headers", "wait_s"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "Sat, 21 Nov 2026 12:00:30 GMT"}, 30),
        ({"retry-after": "Sat, 21 Nov 2026 11:00:00 GMT"}, 0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "99999999"}, 86_400),
        ({"retry-after": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, None),
        ({"retry-after": "Sun, 06 Nov 2094 08:49:37 +99999999999999999999"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12"}, 12),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": f"{NOW.timestamp() + 9:.0f}"}, 9),
        ({"x-ratelimit-remaining": "3", "x-ratelimit-reset": "12"}, None),
        ({"x-ratelimit-remaining": "0"}, None),
        ({"x-ratelimit-remaining": "0", "x-ratelimit-reset": "12", "retry-after": "20"}, 20),
    ],
)
def test_headers_about_waiting_are_read_in_every_form(
    headers: dict[str, str], wait_s: float | None
) -> None:
    assert read_wait_s(headers, NOW) == wait_s
