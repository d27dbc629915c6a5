"""A breach is let off only by an excuse that names its rule and gives a reason."""

from pathlib import PurePosixPath

from tools.lints.apply import breaches
from tools.lints.source import Source

PATH = "packages/postwright/src/postwright/posts/draft.py"
BREACH = "session.commit()"


def told(text: str, path: str = PATH) -> list[str]:
    return [breach.told() for breach in breaches(Source(PurePosixPath(path), text + "\n"))]


def excuse(rule: str, reason: str = "") -> str:
    return f"# lint: {rule}" + (f" - {reason}" if reason else "")


def test_a_breach_is_told_with_path_line_and_rule() -> None:
    (line,) = told(f"\n{BREACH}")
    assert line.startswith(f"{PATH}:2: commit-outside-db: ")


def test_an_excuse_with_a_reason_lets_its_line_off() -> None:
    assert told(f"{BREACH}  {excuse('commit-outside-db', 'a savepoint of the driver')}") == []


def test_an_excuse_without_a_reason_lets_nothing_off() -> None:
    rules = [line.split(": ")[2] for line in told(f"{BREACH}  {excuse('commit-outside-db')}")]
    assert "the excuse gives no reason" in rules
    assert len(rules) == 2


def test_an_excuse_for_another_rule_lets_nothing_off() -> None:
    assert len(told(f"{BREACH}  {excuse('bare-now', 'not this one')}")) == 2


def test_an_excuse_that_excuses_nothing_is_a_breach() -> None:
    assert told(f"x = 1  {excuse('words', 'no longer needed')}") == [
        f"{PATH}:1: words: the excuse excuses nothing: remove it"
    ]


def test_what_has_several_lines_is_excused_on_any_of_them() -> None:
    sql = 'DUE = text("""\n    select now()\n""")  '
    assert len(told(sql)) == 1
    assert told(sql + excuse("bare-now", "compared with a time that we did not write")) == []


def test_pages_are_excused_in_their_own_comments() -> None:
    assert told("see /" + "root/x <!-- lint: words - shown on purpose -->", "docs/page.md") == []


def test_broken_python_is_told_rather_than_raised() -> None:
    (line,) = told("def broken(:")
    assert line.startswith(f"{PATH}:1: syntax: ")
