"""One way to break the protocol or the worker on purpose."""

from dataclasses import dataclass, field

from benchmarks.explorer.state import Rules


@dataclass(frozen=True, slots=True)
class Mutation:
    """Replaces one snippet of `publishing/protocol/`, or breaks a rule of the worker's.

    `where` names the scenario that is wide enough to show it, so that the hunt is short.
    """

    name: str
    where: str
    old: str = ""
    new: str = ""
    rules: Rules = field(default_factory=Rules)
