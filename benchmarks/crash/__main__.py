"""`python -m benchmarks.crash`, which is `make crash`."""

import asyncio
import signal
import sys
import time

import click

from benchmarks.crash.report import last_line, summary, table
from benchmarks.crash.run import Outcome, Plan, run

_EVERY_S = 5.0


class Progress:
    """The line that tells how far it is: rewritten on a terminal, now and then elsewhere."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._told_at = -_EVERY_S
        self._is_live = sys.stdout.isatty()

    def tell(self, what: str) -> None:
        """Show it."""
        after_s = time.monotonic() - self._began
        text = f"[{after_s:5.0f} s] {what}"
        if self._is_live:
            sys.stdout.write(f"\r{text:<100}")
            sys.stdout.flush()
        elif after_s - self._told_at >= _EVERY_S:
            self._told_at = after_s
            click.echo(text)

    def end(self) -> None:
        """Leave the line."""
        if self._is_live:
            click.echo()


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
    progress = Progress()
    try:
        outcome = asyncio.run(_run(plan, progress))
    except (KeyboardInterrupt, asyncio.CancelledError):
        progress.end()
        click.echo("Interrupted; all its processes have ended and its files are gone.")
        sys.exit(130)
    progress.end()
    met = bool(summary(outcome)["met"])
    if log or not met:
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
