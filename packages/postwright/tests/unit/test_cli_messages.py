"""Whatever goes wrong ends as a message on one screen, and a code."""

import json
from pathlib import Path
from typing import NoReturn

import click
import pytest

from postwright.cli import printing
from postwright.cli.boundary import guarded
from postwright.errors import AppError, NetworkTrouble, StorageTrouble

LONG = "It is a long story, and it goes on and on for quite a while, much longer than a line is."


def command(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--json", "as_json", is_flag=True)
    def fails(*, as_json: bool) -> NoReturn:
        raise error

    return fails


def end_of(error: BaseException, *words: str) -> int:
    with pytest.raises(SystemExit) as end:
        guarded(command(error), words)
    assert isinstance(end.value.code, int)
    return end.value.code


@pytest.mark.parametrize("error", [StorageTrouble("A."), NetworkTrouble("B."), AppError("C.")])
def test_an_error_ends_with_its_own_code(error: AppError) -> None:
    assert end_of(error) == error.exit_code


def test_a_message_says_what_why_and_what_to_do_on_stderr(
    capsys: pytest.CaptureFixture[str],
) -> None:
    end_of(StorageTrouble("The disk is full.", why=LONG, fix="Make room."))
    printed = capsys.readouterr()
    assert printed.out == ""
    lines = printed.err.splitlines()
    assert lines[0] == "✗ The disk is full."
    assert lines[1].startswith("  Why  It is a long story")
    assert lines[2].startswith("       ")
    assert lines[-1] == "  Do   Make room."
    assert max(map(len, lines)) <= 88


def test_a_command_is_printed_with_what_it_does(capsys: pytest.CaptureFixture[str]) -> None:
    printing.error(AppError("It is gone.", fix="Look for it.", command="postwright posts"))
    assert "Do   Look for it: postwright posts" in capsys.readouterr().err


def test_with_json_the_error_is_one_object_on_stdout(capsys: pytest.CaptureFixture[str]) -> None:
    code = end_of(StorageTrouble("Full.", why="So.", fix="Make room."), "--json")
    printed = capsys.readouterr()
    assert (code, printed.err) == (10, "")
    assert json.loads(printed.out)["error"] == {
        "code": "storage_trouble",
        "advice": "fix",
        "what": "Full.",
        "why": "So.",
        "fix": "Make room.",
        "command": "",
    }


def test_an_error_inside_a_group_of_tasks_is_told_as_itself() -> None:
    inner = ExceptionGroup("inner", [NetworkTrouble("No answer.")])
    assert end_of(ExceptionGroup("tasks", [inner])) == NetworkTrouble.exit_code


def test_what_nobody_expected_is_a_short_message_and_a_log(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTWRIGHT_DATA_DIR", str(tmp_path))
    assert end_of(ZeroDivisionError("oops")) == 1
    printed = capsys.readouterr()
    log = tmp_path / "crash.log"
    assert "Traceback" not in printed.err
    assert str(log) in "".join(printed.err.split("\n"))
    assert "ZeroDivisionError: oops" in log.read_text()
    assert log.stat().st_mode & 0o777 == 0o600


def test_an_interrupt_is_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of(KeyboardInterrupt()) == 130
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("words", [["--nonsense"], ["one", "--nonsense"]])
def test_a_wrong_command_line_ends_with_2(
    words: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert end_of(AppError("never"), *words) == 2
    assert "--nonsense" in capsys.readouterr().err


def test_a_wrong_command_line_is_json_as_well(capsys: pytest.CaptureFixture[str]) -> None:
    assert end_of(AppError("never"), "--json", "--nonsense") == 2
    assert json.loads(capsys.readouterr().out)["error"]["code"] == "usage"


def test_lines_of_a_list_keep_their_indent(capsys: pytest.CaptureFixture[str]) -> None:
    end_of(AppError("Two things.", why="one\n  mend it\ntwo"))
    assert capsys.readouterr().err.splitlines() == [
        "✗ Two things.",
        "  Why  one",
        "         mend it",
        "       two",
    ]
