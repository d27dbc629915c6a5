"""The request log: what came in, what was answered, and which rule a refusal broke."""

from collections import deque
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from starlette.requests import HTTPConnection
from starlette.types import Scope

from tiktok_emulator.errors import Refusal
from tiktok_emulator.sources import fact

KEPT = 20_000
_NOTE = "tiktok_emulator.note"


@dataclass(slots=True)
class Note:
    """What is learned about one request while it is answered. Holds no token and no secret."""

    at: datetime
    log_id: str
    method: str
    path: str
    operation: str | None = None
    username: str | None = None
    client_key: str | None = None
    publish_id: str | None = None
    status: int | None = None
    code: str | None = None
    rule: str | None = None
    why: str | None = None
    fault: str | None = None

    def refuse(self, refusal: Refusal) -> None:
        """Write down why."""
        self.code = refusal.code
        self.rule = refusal.rule
        self.why = refusal.why


class Journal:
    """The last 20,000 requests, numbered from 1 since the last reset."""

    def __init__(self) -> None:
        self._entries: deque[tuple[int, Note]] = deque(maxlen=KEPT)
        self._last = 0

    def add(self, note: Note) -> None:
        """Keep a finished request."""
        self._last += 1
        self._entries.append((self._last, note))

    def after(self, number: int) -> Iterator[dict[str, object]]:
        """The entries with a higher number, oldest first, as the control plane shows them."""
        for n, note in self._entries:
            if n > number:
                yield entry(n, note)

    def find(self, number: int) -> Note | None:
        """The entry of this number, while it is kept."""
        return next((note for n, note in self._entries if n == number), None)

    def newest(self) -> Iterator[tuple[int, Note]]:
        """Every entry with its number, the newest first."""
        return reversed(self._entries)

    def clear(self) -> None:
        """Forget everything and count from 1 again."""
        self._entries.clear()
        self._last = 0


def entry(n: int, note: Note) -> dict[str, object]:
    """One request for the control plane, with what the specification says of the broken rule."""
    found = fact(note.rule)
    return {
        "n": n,
        **asdict(note),
        "at": note.at.isoformat(),
        "says": found.says if found else None,
        "source": f"{found.source}, {found.date}" if found else None,
        "basis": found.basis if found else None,
    }


def attach(scope: Scope, note: Note) -> None:
    """Let the endpoint behind this scope find the note."""
    scope[_NOTE] = note


def note_of(request: HTTPConnection) -> Note:
    """The note of the request that is being answered."""
    note = request.scope[_NOTE]
    assert isinstance(note, Note)
    return note
