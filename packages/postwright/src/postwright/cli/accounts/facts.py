"""What is told of an account, for programs and for people."""

from typing import Any

from postwright.connections.models import Connection, Credential
from postwright.connections.standing import purpose_step, step
from postwright.platforms.purpose import Purpose


def to_do(account: Connection) -> str:
    """What a person has to do about an account."""
    found = [step(account.state, account.handle)]
    if account.state.usable:
        found += [purpose_step(each, account.handle) for each in off(account)]
    return "; ".join(each for each in found if each) or "nothing"


def off(account: Connection) -> list[Purpose]:
    """The purposes that it was connected for and that lack their permission."""
    return [each for each in Purpose if each in set(account.purposes) - set(account.granted)]


def facts_of(account: Connection, credential: Credential | None) -> dict[str, Any]:
    """The shape of `--json`."""
    return {
        "account": f"@{account.handle}",
        "name": account.display_name,
        "connection_id": account.id,
        "network": account.platform,
        "state": account.state.value,
        "detail": account.state_detail,
        "to_do": to_do(account),
        "scopes": account.scopes,
        "on": account.granted,
        "off": [each.value for each in off(account)],
        "connected_at": account.connected_at,
        "disconnected_at": account.disconnected_at,
        "access_token_ends_at": None if credential is None else credential.access_expires_at,
        "consent_ends_at": None if credential is None else credential.refresh_expires_at,
    }
