"""What the sender of webhooks remembers."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class State(StrEnum):
    """Where a delivery stands. `waiting` is before the first try and between two."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    LOST = "lost"
    NO_URL = "no_url"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try. `status` is what the receiver answered, None if nothing came back.

    `problem` says why the try does not count, None if it does. `signature` is the value of the
    header that went out with it, None if nothing was sent.
    """

    at: datetime
    url: str
    status: int | None
    problem: str | None
    signature: str | None


@dataclass(slots=True, eq=False)
class Delivery:
    """One event on its way to one app.

    `body` is what is sent, byte for byte the same at every try. `next_at` is when it is tried
    next, None when it is not. `is_held` is set while a fault lets a later event overtake it.
    """

    n: int
    event: str
    client_key: str
    username: str | None
    user_openid: str | None
    content: str
    body: bytes = field(repr=False)
    told_at: datetime
    state: State = State.WAITING
    next_at: datetime | None = None
    attempts: list[Attempt] = field(default_factory=list[Attempt])
    is_held: bool = False

    @property
    def failures(self) -> int:
        """How many tries did not count."""
        return sum(attempt.problem is not None for attempt in self.attempts)
