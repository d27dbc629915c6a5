"""What was done about a post: requests to the network, and deeds of people and keys."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.wire.posts_shown import LogOut
from postwright.connections.models import Call
from postwright.publishing.listing import Whole
from postwright.publishing.queries import calls
from postwright.workspaces.models import AuditEntry


async def logs_of(session: AsyncSession, whole: Whole, *, limit: int) -> list[LogOut]:
    """The entries, the newest first. The ledger and the audit log hold no secrets."""
    workspace_id = whole.post.workspace_id
    ids = [part.publication.id for part in whole.parts]
    made = [
        _of_call(call)
        for each in ids
        for call in await calls(session, workspace_id, publication_id=each, limit=limit)
    ]
    found = await session.scalars(
        select(AuditEntry)
        .where(
            AuditEntry.workspace_id == workspace_id,
            AuditEntry.subject.in_([whole.post.id, *ids]),
        )
        .order_by(AuditEntry.id.desc())
        .limit(limit)
    )
    every = [*made, *(_of_deed(each, ids) for each in found)]
    return sorted(every, key=lambda each: each.at, reverse=True)[:limit]


def _of_call(call: Call) -> LogOut:
    return LogOut(
        at=call.at,
        kind="call",
        what=call.operation,
        publication_id=call.publication_id,
        http_status=call.http_status,
        code=call.code,
        log_id=call.log_id,
        elapsed_ms=call.elapsed_ms,
        detail=call.detail,
        request_id=call.request_id,
    )


def _of_deed(entry: AuditEntry, publication_ids: list[str]) -> LogOut:
    return LogOut(
        at=entry.at,
        kind="audit",
        what=entry.action,
        publication_id=entry.subject if entry.subject in publication_ids else None,
        actor=entry.actor,
        request_id=entry.details.get("request_id"),
        details=entry.details,
    )
