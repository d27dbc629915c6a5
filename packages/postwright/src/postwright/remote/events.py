"""Server-sent events of a service, as they are read."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Any, cast


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that has changed. `id` is where a later stream goes on; `data` is more about it."""

    id: str
    kind: str
    data: dict[str, Any]


async def read_events(lines: AsyncIterator[str]) -> AsyncGenerator[Happened]:
    """The events of a stream; comments and what is no JSON are passed over."""
    found = dict[str, str]()
    async for line in lines:
        if line:
            name, _, text = line.partition(":")
            if name:
                found[name] = text.removeprefix(" ")
            continue
        try:
            data: Any = json.loads(found.get("data", ""))
        except ValueError:
            data = None
        if isinstance(data, dict):
            told = cast("dict[str, Any]", data)
            yield Happened(found.get("id", ""), found.get("event", ""), told)
        found = {}
