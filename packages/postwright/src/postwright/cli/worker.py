"""`postwright worker`: a worker alone."""

import os

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import awaited_database_url, keep_running
from postwright.cli.running import collect_seldom, log_to_stderr, until_stopped
from postwright.cli.settings import current
from postwright.worker import Worker


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> None:
    """Run a worker alone; several may share one database.

    It sends what is due and keeps tokens alive, until Ctrl-C or SIGTERM. Killing it loses
    nothing: another worker, or the next one, goes on where it was. While the database is away it
    waits for it, and says so in its log.
    """
    settings = current()
    log_to_stderr(settings)
    collect_seldom()
    async with awaited_database_url(settings) as url:
        if as_json:
            printing.json_line({"ready": True, "pid": os.getpid()})
        else:
            printing.line(f"Worker {os.getpid()} is running. Ctrl-C stops it.")
        await until_stopped(Worker(settings, url).run(), keep_running(settings))
