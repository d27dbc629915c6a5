"""The request log as a page: what came in, and why it was refused."""

from collections.abc import Iterator
from itertools import islice

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.journal import Note
from tiktok_emulator.pages import page
from tiktok_emulator.sources import fact
from tiktok_emulator.store import World, world_of

SHOWN = 100
OUTCOMES = (
    ("", "any answer"),
    ("fine", "taken"),
    ("refused", "refused"),
    ("fault", "hit by a fault"),
)


async def log(request: Request) -> Response:
    """The newest requests. Query: app, creator, operation, outcome; before=N goes back in time."""
    world = world_of(request)
    wanted = {
        name: request.query_params.get(name, "")
        for name in ("app", "creator", "operation", "outcome")
    }
    before = request.query_params.get("before", "")
    entries = list(islice(_meant(world, wanted, before), SHOWN + 1))
    values = {
        "entries": [(n, note, outcome_of(note), fact(note.rule)) for n, note in entries[:SHOWN]],
        "older": entries[SHOWN - 1][0] if len(entries) > SHOWN else None,
        "is_newest": not before,
        "wanted": wanted,
        "apps": [("", "every app"), *((key, key) for key in world.apps)],
        "creators": [("", "everybody"), *((name, f"@{name}") for name in world.creators)],
        "operations": [("", "every call"), *((name, name) for name in _operations(world))],
        "outcomes": OUTCOMES,
        "query": {name: value for name, value in wanted.items() if value},
    }
    return page(request, "log.html", values)


def outcome_of(note: Note) -> str:
    """Whether a request was taken, refused, or met a fault."""
    if note.fault is not None:
        return "fault"
    if note.status is None or note.status >= 400 or note.code not in (None, "ok"):
        return "refused"
    return "fine"


def _meant(world: World, wanted: dict[str, str], before: str) -> Iterator[tuple[int, Note]]:
    limit = int(before) if before.isascii() and before.isdecimal() and len(before) < 20 else None
    for n, note in world.journal.newest():
        if limit is not None and n >= limit:
            continue
        if (
            wanted["app"] in ("", note.client_key)
            and wanted["creator"] in ("", note.username)
            and wanted["operation"] in ("", note.operation)
            and wanted["outcome"] in ("", outcome_of(note))
        ):
            yield n, note


def _operations(world: World) -> list[str]:
    return sorted({str(note.operation) for _, note in world.journal.newest() if note.operation})


ROUTES = [Route("/_log", log, methods=["GET"])]
