"""Ranges: whatever is asked for, what comes is a part of the file, or it is refused."""

from hypothesis import given
from hypothesis import strategies as some

from postwright.media.host.ranges import Span, Unsatisfiable, span

FILE = bytes(range(256)) * 4
POSITIONS = some.one_of(some.none(), some.integers(0, len(FILE) * 2), some.integers(0, 10**40))


@given(POSITIONS, POSITIONS)
def test_a_range_is_what_a_slice_would_be(first: int | None, last: int | None) -> None:
    asked = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is None and last is not None:
        expected = FILE[-last:] if last else b""
    elif first is not None and (last is None or last >= first):
        expected = FILE[first : None if last is None else last + 1]
    else:
        expected = b""
    try:
        found = span(asked, len(FILE))
    except Unsatisfiable:
        assert expected == b""
    else:
        assert found is not None
        assert FILE[found.first : found.last + 1] == expected
        assert len(expected) == found.size > 0


@given(some.text(), some.integers(1, 10**12))
def test_no_text_trips_it(text: str, size_bytes: int) -> None:
    for asked in (text, f"bytes={text}", f"bytes=1-{text}", f"bytes={text}-"):
        try:
            found = span(asked, size_bytes)
        except Unsatisfiable:
            continue
        assert found is None or 0 <= found.first <= found.last < size_bytes


def test_digits_of_other_scripts_are_no_numbers() -> None:
    for asked in ("bytes=\u0661-\u0662", "bytes=\uff11-"):
        try:
            assert span(asked, 100) != Span(1, 2)
        except Unsatisfiable:
            continue
