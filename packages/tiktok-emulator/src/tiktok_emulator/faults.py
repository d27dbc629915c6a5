"""Faults to order: what goes wrong with the next call of an operation."""

from dataclasses import dataclass
from enum import StrEnum


class Operation(StrEnum):
    """What a client can ask TikTok for, as far as faults and the request log are concerned."""

    AUTHORIZE = "oauth.authorize"
    TOKEN = "oauth.token"  # noqa: S105  # the name of an operation
    REFRESH = "oauth.refresh"
    REVOKE = "oauth.revoke"
    CREATOR_INFO = "creator_info"
    INIT = "video.init"
    UPLOAD = "upload"
    STATUS = "status"


class FaultKind(StrEnum):
    """Before: nothing was done. After: it was done, and only the answer suffers."""

    DROP_BEFORE = "drop_before"
    DROP_AFTER = "drop_after"
    DELAY_BEFORE = "delay_before"
    DELAY_AFTER = "delay_after"
    ERROR = "error"
    SLOW_INTAKE = "slow_intake"


@dataclass(slots=True)
class Fault:
    """One order. `count` calls are hit after `skip` were let through; None is every call.

    `status` and `code` are for `error`, `delay_s` (real seconds) for the delays,
    `bytes_per_second` for `slow_intake`. `creator` and `last_chunk` narrow it to one user, or
    to the last (or not last) chunk of an upload.

    spec: error.internal_error
    """

    operation: Operation
    kind: FaultKind
    count: int | None = 1
    skip: int = 0
    delay_s: float = 0
    status: int = 500
    code: str = "internal_error"
    creator: str | None = None
    last_chunk: bool | None = None
    bytes_per_second: int = 1_000_000

    def concerns(
        self, operation: Operation, username: str | None, *, last_chunk: bool | None
    ) -> bool:
        """Whether this call is one that the order is about."""
        return (
            self.operation is operation
            and (self.creator is None or self.creator == username)
            and (self.last_chunk is None or self.last_chunk == last_chunk)
        )


class Faults:
    """The orders, first in first out for each operation."""

    def __init__(self) -> None:
        self.waiting: list[Fault] = []

    def take(
        self, operation: Operation, username: str | None, *, last_chunk: bool | None
    ) -> Fault | None:
        """The fault that hits this call; uses it up."""
        for fault in self.waiting:
            if not fault.concerns(operation, username, last_chunk=last_chunk):
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
