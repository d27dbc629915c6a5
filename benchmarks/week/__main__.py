"""`python -m benchmarks.week`, which is `make week`."""

import sys

import click

from benchmarks.watched import watched
from benchmarks.week.plan import Plan
from benchmarks.week.report import last_line, summary, table
from benchmarks.week.run import run


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
    outcome = watched(lambda tell: run(plan, tell))
    met = bool(summary(outcome)["met"])
    if log:
        click.echo(outcome.log_tail)
    click.echo(table(outcome))
    click.echo(last_line(outcome))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
