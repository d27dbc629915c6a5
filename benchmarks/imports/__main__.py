"""`python -m benchmarks.imports`, which is `make bench NAME=imports`."""

import json
import subprocess
import sys
from collections import defaultdict
from statistics import median

import click

GOALS = {"seconds": 0.25}
TIMED = (
    "import time; began, used = time.perf_counter(), time.process_time(); import tiktok_client; "
    "print(time.perf_counter() - began, time.process_time() - used)"
)
SHOWN = 8


def once() -> tuple[float, float]:
    """Seconds and CPU seconds of one import in a fresh process."""
    done = subprocess.run([sys.executable, "-c", TIMED], check=True, capture_output=True, text=True)
    elapsed, cpu = map(float, done.stdout.split())
    return elapsed, cpu


def slowest() -> list[tuple[str, int]]:
    """Top-level packages with the microseconds that their own modules took, most first."""
    command = [sys.executable, "-X", "importtime", "-c", "import tiktok_client"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    took: dict[str, int] = defaultdict(int)
    for line in done.stderr.splitlines()[1:]:
        alone, _, module = line.removeprefix("import time:").split("|")
        took[module.strip().partition(".")[0]] += int(alone)
    return sorted(took.items(), key=lambda pair: -pair[1])


@click.command()
@click.option("--rounds", default=15, show_default=True, help="Fresh processes.")
def main(rounds: int) -> None:
    """Seconds that importing the client takes."""
    once()  # writes the bytecode, as an installation would
    runs = [once() for _ in range(rounds)]
    taken, cpu = (median(column) for column in zip(*runs, strict=True))
    click.echo(f"import tiktok_client: {taken:.3f} s, CPU {cpu:.3f} s (medians of {rounds})")
    click.echo("\nslowest by themselves, in ms")
    packages = slowest()
    for package, microseconds in packages[:SHOWN]:
        click.echo(f"{package:<20}{microseconds / 1000:>8.1f}")
    met = taken <= GOALS["seconds"]
    told = {"seconds": round(taken, 3), "cpu_s": round(cpu, 3), "goals": GOALS, "met": met}
    click.echo(json.dumps({"benchmark": "imports"} | told))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
