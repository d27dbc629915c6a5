"""The protocol under test: the real package, or a mutant of its source."""

import inspect
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from types import ModuleType

from postwright.platforms import answers
from postwright.publishing import attempt, protocol
from postwright.publishing.attempt import Attempt, Decision, Event
from postwright.publishing.protocol import (
    contradiction,
    endings,
    finished,
    limits,
    pull,
    sending,
    start,
    tracking,
)

# Each stands after those that it imports.
PARTS = (limits, endings, pull, finished, tracking, sending, start, contradiction, protocol)
_MUTANT = "mutant_of_protocol"


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
    """The protocol with one snippet of its source replaced; `new` may use all of its names.

    Raises:
        ValueError: `old` does not occur exactly once, so this would not be the mutant it claims.
    """
    sources = {part.__name__: inspect.getsource(part) for part in PARTS}
    found = sum(source.count(old) for source in sources.values())
    if found != 1:
        raise ValueError(f"the snippet occurs {found} times in protocol/, not once: {old!r}")
    with _apart() as modules:
        names = dict(vars(answers) | vars(attempt))
        for name, source in sources.items():
            changed = source.replace(old, new).replace(protocol.__name__, _MUTANT)
            module = _executed(name.replace(protocol.__name__, _MUTANT), changed, names)
            modules[module.__name__] = module
            names |= vars(module)
        return _code(modules[_MUTANT])


def _executed(name: str, source: str, names: Mapping[str, object]) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update({known: names[known] for known in names if not known.startswith("_")})
    exec(compile(source, f"{name} (mutant)", "exec"), module.__dict__)
    return module


@contextmanager
def _apart() -> Generator[dict[str, ModuleType]]:
    """Where a mutant's parts find one another, and nobody else finds them afterwards."""
    try:
        yield sys.modules
    finally:
        for name in [name for name in sys.modules if name.startswith(_MUTANT)]:
            del sys.modules[name]


def _code(module: ModuleType) -> Code:
    return Code(
        decide=module.decide,
        next_attempt=module.next_attempt,
        max_voids=module.MAX_VOIDS,
        max_retries=module.MAX_RETRIES,
        max_rejections=module.MAX_REJECTIONS,
    )
