"""What the service has kept of one post: told beside a post that ended where it should not."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from benchmarks.crash.scene import Scene
from benchmarks.week.times import shown

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
# Without their times: those are the worker's own, which are not moved.
_CALLS = """
    SELECT attempt, operation || ' ' || COALESCE(code, 'unanswered')
    FROM calls WHERE publication_id = :id ORDER BY id
"""


async def trace(scene: Scene, publication_id: str) -> list[str]:
    """Its row, its attempts and TikTok's webhooks in their order, and then the calls made."""
    lines = list[tuple[datetime, str]]()
    for name, (columns, source) in _KINDS.items():
        for row in await scene.rows(f"SELECT {columns} FROM {source}", id=publication_id):
            (_, at), *others = zip(columns.split(", "), row, strict=True)
            lines.append((at, f"  {_time(at)}  {name}: {', '.join(_facts(others))}"))
    calls: Sequence[Any] = await scene.rows(_CALLS, id=publication_id)
    return [line for _, line in sorted(lines, key=lambda line: line[0])] + [
        f"  calls of attempt {attempt}: {', '.join(_runs([what for _, what in made]))}"
        for attempt, made in groupby(calls, key=lambda call: call[0])
    ]


def _facts(facts: Sequence[tuple[str, Any]]) -> Iterator[str]:
    for name, value in facts:
        if value is not None and value not in ("", []):
            yield f"{name} {_time(value) if isinstance(value, datetime) else value}"


def _time(at: datetime) -> str:
    return f"{shown(at)}:{at:%S}"


def _runs(calls: Sequence[str]) -> Iterator[str]:
    for what, same in groupby(calls):
        count = len(list(same))
        yield what if count == 1 else f"{count} x {what}"
