"""The emulator's own time: the machine's plus an offset, faster than it, or standing still."""

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

    What becomes due by moving it is done by `World.due`, which moves it on behalf of the
    control plane. Delays of faults and throttled intake are real seconds and ignore it.
    """

    def __init__(self, machine: Callable[[], datetime] = machine_time) -> None:
        self._machine = machine
        # At `_since` of the machine it was `_then` here; since then it runs `_rate` times as fast.
        self._since = self._then = EARLIEST
        self._rate = 1.0
        self._is_plain = True
        self._frozen_at: datetime | None = None

    def real_seconds_until(self, moment: datetime) -> float | None:
        """Real seconds until the emulator's time is there; None while it stands still."""
        left = (moment - self.now()).total_seconds() / self._rate
        return None if self._frozen_at is not None and left > 0 else max(0.0, left)

    def now(self) -> datetime:
        """The emulator's time, aware, in UTC."""
        if self._frozen_at is not None:
            return self._frozen_at
        machine = self._machine()
        if self._is_plain:
            return machine
        return min(self._then + (machine - self._since) * self._rate, LATEST)

    @property
    def is_frozen(self) -> bool:
        """Whether time stands still until it is advanced or released."""
        return self._frozen_at is not None

    @property
    def rate(self) -> float:
        """How many seconds pass here in one of the machine's, while it is not frozen."""
        return self._rate

    @property
    def offset(self) -> timedelta:
        """How far the emulator is ahead of the machine."""
        return self.now() - self._machine()

    def check(self, by: timedelta) -> None:
        """That the clock may be moved so far.

        Raises:
            ClockOutOfRange: it would leave the years 1970 to 2999.
        """
        if not EARLIEST - self.now() <= by <= LATEST - self.now():
            raise ClockOutOfRange("advance_s: the clock stays between the years 1970 and 3000")

    def advance(self, by: timedelta) -> None:
        """Move forward (or, negative, back); a frozen clock stays frozen at the new time.

        Raises:
            ClockOutOfRange: before 1970 or after 2999; then it was not moved.
        """
        self.check(by)
        self._set(self.now() + by)

    def set(self, moment: datetime) -> None:
        """Make it this moment; a frozen clock stays frozen.

        Raises:
            ClockOutOfRange: before 1970 or after 2999; then it was not moved.
        """
        self.advance(moment - self.now())

    def freeze(self) -> None:
        """Stand still at the present moment."""
        self._frozen_at = self.now()

    def release(self) -> None:
        """Run on from the moment it stands at; nothing jumps."""
        if self._frozen_at is not None:
            moment, self._frozen_at = self._frozen_at, None
            self._set(moment)

    def run_at(self, rate: float) -> None:
        """From now on pass `rate` seconds in each of the machine's; nothing jumps."""
        moment = self.now()
        self._rate = rate
        self._set(moment)

    def reset(self) -> None:
        """Back to the machine's time and pace."""
        self._frozen_at, self._rate, self._is_plain = None, 1.0, True

    def _set(self, moment: datetime) -> None:
        if self._frozen_at is not None:
            self._frozen_at = moment
        else:
            self._is_plain = False
            self._since, self._then = self._machine(), moment
