"""The protocol under test: the real module, or a mutant of its source."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from postwright.publishing import protocol
from postwright.publishing.attempt import Attempt, Decision, Event


@dataclass(frozen=True, slots=True)
class Code:
    """What the explorer needs of the protocol."""

    decide: Callable[[Attempt, Event, datetime], Decision]
    next_attempt: Callable[[Attempt], Attempt]
    max_voids: int
    max_retries: int
    max_rejections: int


def real() -> Code:
    """The protocol as the worker imports it."""
    return _code(protocol)


def mutant(old: str, new: str) -> Code:
    """The protocol with one snippet of its source replaced.

    Raises:
        ValueError: `old` does not occur exactly once, so this would not be the mutant it claims.
    """
    source = inspect.getsource(protocol)
    found = source.count(old)
    if found != 1:
        raise ValueError(f"the snippet occurs {found} times in protocol.py, not once: {old!r}")
    module = ModuleType("mutant_of_protocol")
    exec(compile(source.replace(old, new), "protocol.py (mutant)", "exec"), module.__dict__)
    return _code(module)


def _code(module: ModuleType) -> Code:
    return Code(
        decide=module.decide,
        next_attempt=module.next_attempt,
        max_voids=module.MAX_VOIDS,
        max_retries=module.MAX_RETRIES,
        max_rejections=module.MAX_REJECTIONS,
    )
