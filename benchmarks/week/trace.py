"""What is known of one post: told beside one that ended where it should not, or was late.

What the service has kept of it, what it was held for, and what TikTok made of it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.holds import Spell
from benchmarks.week.times import clock_time

# What is told, by name: its time, its other columns, and where they are.
_KINDS = {
    "due": (
        "publish_at, state, lane, due_at, nudged_at, hold_reason, detail, end_code, post_ids",
        "publications WHERE id = :id",
    ),
    "attempt": (
        "created_at, number, stage, live, publish_id, last_byte_at, failed_at, end_code, detail",
        "attempts WHERE publication_id = :id ORDER BY number",
    ),
    "webhook": (
        "received_at, event, publish_id, happened_at, outcome",
        "webhook_events JOIN attempts USING (publish_id) WHERE publication_id = :id",
    ),
}
_IDS = "SELECT publish_id FROM attempts WHERE publication_id = :id AND publish_id IS NOT NULL"
# Without their times: those are the worker's own, which are not moved.
_CALLS = """
    SELECT attempt, operation || ' ' || COALESCE(code, 'unanswered')
    FROM calls WHERE publication_id = :id ORDER BY id
"""
# What is told of a publish at TikTok, beside when it was announced.
_PUBLISH = ("publish_id", "state", "completed_at", "finished_at", "fail_reason", "fail_why")


async def trace(
    scene: Scene,
    publication_id: str,
    spells: Iterable[Spell],
    publishes: Mapping[str, Mapping[str, Any]],
) -> list[str]:
    """Its row, attempts, holds, webhooks and publishes in their order, and then the calls made.

    `publishes` are TikTok's, by publish id.
    """
    lines = [
        (each.since, f"held: {each.reason}, until {clock_time(each.until)}") for each in spells
    ]
    lines += await _published(scene, publication_id, publishes)
    for name, (columns, source) in _KINDS.items():
        for row in await scene.rows(f"SELECT {columns} FROM {source}", id=publication_id):
            (_, at), *others = zip(columns.split(", "), row, strict=True)
            lines.append((at, f"{name}: {', '.join(_facts(others))}"))
    calls: Sequence[Any] = await scene.rows(_CALLS, id=publication_id)
    return [f"  {clock_time(at)}  {line}" for at, line in sorted(lines)] + [
        f"  calls of attempt {attempt}: {', '.join(_runs([what for _, what in made]))}"
        for attempt, made in groupby(calls, key=lambda call: call[0])
    ]


async def _published(
    scene: Scene, publication_id: str, publishes: Mapping[str, Mapping[str, Any]]
) -> list[tuple[datetime, str]]:
    known: Sequence[Any] = await scene.rows(_IDS, id=publication_id)
    lines = list[tuple[datetime, str]]()
    for (publish_id,) in known:
        if (made := publishes.get(publish_id)) is not None:
            facts = ", ".join(_facts([(name, _read(name, made.get(name))) for name in _PUBLISH]))
            lines.append((datetime.fromisoformat(made["created_at"]), f"at TikTok: {facts}"))
    return lines


def _read(name: str, value: Any) -> Any:
    return datetime.fromisoformat(value) if value and name.endswith("_at") else value


def _facts(facts: Sequence[tuple[str, Any]]) -> Iterator[str]:
    for name, value in facts:
        if value is not None and value not in ("", []):
            yield f"{name} {clock_time(value) if isinstance(value, datetime) else value}"


def _runs(calls: Sequence[str]) -> Iterator[str]:
    for what, same in groupby(calls):
        count = len(list(same))
        yield what if count == 1 else f"{count} x {what}"
