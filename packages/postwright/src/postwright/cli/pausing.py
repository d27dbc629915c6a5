"""What a pause is of, as commands are told and tell it."""

from collections.abc import Mapping

import click
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import queries
from postwright.errors import BadInput
from postwright.publishing.models import Pause
from postwright.publishing.pauses import Scope

account_option = click.option("--account", metavar="@NAME", help="Of this account only.")
all_option = click.option(
    "--all", "everything", is_flag=True, help="Of every workspace of this installation."
)


class OneOrAll(BadInput):
    """It is one account, or all of them."""

    code = "one_or_all"


async def scope_of(
    session: AsyncSession, workspace_id: str, account: str | None, *, everything: bool
) -> Scope:
    """What is meant.

    Raises:
        OneOrAll: both were given.
        NoSuchAccount: the account is not connected.
    """
    if everything and account is not None:
        raise OneOrAll("--account and --all exclude each other.", fix="Leave one of them out.")
    if everything:
        return Scope()
    if account is None:
        return Scope(workspace_id)
    found = await queries.connection_by_handle(session, workspace_id, account)
    return Scope(workspace_id, found.id)


def named(account: str | None, *, everything: bool) -> str:
    """What is meant, for people."""
    if everything:
        return "everything"
    return "this workspace" if account is None else f"@{account.removeprefix('@')}"


def ended_by(pause: Pause, handles: Mapping[str, str]) -> str:
    """The command that ends it."""
    if pause.connection_id is not None:
        return f"postwright resume --account {label(pause, handles)}"
    return "postwright resume --all" if pause.workspace_id is None else "postwright resume"


def label(pause: Pause, handles: Mapping[str, str]) -> str:
    """What a pause is of, for people; `handles` by the accounts' ids."""
    if pause.connection_id is not None:
        return f"@{handles.get(pause.connection_id, pause.connection_id)}"
    return "everything" if pause.workspace_id is None else "this workspace"
