"""Who sends forgeries is told apart, and forgotten again."""

import time

import pytest

from postwright.kit.failures import MOST, WINDOW_S, Failures


def test_a_sender_is_cut_off_after_so_many_failures_and_others_are_not() -> None:
    seen = Failures()
    assert [seen.note("192.0.2.7") for _ in range(MOST)] == list(range(1, MOST + 1))
    assert seen.are_many("192.0.2.7")
    assert not seen.are_many("192.0.2.8")


def test_an_ipv6_sender_is_its_network() -> None:
    seen = Failures()
    for number in range(MOST):
        seen.note(f"2001:db8:1:2::{number:x}")
    assert seen.are_many("2001:db8:1:2:ffff::1")
    assert not seen.are_many("2001:db8:1:3::1")


def test_a_minute_later_it_begins_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    seen = Failures()
    for _ in range(MOST):
        seen.note("192.0.2.7")
    now[0] += WINDOW_S
    assert not seen.are_many("192.0.2.7")
    assert seen.note("192.0.2.7") == 1


def test_of_very_many_senders_the_first_is_forgotten() -> None:
    seen = Failures()
    for _ in range(MOST):
        seen.note("192.0.2.7")
    for number in range(4096):
        seen.note(f"10.0.{number // 256}.{number % 256}")
    assert not seen.are_many("192.0.2.7")
