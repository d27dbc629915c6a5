"""`python -m benchmarks.crash`, which is `make crash`."""

import sys

import click

from benchmarks.crash.report import last_line, summary, table
from benchmarks.crash.run import Plan, run
from benchmarks.watched import watched


@click.command()
@click.option("--seed", default=1, show_default=True, help="Draws sizes, moments and victims.")
@click.option("--publications", default=63, show_default=True, help="How many.")
@click.option("--worker-kills", default=110, show_default=True, help="kill -9 of workers.")
@click.option("--worker-stops", default=30, show_default=True, help="SIGSTOP past the lease.")
@click.option("--web-kills", default=24, show_default=True, help="kill -9 of the web part.")
@click.option("--web-stops", default=8, show_default=True, help="SIGSTOP of the web part.")
@click.option("--database-kills", default=16, show_default=True, help="kill -9 of PostgreSQL.")
@click.option("--database-stops", default=12, show_default=True, help="Its immediate stops.")
@click.option("--lease-s", default=3.0, show_default=True, help="The workers' lease.")
@click.option("--timeout-s", default=1500.0, show_default=True, help="Give up after this.")
@click.option("--log", is_flag=True, help="Show the end of the logs.")
def main(*, log: bool, **options: float) -> None:
    """Run 200 kills and stops over real publications, with lost answers and webhooks."""
    plan = Plan(**options)  # pyright: ignore[reportArgumentType]  # the options are its fields
    outcome = watched(lambda tell: run(plan, tell))
    met = bool(summary(outcome)["met"])
    if log or not met:
        click.echo(outcome.log_tail)
    click.echo(table(outcome))
    click.echo(last_line(outcome))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
