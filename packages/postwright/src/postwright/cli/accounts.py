"""`postwright accounts`: who is connected."""

from datetime import datetime
from typing import Any

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.cli.table import table
from postwright.connections import queries
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.db.database import app_now

_TO_DO = {
    ConnectionState.CONNECTED: "nothing",
    ConnectionState.EXPIRING: "connect again soon: postwright connect tiktok",
    ConnectionState.EXPIRED: "connect again: postwright connect tiktok",
    ConnectionState.REVOKED: "connect again: postwright connect tiktok",
    ConnectionState.INSUFFICIENT_SCOPE: "connect again and leave every permission on",
}


@click.command()
@json_option
@asynchronous
async def command(*, as_json: bool) -> None:
    """List connected accounts, and what they need.

    Tokens are renewed by workers; a consent lasts until its last day unless the creator takes it
    back.
    """
    async with opened(current()) as desk, desk.database.transaction() as session:
        now = await app_now(session)
        accounts = [
            (account, await queries.credential(session, desk.workspace_id, account.id))
            for account in await queries.connections(session, desk.workspace_id)
        ]
    if as_json:
        printing.json_line({"accounts": [_facts(*pair) for pair in accounts]})
    elif not accounts:
        printing.line("No account is connected yet: postwright connect tiktok")
    else:
        rows = [_row(account, credential, now) for account, credential in accounts]
        titles = ("account", "name", "state", "token until", "consent until", "to do")
        table(titles, rows, whole={"account", "token until"})


def _facts(account: Connection, credential: Credential | None) -> dict[str, Any]:
    return {
        "account": f"@{account.handle}",
        "name": account.display_name,
        "connection_id": account.id,
        "state": account.state.value,
        "detail": account.state_detail,
        "to_do": _TO_DO[account.state],
        "scopes": account.scopes,
        "connected_at": account.connected_at,
        "access_token_ends_at": None if credential is None else credential.access_expires_at,
        "consent_ends_at": None if credential is None else credential.refresh_expires_at,
    }


def _row(account: Connection, credential: Credential | None, now: datetime) -> tuple[str, ...]:
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
    return f"@{account.handle}", account.display_name, state, access, consent, _TO_DO[account.state]


def _until(at: datetime, now: datetime, form: str) -> str:
    return f"{at.astimezone():{form}}" if at > now else "ended"
