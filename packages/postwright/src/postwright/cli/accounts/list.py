"""`postwright accounts list`: who is connected."""

from datetime import UTC, datetime

import click

from postwright.cli import printing
from postwright.cli.accounts.facts import facts_of, to_do
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import Account
from postwright.cli.settings import anywhere
from postwright.cli.table import table
from postwright.cli.where import at_counter
from postwright.connections.models import ConnectionState


@click.command()
@click.option("--all", "also_ended", is_flag=True, help="Also those that were disconnected.")
@json_option
@asynchronous
async def command(*, also_ended: bool, as_json: bool) -> None:
    """List connected accounts, and what they need.

    Tokens are renewed by workers; a consent lasts until its last day unless the creator takes it
    back.
    """
    async with at_counter(anywhere()) as counter:
        accounts = await counter.accounts.listed(disconnected_too=also_ended)
    if as_json:
        printing.json_line({"accounts": [facts_of(each) for each in accounts]})
    elif not accounts:
        printing.line("No account is connected yet: postwright connect tiktok")
    else:
        now = datetime.now(UTC)
        rows = [_row(each, now) for each in accounts]
        titles = ("account", "name", "state", "token until", "consent until", "to do")
        table(titles, rows, whole={"account", "token until"})


def _row(found: Account, now: datetime) -> tuple[str, ...]:
    account, credential = found.connection, found.credential
    access = consent = "-"
    if credential is not None:
        access = _until(credential.access_expires_at, now, "%Y-%m-%d %H:%M")
        consent = _until(credential.refresh_expires_at, now, "%Y-%m-%d")
    # Whatever its day, a consent that TikTok takes no more has ended.
    if account.state in {ConnectionState.EXPIRED, ConnectionState.REVOKED}:
        consent = "ended"
    state = account.state.value
    if account.state_detail:
        state += f" ({account.state_detail})"
    for pause in found.pauses:
        state += f", paused since {printing.when(pause.created_at)[:-3]} ({pause.reason})"
    do = to_do(account, found.pauses)
    return f"@{account.handle}", account.display_name, state, access, consent, do


def _until(at: datetime, now: datetime, form: str) -> str:
    return f"{at.astimezone():{form}}" if at > now else "ended"
