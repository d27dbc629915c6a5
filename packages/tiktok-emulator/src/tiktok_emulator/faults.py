"""Faults to order: what goes wrong with the next call of an operation."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from starlette.requests import HTTPConnection
from starlette.types import Scope

from tiktok_emulator.clock import machine_time
from tiktok_emulator.ids import dice_state, set_dice_state
from tiktok_emulator.operations import Operation

_FAULT = "tiktok_emulator.fault"


class FaultKind(StrEnum):
    """Before: nothing was done. After: it was done, and only the answer suffers."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    ERROR = "error"
    HTML = "html"
    STALE_TOKEN = "stale_token"  # noqa: S105  # the name of a fault
    MALFORMED = "malformed"
    TRUNCATED = "truncated"
    RESET_IN_ANSWER = "reset_in_answer"
    RESET_IN_BODY = "reset_in_body"
    SLOW_INTAKE = "slow_intake"
    FETCH_FIRST = "fetch_first"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LOSE = "lose"


# Only these operations know what to do with them; every other kind is for all of them.
ONLY_FOR = {
    FaultKind.RESET_IN_BODY: (Operation.UPLOAD,),
    FaultKind.SLOW_INTAKE: (Operation.UPLOAD,),
    FaultKind.FETCH_FIRST: (Operation.INIT, Operation.INBOX_INIT, Operation.PHOTO_INIT),
    FaultKind.DUPLICATE: (Operation.WEBHOOK,),
    FaultKind.REORDER: (Operation.WEBHOOK,),
    FaultKind.LOSE: (Operation.WEBHOOK,),
}


@dataclass(frozen=True, slots=True)
class Call:
    """What a request is, as far as it can be told before it is answered.

    `text` is what `match` looks into: path, query and, but for uploads, the body.
    """

    operation: Operation | None
    username: str | None = None
    client_key: str | None = None
    last_chunk: bool | None = None
    text: str = ""


@dataclass(slots=True)
class Fault:
    """One order. `count` calls are hit after `skip` were let through; None is every call.

    `probability` below 1 lets a call through by the dice of the seed; it then counts for
    neither. After `until` it is over. `status` and `code` are for `error` and `html`, `delay_s`
    (real seconds) for the delays, `bytes_per_second` for `slow_intake`, `after_bytes` for
    `reset_in_body`. `creator`, `client_key`, `match` (a piece of the path, the query or the
    body) and `last_chunk` (or not last) narrow it down.

    Of a webhook each try is a call: `drop_before` does not send it, `drop_after` takes the
    receiver's answer away, `error` puts `status` in its place, a delay holds it back for
    `delay_s` on the emulator's clock, `duplicate` sends it twice, `reorder` lets the app's next
    event overtake it (for a minute at most), `lose` never sends it.

    spec: error.internal_error, error.invalid_file_upload
    """

    operation: Operation
    kind: FaultKind
    count: int | None = 1
    skip: int = 0
    probability: float = 1
    delay_s: float = 0
    status: int = 500
    code: str = "internal_error"
    creator: str | None = None
    client_key: str | None = None
    match: str | None = None
    last_chunk: bool | None = None
    bytes_per_second: int = 1_000_000
    after_bytes: int = 1
    until: datetime | None = None

    def concerns(self, call: Call) -> bool:
        """Whether this call is one that the order is about."""
        return (
            self.operation is call.operation
            and self.creator in (None, call.username)
            and self.client_key in (None, call.client_key)
            and self.last_chunk in (None, call.last_chunk)
            and (self.match is None or self.match in call.text)
        )


class Faults:
    """The orders, first in first out for each operation. The same seed throws the same dice."""

    def __init__(self, now: Callable[[], datetime] = machine_time, seed: int | None = None) -> None:
        self.waiting: list[Fault] = []
        self._now = now
        self._dice = random.Random(seed)  # noqa: S311  # repeatable on purpose

    def take(self, call: Call) -> Fault | None:
        """The fault that hits this call; uses it up."""
        now = self._now()
        self.waiting = [each for each in self.waiting if each.until is None or now < each.until]
        for fault in self.waiting:
            if not fault.concerns(call):
                continue
            if fault.probability < 1 and self._dice.random() >= fault.probability:
                continue
            if fault.skip:
                fault.skip -= 1
                return None
            if fault.count is not None:
                fault.count -= 1
                if not fault.count:
                    self.waiting.remove(fault)
            return fault
        return None

    def dice(self) -> str:
        """Where the dice stand, for `set_dice`."""
        return dice_state(self._dice)

    def set_dice(self, state: str) -> None:
        """Throw on from where other dice stood. Raises ValueError if it is no such state."""
        set_dice_state(self._dice, state)


def attach_fault(scope: Scope, fault: Fault | None) -> None:
    """Let the endpoint behind this scope find what was ordered for it."""
    scope[_FAULT] = fault


def fault_of(request: HTTPConnection) -> Fault | None:
    """The fault that hit the request being answered, for the kinds that an endpoint acts on."""
    fault = request.scope.get(_FAULT)
    assert fault is None or isinstance(fault, Fault)
    return fault
