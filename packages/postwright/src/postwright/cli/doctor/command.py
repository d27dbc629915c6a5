"""The command: opens what it can, looks at everything, tells."""

from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.doctor import (
    accounts,
    alerts,
    between,
    clock,
    copies,
    database,
    egress,
    key,
    ownership,
    public,
    storage,
    versions,
    webhooks,
    workers,
)
from postwright.cli.doctor.look import look
from postwright.cli.doctor.verdict import Check, Light, Scene, Verdict, by_error
from postwright.cli.opening import database_url
from postwright.cli.settings import current
from postwright.config import Settings
from postwright.db.database import Database
from postwright.errors import AppError
from postwright.workspaces.default import default_workspace

CHECKS: dict[str, Check] = {
    "versions": versions.check,
    "database": database.check,
    "installation": copies.check,
    "clock": clock.check,
    "master key": key.check,
    "media store": storage.check,
    "workers": workers.check,
    "TikTok": egress.check,
    "accounts": accounts.check,
    "public address": public.check,
    "ownership": ownership.check,
    "in between": between.check,
    "webhooks": webhooks.check,
    "alerts": alerts.check,
}

_MARKS = {Light.GREEN: ("✓", "green"), Light.AMBER: ("!", "yellow"), Light.RED: ("✗", "red")}
_WIDTH = 18


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> int:
    """Look for what is wrong, and say what to do about it.

    Looks at the database, the clocks, the master key, the media store, the workers, the way to
    TikTok, the accounts, the public address as TikTok would see it, webhooks and alerts. It posts
    nothing.

    Ends with 0 if nothing is red, else with 1.
    """
    async with scene_of(current()) as scene:
        found = await look(CHECKS, scene)
    lights = Counter(verdict.light for verdict in found)
    if as_json:
        checks = [verdict.to_dict() for verdict in found]
        printing.json_line({"healthy": not lights[Light.RED], "checks": checks})
    else:
        for verdict in found:
            _print(verdict)
        printing.line()
        printing.line(_sum(lights))
    return 1 if lights[Light.RED] else 0


@asynccontextmanager
async def scene_of(settings: Settings) -> AsyncGenerator[Scene]:
    """What can be opened; the database's trouble is a finding like any other."""
    async with AsyncExitStack() as stack:
        try:
            url = await stack.enter_async_context(database_url(settings))
            pool = Database(url, pool_size=2, patience_s=10)
            stack.push_async_callback(pool.close)
            async with pool.transaction() as session:
                workspace_id = await default_workspace(session)
            scene = Scene(settings, pool, None, workspace_id)
        except AppError as error:
            scene = Scene(settings, None, by_error("database", error))
        yield scene


def _print(verdict: Verdict) -> None:
    mark, colour = _MARKS[verdict.light]
    lines = printing.wrapped(verdict.says, _WIDTH)
    about = f" {verdict.about:<{_WIDTH - 2}}"
    printing.line(about + lines[0].lstrip(), begins=click.style(mark, fg=colour))
    for line in lines[1:]:
        printing.line(line)
    for line in printing.wrapped(f"> {verdict.do}", _WIDTH) if verdict.do else ():
        printing.line(line)


def _sum(lights: Counter[Light]) -> str:
    red, amber = lights[Light.RED], lights[Light.AMBER]
    if not red and not amber:
        return "All is well."
    told = f"{red} to mend, {amber} to know, {lights[Light.GREEN]} well."
    return told if red else f"Nothing to mend; {told.partition(', ')[2]}"
