"""What the benchmarks print and exit with that are made of parts."""

import json

from click.testing import CliRunner, Result

from benchmarks.parts import Missing, Part, command


def fast(*, rounds: int, small: bool) -> Part:
    return Part({"per_s": rounds, "small": small}, {"per_s": 3}, met=rounds >= 3)


def thin(*, rounds: int, small: bool) -> Part:
    return Part({"mb": 7}, {"mb": 5.5}, met=False)


def without(*, rounds: int, small: bool) -> Part:
    raise Missing("There is no ffprobe.")


def run(*arguments: str, at_least: set[str] | None = None) -> Result:
    parts = {"fast": fast, "thin": thin, "without": without}
    return CliRunner().invoke(command("b", "What.", parts, rounds=3, at_least=at_least), arguments)


def test_a_part_that_meets_its_goals_ends_with_0() -> None:
    done = run("--part", "fast", "--small")
    assert done.exit_code == 0
    assert json.loads(done.stdout) == {
        "benchmark": "b",
        "per_s": 3,
        "small": True,
        "goals": {"per_s": 3},
        "met": True,
    }


def test_one_missed_goal_is_a_miss_of_all() -> None:
    done = run("--part", "thin", "--part", "fast")
    assert done.exit_code == 1
    told = json.loads(done.stdout)
    assert (told["goals"], told["met"]) == ({"mb": 5.5, "per_s": 3}, False)


def test_goals_are_shown_one_by_one_from_below_or_from_above() -> None:
    done = run("--part", "fast", "--part", "thin", at_least={"per_s"})
    *table, last = done.stdout.splitlines()
    assert [line.split() for line in table] == [
        ["per_s", "3", ">=", "3", "met"],
        ["mb", "7", "<=", "5.5", "NOT", "met"],
    ]
    assert json.loads(last)["results"] == {
        "per_s": {"value": 3, "goal": ">= 3", "met": True},
        "mb": {"value": 7, "goal": "<= 5.5", "met": False},
    }


def test_a_missing_program_ends_with_2_and_says_which() -> None:
    done = run()
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", "There is no ffprobe.\n")
