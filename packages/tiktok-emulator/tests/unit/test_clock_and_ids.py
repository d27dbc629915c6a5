"""Time that can be moved, and ids that look like TikTok's."""

import json
from datetime import UTC, datetime, timedelta

from tiktok_emulator.clock import Clock
from tiktok_emulator.ids import Ids, open_id

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def test_an_advanced_clock_runs_ahead_of_the_machine() -> None:
    clock = Clock(lambda: NOON)
    clock.advance(timedelta(hours=1))
    assert clock.now() == NOON + timedelta(hours=1)
    assert clock.offset == timedelta(hours=1)


def test_a_frozen_clock_moves_only_when_it_is_advanced() -> None:
    times = iter([NOON, NOON + timedelta(seconds=5)])
    clock = Clock(lambda: next(times))
    clock.freeze()
    clock.advance(timedelta(seconds=1))
    assert clock.now() == clock.now() == NOON + timedelta(seconds=1)


def test_a_released_clock_runs_on_from_where_it_stood() -> None:
    machine = [NOON]
    clock = Clock(lambda: machine[0])
    clock.freeze()
    machine[0] += timedelta(minutes=10)
    clock.release()
    assert clock.now() == NOON
    machine[0] += timedelta(seconds=3)
    assert clock.now() == NOON + timedelta(seconds=3)


def test_numbers_have_19_digits_and_no_double_can_hold_them() -> None:
    ids = Ids(1, NOON)
    numbers = [ids.number() for _ in range(200)]
    assert all(len(str(number)) == 19 for number in numbers)
    assert all(int(float(number)) != number for number in numbers)
    assert numbers == sorted(set(numbers))
    assert json.loads(json.dumps(numbers)) == numbers


def test_the_same_seed_gives_the_same_ids_on_any_day() -> None:
    one, other = Ids(7, NOON), Ids(7, NOON + timedelta(days=400))
    assert one.number() == other.number()
    assert one.access_token() == other.access_token()
    assert one.upload_token() == other.upload_token()
    assert Ids(8, NOON).code() != Ids(7, NOON).code()


def test_tokens_carry_the_prefixes_of_their_kind() -> None:
    ids = Ids(1, NOON)
    assert ids.access_token().startswith("act.")
    assert ids.refresh_token().startswith("rft.")
    assert ids.client_token().startswith("clt.")
    assert "*0!" in ids.code()


def test_a_log_id_is_14_digits_of_time_and_20_upper_case_hex_digits() -> None:
    log_id = Ids(1, NOON).log_id(NOON)
    assert len(log_id) == 34
    assert log_id.startswith("20261121120000")
    assert set(log_id[14:]) <= set("0123456789ABCDEF")


def test_an_open_id_belongs_to_one_app_and_one_user() -> None:
    assert open_id("a", "ann") == open_id("a", "ann")
    assert len({open_id("a", "ann"), open_id("b", "ann"), open_id("a", "bob")}) == 3
    assert len(open_id("a", "ann")) == 36
