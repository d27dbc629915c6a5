"""`postwright accounts disconnect`: give an account's authorisation back."""

import sys
from typing import assert_never

import click

from postwright.cli import printing
from postwright.cli.asking import asynchronous, json_option
from postwright.cli.settings import anywhere
from postwright.cli.where import at_counter
from postwright.connections.disconnect import Disconnected, Told
from postwright.connections.models import Connection
from postwright.errors import BadInput

_BY_HAND = (
    "Look in the TikTok app: Settings and privacy > Security and permissions > Apps and services "
    "permissions; remove it there if it is still listed."
)


class NotConfirmed(BadInput):
    """Nobody was there to say yes."""

    code = "not_confirmed"


@click.command()
@click.argument("account")
@click.option(
    "--cancel-posts", is_flag=True, help="Cancel what is planned for it, as far as it can be."
)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@asynchronous
async def command(*, account: str, cancel_posts: bool, yes: bool, as_json: bool) -> None:
    """Disconnect an account: TikTok is told, its tokens are deleted.

    What TikTok has said of it (its name, its limits) is deleted, too. What was posted stays in
    the list and in the ledger. What is planned is held when its time comes, and goes out late
    when the account is connected again; --cancel-posts cancels it.
    """
    async with at_counter(anywhere()) as counter:
        chosen = await counter.accounts.show(account)
        found = chosen.connection
        if not yes:
            _confirm(found, chosen.unfinished, cancel_posts=cancel_posts)
        done, cancelled = await counter.accounts.disconnect(chosen, cancels=cancel_posts)
    waiting = chosen.unfinished - cancelled
    if as_json:
        printing.json_line(
            {
                "account": f"@{found.handle}",
                "connection_id": found.id,
                "network_told": done.told.value,
                "why": done.why,
                "cancelled_posts": cancelled,
                "unfinished_posts": waiting,
            }
        )
    _tell(found, done, as_json=as_json)
    if not as_json:
        _tell_posts(cancelled, waiting, cancel_posts=cancel_posts)


def _confirm(account: Connection, planned: int, *, cancel_posts: bool) -> None:
    what = f"Disconnect @{account.handle}?"
    if planned:
        fate = "will be cancelled" if cancel_posts else "will wait until it is connected again"
        what = f"{planned} unfinished post{'s' if planned > 1 else ''} {fate}. {what}"
    if not sys.stdin.isatty():
        raise NotConfirmed(
            f"@{account.handle} was not disconnected: nobody is there to be asked.",
            fix="Add --yes if you mean it.",
        )
    click.confirm(what, abort=True, err=True)


def _tell(account: Connection, done: Disconnected, *, as_json: bool) -> None:
    if not as_json:
        printing.line(f"@{account.handle} is disconnected; its tokens are deleted.")
    match done.told:
        case Told.REVOKED:
            if not as_json:
                printing.line("TikTok knows it, too.")
        case Told.LOST:
            printing.warning(f"TikTok's answer was lost ({done.why}), so it may know or not.")
            printing.warning(_BY_HAND)
        case Told.REFUSED:
            printing.warning(f"TikTok refused to end it ({done.why}).")
            printing.warning(_BY_HAND)
        case Told.NO_TOKEN:
            printing.warning(f"TikTok could not be told, for want of a token: {done.why}")
            printing.warning(_BY_HAND)
        case Told.SHARED:
            printing.warning(f"TikTok was not told: {done.why}, and would be cut off there.")
        case _:
            assert_never(done.told)


def _tell_posts(cancelled: int, waiting: int, *, cancel_posts: bool) -> None:
    if cancelled:
        printing.line(f"{cancelled} post{'s were' if cancelled > 1 else ' was'} cancelled.")
    if waiting and cancel_posts:
        printing.line(f"{waiting} could not be cancelled any more: see postwright posts")
    elif waiting:
        printing.line(
            f"{waiting} unfinished post{'s wait' if waiting > 1 else ' waits'} until it is "
            "connected again."
        )
