"""`postwright ledger`: the calls to TikTok."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.connections.models import Call


@click.command()
@click.argument("id", metavar="[ID]", required=False)
@click.option(
    "--limit", type=click.IntRange(1, 10_000), default=100, show_default=True, help="How many."
)
@json_option
@asynchronous
async def command(*, id: str | None, limit: int, as_json: bool) -> None:  # noqa: A002  # the name of the argument
    """Show the calls to TikTok: what was asked, what it said.

    Of one post (by its id or key), or the last calls of all. TikTok's support asks for log_id;
    request is the X-Request-Id of the API's request that a call was made for.
    """
    async with at_counter(anywhere()) as counter:
        found = await counter.posts.calls(id, limit)
    if as_json:
        printing.json_line({"calls": [_facts(call) for call in found]})
    elif not found:
        printing.line("TikTok has not been called yet.")
    else:
        names = ("at", "call", "answer", "ms", "log_id", "request")
        rows = _rows(found)
        if not any(call.request_id for call in found):
            names, rows = names[:-1], [row[:-1] for row in rows]
        table(names, rows, whole={"log_id"})


def _rows(calls: Sequence[Call]) -> list[tuple[str, ...]]:
    days = {call.at.astimezone().date() for call in calls}
    at = "%H:%M:%S" if days == {datetime.now().astimezone().date()} else "%Y-%m-%d %H:%M:%S"
    return [
        (
            f"{call.at.astimezone():{at}}",
            call.operation,
            " ".join(filter(None, (str(call.http_status or ""), call.code, call.detail))),
            f"{call.elapsed_ms:,}",
            call.log_id,
            call.request_id or "",
        )
        for call in calls
    ]


def _facts(call: Call) -> dict[str, Any]:
    return {
        "at": call.at,
        "operation": call.operation,
        "http_status": call.http_status,
        "code": call.code,
        "log_id": call.log_id,
        "elapsed_ms": call.elapsed_ms,
        "detail": call.detail,
        "connection_id": call.connection_id,
        "publication_id": call.publication_id,
        "attempt": call.attempt,
        "request_id": call.request_id,
    }
