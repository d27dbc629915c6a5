"""Tells whether an account would get the same twice within a day."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Coming, Statement
from postwright.errors import Advice, Conflict
from postwright.media.models import Ingest, MediaFile
from postwright.platforms.content import Mode
from postwright.publishing.models import Publication

WITHIN = timedelta(hours=24)

# What will not go out, or did not, is no repeat. What an account has of a content is looked up
# first, in the index that is for it: a planner that knows nothing of a young table takes any other.
_OTHER = Statement("""
    WITH same AS MATERIALIZED (
        SELECT workspace_id, post_id, id, state FROM publications
        WHERE connection_id = :connection_id AND content_hash = :content
          AND publish_at > COALESCE(CAST(:at AS timestamptz), app_now()) - CAST(:within AS interval)
          AND publish_at < COALESCE(CAST(:at AS timestamptz), app_now()) + CAST(:within AS interval)
    )
    SELECT post_id FROM same
    WHERE workspace_id = :workspace_id AND id <> :besides
      AND state NOT IN ('draft', 'failed', 'cancelled')
    LIMIT 1
""")


class Repeated(Conflict):
    """The same content goes, or went, to the same account within 24 hours of it."""

    code = "duplicate_content"
    advice: ClassVar[Advice] = Advice.FIX


def content_hash(
    media: Sequence[MediaFile | Ingest], caption: str, settings: dict[str, Any], mode: Mode
) -> bytes:
    """The hash of what people would see: files, texts, and whether it is a draft.

    A file that is still being fetched counts by its address.
    """
    files = [
        each.sha256 if isinstance(each, MediaFile) else f"address {each.url_hash.hex()}"
        for each in media
    ]
    told = [files, caption, settings.get("title", ""), mode]
    return hashlib.sha256(json.dumps(told).encode()).digest()


async def refuse_repeat(session: AsyncSession, publication: Publication) -> None:
    """Refuse what an account gets already, less than a day before or after.

    Whoever asks has locked the account's lanes: of two at once, the second sees the first.

    Raises:
        Repeated: there is such a publication; `details` name its post.
    """
    its = publication
    assert its.content_hash is not None, "every publication has one that was made since repeats are"
    asked = await ask_for_repeat(
        session,
        its.workspace_id,
        its.connection_id,
        its.content_hash,
        at=its.publish_at,
        besides=its.id,
    )
    await asked_for_repeat(asked, its.connection_id)


async def ask_for_repeat(
    session: AsyncSession,
    workspace_id: str,
    connection_id: str,
    content: bytes,
    *,
    at: datetime | None,
    besides: str = "",
) -> Coming:
    """The same, to be answered together with what is asked next; `asked_for_repeat` reads it.

    `at` is None for now; `besides` is a publication that is no repeat of itself.
    """
    values = {
        "workspace_id": workspace_id,
        "connection_id": connection_id,
        "content": content,
        "at": at,
        "within": WITHIN,
        "besides": besides,
    }
    return await _OTHER.ask(session, values)


async def asked_for_repeat(asked: Coming, connection_id: str) -> None:
    """What `ask_for_repeat` has brought; see `refuse_repeat`."""
    row = await asked.first()
    if row is not None:
        raise Repeated(
            f"This account gets the same content within 24 hours already, as {row.post_id}.",
            why="The same files and texts, twice on one account, are almost always a mistake.",
            fix="If it is meant, send metadata.allowDuplicate as true.",
            details={"existingPostId": row.post_id, "accountId": connection_id},
        )
