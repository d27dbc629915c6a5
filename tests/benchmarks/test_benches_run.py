"""Each benchmark of the client runs, small; whether it meets its goals is not asked here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def last_line(*arguments: str) -> dict[str, object]:
    """Run a benchmark; return what its last line says."""
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "small"),
    [
        ("calls", ["--calls", "5", "--rounds", "1"]),
        ("imports", ["--rounds", "1"]),
        ("upload", ["--rounds", "1", "--memory-rounds", "1", "--megabytes", "20"]),
    ],
)
def test_a_benchmark_ends_with_its_goals_and_whether_they_are_met(
    name: str, small: list[str]
) -> None:
    told = last_line(f"benchmarks.{name}", *small)
    assert told["benchmark"] == name
    assert told["goals"]
    assert isinstance(told["met"], bool)
