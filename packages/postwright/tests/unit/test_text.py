import pytest

from postwright.kit.text import harmless, storable


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


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("two\n\tlines 📹 🏳️\u200d🌈", "two\n\tlines 📹 🏳️\u200d🌈"),
        ("clears \x1b[2J the screen", "clears \ufffd[2J the screen"),
        ("goes back\rand over it", "goes back\ufffdand over it"),
        ("in eight bits \x9b2J", "in eight bits \ufffd2J"),
        ("reads \u202ebackwards\u2066", "reads \ufffdbackwards\ufffd"),
    ],
)
def test_what_is_shown_gives_a_terminal_no_orders(written: str, shown: str) -> None:
    assert harmless(written) == shown
