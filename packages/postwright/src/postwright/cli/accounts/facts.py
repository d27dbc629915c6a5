"""What is told of an account, for programs and for people."""

from collections.abc import Sequence
from typing import Any

from postwright.cli.counter import Account
from postwright.cli.pausing import ended_by, label
from postwright.connections.consent import off
from postwright.connections.models import Connection
from postwright.connections.standing import purpose_step, step
from postwright.publishing.models import Pause


def to_do(account: Connection, pauses: Sequence[Pause]) -> str:
    """What a person has to do about an account; `pauses` are those that it is under."""
    found = [step(account.state, account.handle)]
    if account.state.usable:
        found += [purpose_step(each, account.handle) for each in off(account)]
    names = {account.id: account.handle}
    found += [f"to post again: {ended_by(pause, names)}" for pause in pauses]
    return "; ".join(each for each in found if each) or "nothing"


def facts_of(found: Account) -> dict[str, Any]:
    """The shape of `--json`."""
    account, credential, pauses = found.connection, found.credential, found.pauses
    return {
        "account": f"@{account.handle}",
        "name": account.display_name,
        "connection_id": account.id,
        "network": account.platform,
        "state": account.state.value,
        "detail": account.state_detail,
        "to_do": to_do(account, pauses),
        "pauses": [
            {
                "of": label(pause, {account.id: account.handle}),
                "reason": pause.reason,
                "since": pause.created_at,
                "by": pause.actor,
            }
            for pause in pauses
        ],
        "scopes": account.scopes,
        "on": account.granted,
        "off": [each.value for each in off(account)],
        "connected_at": account.connected_at,
        "disconnected_at": account.disconnected_at,
        "access_token_ends_at": None if credential is None else credential.access_expires_at,
        "consent_ends_at": None if credential is None else credential.refresh_expires_at,
    }
