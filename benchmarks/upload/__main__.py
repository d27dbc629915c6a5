"""`python -m benchmarks.upload`, which is `make bench NAME=upload`."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import click

from benchmarks.sink import sink

MB = 1_000_000
SPEED_MB = 1_000
MEMORY_SHARES = (0.1, 2, 4)  # of that: 100 MB, 2 GB and 4 GB
KINDS = ("async", "sync")
START_ROUNDS = 5  # uploads of one byte, to know what curl's start takes
GOALS = {"throughput_ratio": 1.0, "cpu_ratio": 1.3, "rss_growth_bytes": 24 * MB}


@dataclass(frozen=True, slots=True)
class Run:
    """One upload."""

    elapsed_s: float
    cpu_s: float
    rss_growth_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Figures:
    """Medians of one sender. The ratios are to curl's upload in the same round."""

    throughput: float
    cpu_s: float
    throughput_ratio: float
    cpu_ratio: float


def run_curl(curl: str, base: str, path: Path) -> Run:
    """Send with curl, timed by itself: its start is not counted, as the client's is not.

    Without `Expect`: it would wait a second for an answer to that.
    """
    command = [
        curl,
        "-sS",
        "-f",
        "-o",
        os.devnull,
        "-w",
        "%{time_total}",
        "-H",
        "Expect:",
        "-T",
        str(path),
        f"{base}/upload",
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    with process.stdout as told:
        took = told.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"curl ended with {process.returncode}")
    return Run(float(took), used.ru_utime + used.ru_stime)


def run_client(kind: str, base: str, path: Path) -> Run:
    """Send with the client, in a process of its own; its start and imports are not counted."""
    command = [sys.executable, "-m", "benchmarks.upload.sender", kind, base, str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return Run(**json.loads(done.stdout))


def sparse(folder: Path, size_bytes: int) -> Path:
    """Make a file that is one hole: it costs no disk."""
    path = folder / f"{size_bytes}.mp4"
    with path.open("wb") as file:
        file.truncate(size_bytes)
    return path


def speeds(curl: str, base: str, path: Path, rounds: int) -> dict[str, Figures]:
    """Send in turns, so that whatever else the machine does meets all alike.

    Each round begins with another sender: what one leaves behind in the caches meets all too.
    """
    run_curl(curl, base, path)  # the first one warms the page cache
    nothing = sparse(path.parent, 1)
    start_s = median(run_curl(curl, base, nothing).cpu_s for _ in range(START_ROUNDS))

    def send(name: str) -> Run:
        if name != "curl":
            return run_client(name, base, path)
        run = run_curl(curl, base, path)
        return replace(run, cpu_s=run.cpu_s - start_s)

    runs: dict[str, list[Run]] = {name: [] for name in ("curl", *KINDS)}
    for number in range(1, rounds + 1):
        for turn in range(len(runs)):
            name = list(runs)[(number + turn) % len(runs)]
            runs[name].append(send(name))
        told = ", ".join(f"{name} {done[-1].elapsed_s:.2f} s" for name, done in runs.items())
        click.echo(f"round {number} of {rounds}: {told}")
    size_bytes = path.stat().st_size
    return {name: figures(size_bytes, done, runs["curl"]) for name, done in runs.items()}


def figures(size_bytes: int, runs: list[Run], curl: list[Run]) -> Figures:
    """Medians of a sender's rounds, each compared with what curl did in it."""
    rounds = list(zip(runs, curl, strict=True))
    return Figures(
        throughput=size_bytes / median(run.elapsed_s for run in runs),
        cpu_s=median(run.cpu_s for run in runs),
        throughput_ratio=median(its.elapsed_s / run.elapsed_s for run, its in rounds),
        cpu_ratio=median(run.cpu_s / its.cpu_s for run, its in rounds),
    )


def memory(base: str, folder: Path, size_bytes: int, rounds: int) -> dict[str, dict[int, int]]:
    """Memory above idle by kind and file size: the worst of the rounds."""
    sizes = [int(size_bytes * share) for share in MEMORY_SHARES]
    return {
        kind: {
            size: max(
                run_client(kind, base, sparse(folder, size)).rss_growth_bytes for _ in range(rounds)
            )
            for size in sizes
        }
        for kind in KINDS
    }


def report(found: dict[str, Figures], rss: dict[str, dict[int, int]]) -> bool:
    """Print the table and the last line; return whether every goal is met."""
    click.echo(f"\n{'':<8}{'MB/s':>8}{'x curl':>9}{'CPU s':>9}{'x curl':>9}")
    told: dict[str, object] = {"benchmark": "upload"}
    met = True
    for name, its in found.items():
        speed, cpu = its.throughput_ratio, its.cpu_ratio
        click.echo(f"{name:<8}{its.throughput / MB:>8.0f}{speed:>9.2f}{its.cpu_s:>9.2f}{cpu:>9.2f}")
        if name == "curl":
            continue
        told[name] = {
            "throughput_ratio": round(speed, 3),
            "cpu_ratio": round(cpu, 3),
            "rss_growth_bytes": {str(size): growth for size, growth in rss[name].items()},
        }
        met = met and speed >= GOALS["throughput_ratio"] and cpu <= GOALS["cpu_ratio"]
        met = met and max(rss[name].values()) <= GOALS["rss_growth_bytes"]
    click.echo(
        f"\n{'memory above idle':<20}" + "".join(f"{f'{s // MB} MB':>10}" for s in rss[KINDS[0]])
    )
    for kind, growths in rss.items():
        click.echo(f"{kind:<20}" + "".join(f"{g / MB:>7.1f} MB" for g in growths.values()))
    click.echo(json.dumps(told | {"goals": GOALS, "met": met}))
    return met


@click.command()
@click.option("--rounds", default=21, show_default=True, help="Uploads by each sender.")
@click.option("--memory-rounds", default=2, show_default=True, help="Uploads of each size.")
@click.option("--megabytes", default=SPEED_MB, show_default=True, help="Size of the file.")
def main(rounds: int, memory_rounds: int, megabytes: int) -> None:
    """Throughput, CPU and memory of an upload, against `curl -T`."""
    curl = shutil.which("curl")
    if curl is None:
        click.echo("curl is not installed: there is nothing to compare with", err=True)
        sys.exit(2)
    with tempfile.TemporaryDirectory() as name, sink("benchmarks.upload.sink") as base:
        folder = Path(name)
        size_bytes = megabytes * MB
        found = speeds(curl, base, sparse(folder, size_bytes), rounds)
        rss = memory(base, folder, size_bytes, memory_rounds)
    sys.exit(0 if report(found, rss) else 1)


if __name__ == "__main__":
    main()
