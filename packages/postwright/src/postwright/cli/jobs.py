"""`postwright jobs`: what workers do, and what waits for them."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import click

from postwright.cli import describe, printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.cli.table import table
from postwright.jobs import standing, workers
from postwright.jobs.standing import Kind, Leased
from postwright.jobs.workers import Alive
from postwright.publishing import queries


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> None:
    """Show what workers have in hand, what is due, and what is held.

    Workers and lanes are those of the whole installation. A lane is what is done next for one
    account, or one file, of one kind: start, track, fix, sweep. Late is what has been due for more
    than five seconds and nobody has taken up.
    """
    async with opened(current()) as desk, desk.database.transaction() as session:
        running = await workers.alive(session)
        kinds = await standing.kinds(session)
        leased = await standing.leased(session, limit=50)
        held = await queries.held(session, desk.workspace_id)
    if as_json:
        printing.json_line(
            {
                "workers": [_worker_facts(one) for one in running],
                "lanes": [_kind_facts(one) for one in kinds],
                "leased": [_lease_facts(one) for one in leased],
                "held": held,
            }
        )
    else:
        _print(running, kinds, leased, held)


def _worker_facts(one: Alive) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "running": one.running,
        "started_at": one.started_at,
        "silent_s": round(one.seconds, 1),
    }


def _kind_facts(one: Kind) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "planned": one.planned,
        "due": one.due,
        "leased": one.leased,
        "late": one.late,
        "latest_s": one.latest.total_seconds(),
        "next_at": one.next_at,
    }


def _lease_facts(one: Leased) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "subject": one.subject_id,
        "holder": one.holder,
        "fence": one.fence,
        "lease_until": one.lease_until,
    }


def _print(
    running: list[Alive], kinds: list[Kind], leased: list[Leased], held: Mapping[str, int]
) -> None:
    if not running:
        printing.warning("No worker is running: postwright up, or postwright worker")
    else:
        rows = [
            (one.name, one.version, _counts(one.running) or "idle", printing.when(one.started_at))
            for one in running
        ]
        table(("worker", "version", "has in hand", "since"), rows)
        printing.line()
    rows = [
        (
            one.kind,
            f"{one.planned:,}",
            f"{one.due:,}",
            f"{one.leased:,}",
            f"{one.late:,}, by {_length(one.latest)}" if one.late else "0",
            printing.when(one.next_at),
        )
        for one in kinds
    ]
    table(("lanes", "planned", "due", "in hand", "late", "next"), rows)
    if leased:
        printing.line()
        rows = [(one.kind, one.subject_id, one.holder or "being taken up") for one in leased]
        table(("in hand", "of", "by"), rows)
    if held:
        printing.line()
        rows = [(f"{count:,}", describe.hold(reason)) for reason, count in held.items()]
        table(("held", "because"), rows)


def _counts(running: Mapping[str, int]) -> str:
    return ", ".join(f"{count} {kind}" for kind, count in sorted(running.items()))


def _length(late: timedelta) -> str:
    return str(timedelta(seconds=round(late.total_seconds())))
