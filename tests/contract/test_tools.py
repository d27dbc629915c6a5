"""The tools that keep client, emulator and spec together."""

from pathlib import Path

import pytest

from tools import places, unasync


def test_the_sync_client_is_what_would_be_generated() -> None:
    there = {path.name: path.read_text() for path in (unasync.CLIENT / "_sync").glob("*.py")}
    assert there == unasync.generate()


def test_a_rule_that_matches_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unasync, "RULES", [*unasync.RULES, (r"\bnowhere_at_all\b", "x")])
    with pytest.raises(SystemExit, match=r"remove them: .*nowhere_at_all"):
        unasync.generate()


def test_async_that_no_rule_mends_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [rule for rule in unasync.RULES if rule[0] != r"\bawait "]
    monkeypatch.setattr(unasync, "RULES", rules)
    with pytest.raises(SystemExit, match="still says 'await"):
        unasync.generate()


def test_rows_are_found_where_they_are_named(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '"""Does it.\n\n    spec: a.b, a.c-d\n    See spec: a.e\n"""\n'
        'raise Refusal("x", rule="a.f")\nraise _bad("a.g", "why")\n'
        'other = "a.unknown"\n@pytest.mark.spec("t.one", "t.two")\ndef test(): ...\n'
    )
    assert set(places.named_in_text(tmp_path)) == {"a.b", "a.c-d", "a.e"}
    rows = frozenset({"a.f", "a.g", "a.h"})
    assert set(places.carried_in_code(tmp_path, rows)) == {"a.f", "a.g"}
    assert places.marked(tmp_path) == {
        name: (places.Place(tmp_path / "a.py", "test"),) for name in ("t.one", "t.two")
    }


def test_a_place_is_the_function_or_the_constant_that_a_line_is_about(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(
        '"""spec: a.file"""\n# spec: a.number\nMOST = 3\n\n'
        'class Box:\n    """spec: a.box"""\n\n    def open(self):\n        """spec: a.open"""\n'
    )
    found = {name: place.name for name, [place] in places.named_in_text(tmp_path).items()}
    assert found == {"a.file": "", "a.number": "MOST", "a.box": "Box", "a.open": "open"}


def test_a_word_without_a_dot_is_a_row_only_as_a_rule(tmp_path: Path) -> None:
    rows = frozenset({"cancel", "status"})
    (tmp_path / "a.py").write_text('kind = "status"\nraise Refusal(rule="cancel")\n')
    assert set(places.carried_in_code(tmp_path, rows)) == {"cancel"}


def test_generated_code_names_no_rows_a_second_time(tmp_path: Path) -> None:
    (tmp_path / "_sync").mkdir()
    (tmp_path / "_sync" / "a.py").write_text("# See spec: a.b\n")
    assert places.named_in_text(tmp_path) == {}
