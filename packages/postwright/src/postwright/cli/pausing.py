"""What a pause is of, as commands are told and tell it."""

from collections.abc import Mapping

import click

from postwright.cli.counter import PauseOf
from postwright.errors import BadInput
from postwright.publishing.models import Pause

account_option = click.option("--account", metavar="@NAME", help="Of this account only.")
all_option = click.option(
    "--all", "everything", is_flag=True, help="Of every workspace of this installation."
)


class OneOrAll(BadInput):
    """It is one account, or all of them."""

    code = "one_or_all"


def pause_of(account: str | None, *, everything: bool) -> PauseOf:
    """What is meant.

    Raises:
        OneOrAll: both were given.
    """
    if everything and account is not None:
        raise OneOrAll("--account and --all exclude each other.", fix="Leave one of them out.")
    return PauseOf(account, everything)


def named(of: PauseOf) -> str:
    """What is meant, for people."""
    if of.everything:
        return "everything"
    return "this workspace" if of.account is None else f"@{of.account.removeprefix('@')}"


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
