"""Which connection a name means that a person gives."""

from collections.abc import Sequence

from postwright.connections.models import Connection
from postwright.errors import NotFound


class NoSuchAccount(NotFound):
    """No connected account has this name."""

    code = "unknown_account"


def meant(known: Sequence[Connection], handle: str) -> Connection:
    """Which of these connections a name or an id means, as `connection_by_handle` says.

    Raises:
        NoSuchAccount: none of them.
    """
    wanted = handle.removeprefix("@").lower()
    named = [found for found in known if wanted in {found.handle.lower(), found.id}]
    if named:
        return max(named, key=lambda found: (found.state.usable, found.connected_at))
    there = [f"@{each.handle}" for each in known if each.disconnected_at is None]
    names = ", ".join(there) or "none yet"
    raise NoSuchAccount(
        f"No connected account is called @{handle.removeprefix('@')}.",
        why=f"Connected accounts: {names}.",
        fix="Check the name, or connect it.",
        command="postwright connect",
    )
