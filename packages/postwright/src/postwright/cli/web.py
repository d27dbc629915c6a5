"""`postwright web`: what others fetch from us."""

import os

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import awaited_database_url, keep_running
from postwright.cli.running import collect_seldom, log_to_stderr, until_stopped
from postwright.cli.serving import serving
from postwright.cli.settings import current


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> None:
    """Serve what TikTok fetches, alone.

    That is media under signed addresses, and the file with which TikTok verifies whose address
    this is, until Ctrl-C or SIGTERM. It listens on this machine only (POSTWRIGHT_WEB__HOST,
    POSTWRIGHT_WEB__PORT): a proxy or a tunnel with a certificate leads to it from
    POSTWRIGHT_WEB__PUBLIC_URL. `postwright up` serves the same; several may run over one database.
    """
    settings = current()
    log_to_stderr(settings)
    async with awaited_database_url(settings) as url, serving(settings, url) as address:
        public_url = settings.web.public_url
        if as_json:
            facts = {"ready": True, "pid": os.getpid(), "address": address}
            printing.json_line({**facts, "public_url": public_url})
        else:
            printing.line(f"Serving at {address}. Ctrl-C stops it.")
            printing.line(f"From outside: {public_url or 'not reachable (postwright doctor)'}")
        collect_seldom()
        await until_stopped(keep_running(settings))
