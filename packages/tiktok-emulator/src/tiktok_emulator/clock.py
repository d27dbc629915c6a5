"""The emulator's own time: the machine's, plus an offset, or standing still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def machine_time() -> datetime:
    """The machine's time, aware, in UTC."""
    return datetime.now(UTC)


class Clock:
    """Every lifetime, window and timestamp of the emulator is read from here.

    Moving it does not make anything happen by itself: what has become due is noticed by the
    next request. Delays of faults and throttled intake are real seconds and ignore it.
    """

    def __init__(self, machine: Callable[[], datetime] = machine_time) -> None:
        self._machine = machine
        self._offset = timedelta()
        self._frozen_at: datetime | None = None

    def now(self) -> datetime:
        """The emulator's time, aware, in UTC."""
        if self._frozen_at is not None:
            return self._frozen_at
        return self._machine() + self._offset

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still until it is advanced or released."""
        return self._frozen_at is not None

    @property
    def offset(self) -> timedelta:
        """How far the emulator is ahead of the machine."""
        return self.now() - self._machine()

    def advance(self, by: timedelta) -> None:
        """Move forward (or, negative, back); a frozen clock stays frozen at the new time."""
        if self._frozen_at is not None:
            self._frozen_at += by
        else:
            self._offset += by

    def freeze(self) -> None:
        """Stand still at the present moment."""
        self._frozen_at = self.now()

    def release(self) -> None:
        """Run on from the moment it stands at; nothing jumps."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - self._machine()
            self._frozen_at = None

    def reset(self) -> None:
        """Back to the machine's time."""
        self._offset = timedelta()
        self._frozen_at = None
