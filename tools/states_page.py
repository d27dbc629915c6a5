"""Parts of docs/explanation/exactly-once.md: the stages of an attempt, and what is assumed.

The explorer runs the protocol through small scenarios; each step from one stage to another that
it sees is an edge. What it does not see is not drawn.
"""

from collections.abc import Iterator
from functools import cache

from benchmarks.explorer.assumptions import ASSUMPTIONS
from benchmarks.explorer.code import real
from benchmarks.explorer.scenarios import SMALL
from benchmarks.explorer.search import search
from postwright.platforms.answers import (
    CreatorReady,
    Lost,
    Opened,
    OutOfStep,
    Phase,
    Refusal,
    Refused,
    Status,
    Stored,
)
from postwright.publishing.attempt import (
    Attempt,
    Closed,
    Event,
    NoSlot,
    NoToken,
    OnHold,
    Served,
    Stage,
    Unfit,
    Woke,
)

SEEN_IN = ("small", "hands early", "pull asleep", "draft", "pull limits")
ENDS = (Stage.PUBLISHED, Stage.DELIVERED, Stage.FAILED, Stage.CANCELLED)
_PHASES = {
    Phase.COMPLETE: "complete",
    Phase.INBOX: "in the inbox",
    Phase.PROCESSING: "not FAILED after all",
    Phase.UNKNOWN: "not FAILED after all",
    Phase.FAILED: "FAILED for good",
}

_WHY: dict[type, str] = {
    CreatorReady: "creator may post",
    Served: "a file was served, no id",
    Unfit: "breaks a rule",
    NoToken: "refused for now",
    NoSlot: "refused for now",
    OnHold: "refused for now",
}

Edge = tuple[Stage, Stage, str]


def diagram() -> str:
    """The Mermaid source."""
    lines = ["stateDiagram-v2", f"[*] --> {Stage.READY}"]
    edges = dict[tuple[Stage, Stage], list[str]]()
    for before, after, why in sorted(_edges()):
        edges.setdefault((before, after), []).append(why)
    order = list(Stage)
    for before, after in sorted(
        edges, key=lambda edge: (order.index(edge[0]), order.index(edge[1]))
    ):
        lines.append(f"{before} --> {after}: {', or '.join(edges[before, after])}")
    lines += [f"{stage} --> [*]" for stage in ENDS]
    return "```mermaid\n" + "\n    ".join(lines) + "\n```\n"


def assumptions() -> str:
    """The table of what the explorer assumes."""
    rows = (f"| `{name}` | {says} |\n" for name, says in ASSUMPTIONS.items())
    return "| name | what is assumed |\n| --- | --- |\n" + "".join(rows)


@cache
def _edges() -> frozenset[Edge]:
    found = set[Edge]()
    for name in SEEN_IN:
        book = search(real(), SMALL[name]).book
        assert book is not None
        for before, event, kind, after in book.steps():
            found.update(_edge(before, event, kind, after))
    return frozenset(found)


def _edge(before: Attempt, event: Event, kind: str, after: Stage) -> Iterator[Edge]:
    if kind == "restart":
        if after is Stage.VOID:
            yield before.stage, Stage.VOID, _why(before, event, after)
            yield Stage.VOID, Stage.READY, "a new attempt"
        else:
            yield before.stage, Stage.READY, "still FAILED - a new attempt, twice at most"
    elif after is not before.stage:
        yield before.stage, after, _why(before, event, after)


def _why(before: Attempt, event: Event, after: Stage) -> str:
    if after is Stage.CANCELLED and before.cancel_requested:
        return "a cancel"
    if before.stage is Stage.OPEN and (after is Stage.TRACKING or after is Stage.VOID):
        return _of_open(event, after)
    match event:
        case Status(fail_is_passing=True) if after is Stage.SETTLING:
            return "FAILED, may pass"
        case Status():
            return _PHASES[event.phase]
        case Opened():
            return "id stored, addresses opened" if after is Stage.TRACKING else "id stored"
        case Woke() if after is Stage.INTENT:
            return _WHY[CreatorReady]
        case Lost() | Refused() | Closed():
            return _of_loss(event, after)
        case _:
            return _WHY.get(type(event), "answer lost")


def _of_open(event: Event, after: Stage) -> str:
    if after is Stage.VOID:
        return "address dead, last byte not sent"
    if isinstance(event, Served):
        return "cancelled, but a file was served"
    proven = isinstance(event, Stored | OutOfStep)
    return "all bytes are there" if proven else "address dead after the last byte"


def _of_loss(event: Lost | Refused | Closed, after: Stage) -> str:
    match event:
        case Closed() if after is not Stage.FAILED:
            return "addresses closed in time"
        case Lost(sent=False):
            return "certainly not sent"
        case Refused(refusal=Refusal.RATE | Refusal.CAP):
            return "refused for now"
        case Refused(refusal=Refusal.ACCOUNT | Refusal.REQUEST):
            return "refused"
        case _:
            return "answers lost too often" if after is Stage.FAILED else "answer lost"
