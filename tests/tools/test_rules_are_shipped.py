"""What the emulator ships of spec/ is what spec/ says."""

from tools.rules import FILE, content


def test_the_table_of_sources_is_as_new_as_the_specification() -> None:
    assert FILE.read_text("utf-8") == content(), "make docs"
