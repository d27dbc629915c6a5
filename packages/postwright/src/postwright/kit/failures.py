"""Remembers for a minute who has sent what was not signed, or showed a key that is none."""

import time
from ipaddress import IPv6Address, ip_address

MOST = 20
WINDOW_S = 60.0

_SENDERS = 4096


class Failures:
    """Counts failures by sender: an IPv4 address, or the 64 bits that an IPv6 sender is given."""

    __slots__ = ("_counts",)

    def __init__(self) -> None:
        self._counts: dict[str, tuple[float, int]] = {}

    def note(self, client: str) -> int:
        """Count one more; how many there were in this minute, with it."""
        began, count = self._of(client)
        if len(self._counts) >= _SENDERS:
            self._counts = {key: each for key, each in self._counts.items() if _runs(each[0])}
        if len(self._counts) >= _SENDERS:
            self._counts.pop(next(iter(self._counts)))
        self._counts[_network(client)] = (began, count + 1)
        return count + 1

    def are_many(self, client: str) -> bool:
        """Whether there were so many that no work is done for them any more."""
        return bool(self._counts) and self._of(client)[1] >= MOST

    def _of(self, client: str) -> tuple[float, int]:
        found = self._counts.get(_network(client))
        return found if found is not None and _runs(found[0]) else (time.monotonic(), 0)


def _runs(began: float) -> bool:
    return time.monotonic() - began < WINDOW_S


def _network(client: str) -> str:
    try:
        address = ip_address(client)
    except ValueError:
        return client
    return client if not isinstance(address, IPv6Address) else str(int(address) >> 64)
