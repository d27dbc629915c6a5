"""Addresses that have been served, remembered for a moment.

One that was served can never be void any more, so nothing that matters can change about it but its
end; and a program that fetches a file range by range need not wait for the database each time.
"""

import asyncio

from postwright.media.host.addresses import Address

_REMEMBERED_S = 5.0
_MANY = 4_096


class Known:
    """What a host remembers."""

    def __init__(self) -> None:
        self._until: dict[str, tuple[float, Address]] = {}

    def get(self, address_id: str) -> Address | None:
        """An address that was served, if it was looked up just now."""
        until, address = self._until.get(address_id, (0.0, None))
        return address if until > _now() else None

    def add(self, address: Address) -> None:
        """Remember an address that was served."""
        now = _now()
        if len(self._until) >= _MANY:
            self._until = {key: kept for key, kept in self._until.items() if kept[0] > now}
        lives_s = min(_REMEMBERED_S, address.remaining.total_seconds())
        self._until[address.id] = (now + lives_s, address)


def _now() -> float:
    return asyncio.get_running_loop().time()
