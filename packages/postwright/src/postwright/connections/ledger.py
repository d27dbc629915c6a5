"""The ledger of calls: what we asked a network, what it said, and how long it took."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import slots
from postwright.connections.slots import Slot
from postwright.db.statement import Statement
from postwright.platforms.base import CallFacts
from postwright.workspaces.audit import REQUEST_ID


@dataclass(frozen=True, slots=True)
class OnBehalf:
    """For whom a call is made."""

    workspace_id: str
    connection_id: str | None = None
    publication_id: str | None = None
    attempt: int | None = None


_NOTE = """
    INSERT INTO calls (
        key, at, workspace_id, connection_id, publication_id, attempt, operation, http_status, code,
        log_id, elapsed_ms, detail, request_id
    ) VALUES (
        :key, :at, :workspace_id, :connection_id, :publication_id, :attempt, :operation,
        :http_status, :code, :log_id, :elapsed_ms, :detail,
        COALESCE(:request_id, (SELECT request_id FROM publications WHERE id = :publication_id))
    ) ON CONFLICT (key) DO NOTHING
"""
_WRITE = Statement(_NOTE)
_WRITE_AND_END = Statement(f"WITH ended AS ({slots.GIVE_BACK}) {_NOTE}")


async def write(
    session: AsyncSession, who: OnBehalf, calls: list[CallFacts], *, ended: Slot | None = None
) -> None:
    """Add the calls to the ledger, in order; with the last one the slot they took is `ended`.

    A call that is in it already is not added again: whoever was not told that it was committed
    writes it once more. With each goes the id of the request to the API for which it is made: the
    one under way, or the one that had the publication go out.
    """
    for number, call in enumerate(calls, start=1):
        values: dict[str, Any] = {
            "key": call.key,
            "at": call.started_at,
            "workspace_id": who.workspace_id,
            "connection_id": who.connection_id,
            "publication_id": who.publication_id,
            "attempt": who.attempt,
            "operation": call.operation,
            "http_status": call.http_status,
            "code": call.code,
            "log_id": call.log_id,
            "elapsed_ms": call.elapsed_ms,
            "detail": call.detail,
            "request_id": REQUEST_ID.get(),
        }
        if ended is not None and number == len(calls):
            await _WRITE_AND_END.run(session, values | slots.giving_back(ended))
        else:
            await _WRITE.run(session, values)
    if ended is not None and not calls:
        await slots.give_back(session, ended)
