"""How numbers and times are written on the pages."""

from datetime import timedelta

import pytest

from tiktok_emulator.pages import render
from tiktok_emulator.wording import count, span


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (59.4, "59 s"),
        (60, "1 min"),
        (61, "1 min 1 s"),
        (64_822, "18 h"),
        (90_000, "1 d 1 h"),
        (-3_600, "1 h"),
    ],
)
def test_a_span_is_written_in_its_two_largest_units(seconds: float, words: str) -> None:
    assert span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("number", "words"),
    [(0, "0"), (9_999, "9,999"), (12_340, "12.3K"), (999_499, "999.5K"), (2_000_000, "2M")],
)
def test_a_count_is_written_as_on_a_phone(number: int, words: str) -> None:
    assert count(number) == words


def test_whatever_is_put_into_a_template_is_escaped() -> None:
    drawn = render("avatar.svg", {"letter": "<", "hue": '"><script>'})
    assert "<script>" not in drawn
    assert "&lt;" in drawn
