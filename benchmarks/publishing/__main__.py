"""`python -m benchmarks.publishing`, which is `make bench NAME=publishing`."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

from benchmarks.parts import Part, command
from benchmarks.publishing import cost, planned, punctual, tracking


def _awaited(measure: Callable[..., Coroutine[Any, Any, Part]]) -> Callable[..., Part]:
    """The part, in an event loop of its own."""

    def measured(*, rounds: int, small: bool) -> Part:
        return asyncio.run(measure(rounds=rounds, small=small))

    return measured


main = command(
    "publishing",
    "What publishing costs, how punctual it is, and how much a machine can do of it.",
    {
        "cost": _awaited(cost.measure),
        "at-once": _awaited(punctual.at_once),
        "steady": _awaited(punctual.steadily),
        "planned": _awaited(planned.measure),
        "tracking": _awaited(tracking.measure),
    },
    rounds=3,
    at_least={"per_s"},
)

if __name__ == "__main__":
    main()
