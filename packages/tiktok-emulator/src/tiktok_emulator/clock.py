"""The emulator's own time: the machine's, plus an offset, or standing still."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from tiktok_emulator.errors import ClockOutOfRange

# Far enough for any test, and log_id has room for four digits of year.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(3000, 1, 1, tzinfo=UTC)


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
        """Move forward (or, negative, back); a frozen clock stays frozen at the new time.

        Raises:
            ClockOutOfRange: before 1970 or after 2999; then it was not moved.
        """
        if not EARLIEST - self.now() <= by <= LATEST - self.now():
            raise ClockOutOfRange("advance_s: the clock stays between the years 1970 and 3000")
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
