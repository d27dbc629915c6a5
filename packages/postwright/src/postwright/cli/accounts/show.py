"""`postwright accounts show`: one account, and what is on."""

import click

from postwright.cli import printing
from postwright.cli.accounts.facts import facts_of, to_do
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.counter import Account
from postwright.cli.pausing import label
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.connections.consent import off
from postwright.connections.models import Connection
from postwright.connections.standing import says
from postwright.platforms.purpose import Purpose
from postwright.publishing.models import Pause


@click.command()
@click.argument("account")
@json_option
@asynchronous
async def command(*, account: str, as_json: bool) -> None:
    """Show an account: how it stands, what is on, what mends it.

    ACCOUNT is a name like @demo, or an id.
    """
    async with at_counter(anywhere()) as counter:
        found = await counter.accounts.show(account)
    if as_json:
        printing.json_line({**facts_of(found), "unfinished_posts": found.unfinished})
        return
    for name, text in _lines(found):
        printing.line(f"{name:<16}{text}")


def _lines(found: Account) -> list[tuple[str, str]]:
    account, credential, pauses = found.connection, found.credential, found.pauses
    name = f" ({account.display_name})" if account.display_name else ""
    stands = says(account.state)
    detail = f" ({account.state_detail})" if account.state_detail else ""
    lines = [
        ("account", f"@{account.handle}{name}"),
        ("id", account.id),
        ("state", f"{account.state.value}{detail}"),
        ("", stands),
        *(("paused", _pause(pause, account)) for pause in pauses),
        ("to do", to_do(account, pauses)),
        *((purpose.value, _switch(account, purpose)) for purpose in Purpose),
    ]
    if credential is not None:
        lines.append(("token until", printing.when(credential.access_expires_at)))
        lines.append(("consent until", printing.when(credential.refresh_expires_at)))
    lines.append(("connected", printing.when(account.connected_at)))
    if account.disconnected_at is not None:
        lines.append(("disconnected", printing.when(account.disconnected_at)))
    lines.append(("unfinished posts", f"{found.unfinished}"))
    return lines


def _pause(pause: Pause, account: Connection) -> str:
    of = label(pause, {account.id: account.handle})
    since = printing.when(pause.created_at)
    return f"{of}, since {since}, by {pause.actor}: {pause.reason}"


def _switch(account: Connection, purpose: Purpose) -> str:
    if purpose in off(account):
        return "off: its permission is missing"
    return "on" if purpose in account.granted else "off: it was not asked for"
