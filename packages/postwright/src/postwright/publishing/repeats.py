"""Tells whether an account would get the same twice within a day."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.statement import Statement
from postwright.errors import Advice, Conflict
from postwright.media.models import Ingest, MediaFile
from postwright.platforms.content import Mode
from postwright.publishing.models import Publication

WITHIN = timedelta(hours=24)


class Repeated(Conflict):
    """The same content goes, or went, to the same account within 24 hours of it."""

    code = "duplicate_content"
    advice: ClassVar[Advice] = Advice.FIX


# What will not go out, or did not, is no repeat. What an account has of a content is looked up
# first, in the index that is for it: a planner that knows nothing of a young table takes any other.
_OTHER = """
    WITH same AS MATERIALIZED (
        SELECT workspace_id, post_id, id, state FROM publications
        WHERE connection_id = :connection_id AND content_hash = :content
          AND publish_at > COALESCE(CAST(:at AS timestamptz), app_now()) - CAST(:within AS interval)
          AND publish_at < COALESCE(CAST(:at AS timestamptz), app_now()) + CAST(:within AS interval)
    ), other AS (
        SELECT post_id FROM same
        WHERE workspace_id = :workspace_id AND id <> :besides
          AND state NOT IN ('draft', 'failed', 'cancelled')
        LIMIT 1
    )
"""
_LOOK = Statement(f"{_OTHER} SELECT post_id FROM other")  # noqa: S608  # put together from constants only


def _repeated(detail: str) -> Repeated:
    post_id, _, connection_id = detail.partition(" ")
    return Repeated(
        f"This account gets the same content within 24 hours already, as {post_id}.",
        why="The same files and texts, twice on one account, are almost always a mistake.",
        fix="If it is meant, send metadata.allowDuplicate as true.",
        details={"existingPostId": post_id, "accountId": connection_id},
    )


# What a key has made already is not refused: whoever comes with the key is told of it.
_REFUSE = Statement(
    f"""
    {_OTHER}
    SELECT refuse(post_id || ' ' || CAST(:connection_id AS text)) FROM other
    WHERE CAST(:key AS text) IS NULL OR NOT EXISTS (
        SELECT FROM posts WHERE workspace_id = :workspace_id AND client_key = :key
    )
    """,  # noqa: S608  # put together from constants only
    refusal=_repeated,
)


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
    values = _values(its.workspace_id, its.connection_id, its.content_hash, its.publish_at)
    await _REFUSE.rows(session, values | {"besides": its.id, "key": None})


async def ask_to_refuse_repeat(
    session: AsyncSession,
    workspace_id: str,
    connection_id: str,
    content: bytes,
    *,
    at: datetime | None,
    key: str | None,
) -> None:
    """The same of what is yet to be made, not waited for.

    `Repeated` comes with what is asked next, or at the commit. `at` is None for now; `key` is the
    caller's own name for the post.
    """
    values = _values(workspace_id, connection_id, content, at)
    await _REFUSE.run(session, values | {"key": key})


async def find_repeat(
    session: AsyncSession,
    workspace_id: str,
    connection_id: str,
    content: bytes,
    *,
    at: datetime | None,
) -> Repeated | None:
    """Whether an account gets a content already, without refusing anything."""
    row = await _LOOK.first(session, _values(workspace_id, connection_id, content, at))
    return None if row is None else _repeated(f"{row.post_id} {connection_id}")


def _values(
    workspace_id: str, connection_id: str, content: bytes, at: datetime | None
) -> dict[str, Any]:
    return {
        "workspace_id": workspace_id,
        "connection_id": connection_id,
        "content": content,
        "at": at,
        "within": WITHIN,
        "besides": "",
    }
