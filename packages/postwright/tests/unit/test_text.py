import pytest

from postwright.kit.text import storable


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("plain", "plain"),
        ("Größe 📹", "Größe 📹"),
        ("half \ud800 of one", "half \ufffd of one"),
        ("nothing\x00ness", "nothing\ufffdness"),
        ("red \x1b[31m alert", "red \ufffd[31m alert"),
        ("two\nlines\r\n", "two lines"),
    ],
)
def test_what_was_written_by_strangers_can_be_stored(written: str, stored: str) -> None:
    assert storable(written) == stored
    assert storable(written).encode()


def test_it_is_no_longer_than_a_screen() -> None:
    assert len(storable("x" * 100_000)) == 500
