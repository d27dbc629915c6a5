"""`python -m benchmarks.emulator`, which is `make bench NAME=emulator`."""

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import click

from benchmarks.emulator.process import Served, serving
from benchmarks.emulator.signing_in import begin_upload, sign_in

MB = 1_000_000
UPLOAD_BYTES = 2_000 * MB
CHUNK_BYTES = 64 * MB
GOALS = {"calls_per_s": 1_500, "intake_mb_per_s": 500, "rss_growth_bytes": 32 * MB, "start_s": 1.0}


@dataclass(frozen=True, slots=True)
class Calls:
    """Creator info, answered by one core."""

    per_s: float
    per_cpu_s: float


@dataclass(frozen=True, slots=True)
class Intake:
    """One upload, taken in."""

    mb_per_s: float
    cpu_s_per_gb: float
    rss_growth_bytes: int


def ask(served: Served, token: str, connections: int, seconds: float) -> Calls:
    """Keep one core busy with creator info."""
    port = served.control.base_url.rpartition(":")[2]
    command = [sys.executable, "-m", "benchmarks.emulator.caller", port, token]
    cpu_s = served.cpu_s()
    done = subprocess.run(
        [*command, str(connections), str(seconds)], check=True, capture_output=True, text=True
    )
    cpu_s = served.cpu_s() - cpu_s
    told = json.loads(done.stdout)
    return Calls(told["answers"] / told["elapsed_s"], told["answers"] / cpu_s)


def send(served: Served, token: str, file: Path) -> Intake:
    """Send one file of zeros in chunks of 64 MB; they are stored and hashed."""
    size = file.stat().st_size
    url = begin_upload(served.control, token, size, CHUNK_BYTES)
    idle, cpu_s = served.rss_bytes(), served.cpu_s()
    command = [sys.executable, "-m", "benchmarks.emulator.sender", url, str(file), str(CHUNK_BYTES)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    elapsed_s = json.loads(done.stdout)["elapsed_s"]
    used = served.cpu_s() - cpu_s
    return Intake(
        size / MB / elapsed_s, used / (size / 1000 / MB), max(0, served.peak_bytes() - idle)
    )


def calls(spool: Path, rounds: int, connections: int, seconds: float) -> Calls:
    """The median of some rounds, on a core of its own where there are several."""
    core = max(os.sched_getaffinity(0))
    with serving(spool, core=core) as served:
        served.control.settings(rate_limits={"creator_info": 10**9})
        token = sign_in(served.control)
        ask(served, token, connections, 0.5)  # the first one warms it up
        found = [ask(served, token, connections, seconds) for _ in range(rounds)]
    return Calls(median(each.per_s for each in found), median(each.per_cpu_s for each in found))


def intake(folder: Path, rounds: int) -> Intake:
    """The median speed and the worst growth of some uploads, each to a new emulator."""
    file = folder / "zeros.mp4"
    with file.open("wb") as made:
        made.truncate(UPLOAD_BYTES)
    found: list[Intake] = []
    for _ in range(rounds):
        with serving(folder / "spool") as served:
            found.append(send(served, sign_in(served.control), file))
    return Intake(
        median(each.mb_per_s for each in found),
        median(each.cpu_s_per_gb for each in found),
        max(each.rss_growth_bytes for each in found),
    )


def starts(folder: Path, rounds: int) -> float:
    """Seconds from the start of the process to the ready line: the median."""
    times: list[float] = []
    for _ in range(rounds):
        with serving(folder / "spool") as served:
            times.append(served.started_s)
    return median(times)


def report(asked: Calls, taken: Intake, start_s: float) -> bool:
    """Print the table and the last line; return whether every goal is met."""
    found = {
        "calls_per_s": round(asked.per_s),
        "intake_mb_per_s": round(taken.mb_per_s),
        "rss_growth_bytes": taken.rss_growth_bytes,
        "start_s": round(start_s, 3),
    }
    at_most = ("rss_growth_bytes", "start_s")
    met = True
    click.echo(f"\n{'':<20}{'found':>14}{'goal':>14}")
    for name, value in found.items():
        goal = GOALS[name]
        is_met = value <= goal if name in at_most else value >= goal
        met = met and is_met
        click.echo(f"{name:<20}{value:>14,}{goal:>14,}  {'met' if is_met else 'NOT met'}")
    click.echo(f"{'calls per CPU second':<20}{asked.per_cpu_s:>14,.0f}")
    click.echo(f"{'CPU s per GB taken':<20}{taken.cpu_s_per_gb:>14.2f}")
    click.echo(json.dumps({"benchmark": "emulator", **found, "goals": GOALS, "met": met}))
    return met


@click.command()
@click.option("--rounds", default=3, show_default=True, help="Of each measurement.")
@click.option("--connections", default=8, show_default=True, help="Of the caller.")
@click.option("--seconds", default=3.0, show_default=True, help="Of one round of calls.")
def main(rounds: int, connections: int, seconds: float) -> None:
    """Calls on one core, uploads to disk with memory, and the start of the emulator."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        asked = calls(folder / "spool", rounds, connections, seconds)
        taken = intake(folder, rounds)
        start_s = starts(folder, rounds)
    sys.exit(0 if report(asked, taken, start_s) else 1)


if __name__ == "__main__":
    main()
