"""Each benchmark runs that is quick enough, small; whether it meets its goals is not asked here."""

import json
import shutil
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
        ("api", ["--small"]),
    ],
)
def test_a_benchmark_ends_with_its_goals_and_whether_they_are_met(
    name: str, small: list[str]
) -> None:
    told = last_line(f"benchmarks.{name}", *small)
    assert told["benchmark"] == name
    assert told["goals"]
    assert isinstance(told["met"], bool)


@pytest.mark.slow
def test_the_media_benchmark_runs_or_says_what_is_missing() -> None:
    command = [sys.executable, "-m", "benchmarks.media", "--small", "--rounds", "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if shutil.which("ffprobe") is None:
        assert (done.returncode, done.stderr.strip()[-1]) == (2, ".")
        assert "apt-get install ffmpeg" in done.stderr
    else:
        assert done.returncode in (0, 1), done.stderr
        assert json.loads(done.stdout.splitlines()[-1])["benchmark"] == "media"
