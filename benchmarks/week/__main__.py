"""`python -m benchmarks.week`, which is `make week`."""

import asyncio
import signal
import sys

import click

from benchmarks.crash.__main__ import Progress
from benchmarks.week.plan import Plan
from benchmarks.week.report import last_line, summary, table
from benchmarks.week.run import Outcome, run


@click.command()
@click.option("--seed", default=1, show_default=True, help="Draws the story.")
@click.option("--accounts", default=50, show_default=True, help="How many creators.")
@click.option("--posts", default=2_000, show_default=True, help="How many.")
@click.option("--workers", default=2, show_default=True, help="How many worker processes.")
@click.option("--timeout-s", default=1_500.0, show_default=True, help="Give up after this.")
@click.option("--log", is_flag=True, help="Show the end of the logs.")
def main(*, log: bool, **options: float) -> None:
    """Play a week in the life of 50 accounts on a fast clock, and say how it ended."""
    plan = Plan(**options)  # pyright: ignore[reportArgumentType]  # the options are its fields
    progress = Progress()
    try:
        outcome = asyncio.run(_run(plan, progress))
    except (KeyboardInterrupt, asyncio.CancelledError):
        progress.end()
        click.echo("Interrupted; all its processes have ended and its files are gone.")
        sys.exit(130)
    progress.end()
    met = bool(summary(outcome)["met"])
    if log:
        click.echo(outcome.log_tail)
    click.echo(table(outcome))
    click.echo(last_line(outcome))
    sys.exit(0 if met else 1)


async def _run(plan: Plan, progress: Progress) -> Outcome:
    task = asyncio.ensure_future(run(plan, progress.tell))
    # Ended politely it cleans up as it does after Ctrl-C.
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


if __name__ == "__main__":
    main()
