"""Stores a post and its publications: rows that go to the database in one go."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.plain import plain
from postwright.db.statement import Statement
from postwright.media.models import MediaFile
from postwright.posts.models import Post
from postwright.publishing.awaiting import Piece, expect
from postwright.publishing.models import Publication
from postwright.publishing.order import Order
from postwright.publishing.states import State
from postwright.publishing.summary import post_status

_POST_SQL = """
    INSERT INTO posts (
        id, workspace_id, kind, title, caption, tags, hashtags, mentions, metadata, timezone,
        source, created_by, status, scheduled_for, listed_at, wish, client_key, fingerprint,
        version, created_at, updated_at
    ) VALUES (
        :id, :workspace_id, :kind, :title, :caption, CAST(:tags AS text[]),
        CAST(:hashtags AS text[]), CAST(:mentions AS text[]), CAST(:metadata AS jsonb), :timezone,
        :source, :created_by, :status, :scheduled_for, :listed_at, CAST(:wish AS jsonb),
        :client_key, :fingerprint, 1, :created_at, :created_at
    )
"""
_POST = Statement(_POST_SQL)
_POST_ONCE = Statement(f"{_POST_SQL} ON CONFLICT DO NOTHING RETURNING id")

_PUBLICATION = Statement("""
    INSERT INTO publications (
        id, workspace_id, post_id, connection_id, kind, caption, settings, source, mode,
        content_version, content_hash, state, lane, due_at, publish_at, timezone, if_missed,
        hold_reason, detail, end_code, post_ids, post_url, visibility, report, version,
        created_at, request_id
    ) VALUES (
        :id, :workspace_id, :post_id, :connection_id, :kind, :caption, CAST(:settings AS jsonb),
        :source, :mode, 1, :content_hash, :state, :lane, :due_at, :publish_at, :timezone,
        :if_missed, :hold_reason, '', '', '{}', '', :visibility, '[]', 1, :created_at,
        :request_id
    )
""")

_POST_FILES = Statement("""
    INSERT INTO post_media (post_id, position, media_id)
    SELECT :owner_id, place - 1, media_id
    FROM unnest(CAST(:media_ids AS text[])) WITH ORDINALITY AS given (media_id, place)
    WHERE media_id <> ''
""")
_PUBLICATION_FILES = Statement("""
    INSERT INTO publication_media (publication_id, position, media_id)
    SELECT :owner_id, place - 1, media_id
    FROM unnest(CAST(:media_ids AS text[])) WITH ORDINALITY AS given (media_id, place)
    WHERE media_id <> ''
""")


@dataclass(frozen=True, slots=True)
class Stored:
    """Rows as they were stored; no session knows them.

    Attributes:
        post: the post.
        media: its own files.
        publications: by account, in the order in which accounts are locked.
        files: of each of them.
    """

    post: Post
    media: Sequence[Piece]
    publications: dict[str, Publication]
    files: dict[str, Sequence[Piece]]


def post_of(
    workspace_id: str,
    post_id: str,
    order: Order,
    fingerprint: str,
    *,
    made: Sequence[Publication],
    now: datetime,
) -> Post:
    """The post's row, as it stands with its publications: a trigger finds nothing to change."""
    first = min((each.publish_at for each in made if each.state is not State.DRAFT), default=None)
    return plain(
        Post,
        id=post_id,
        workspace_id=workspace_id,
        kind=order.kind,
        caption=order.caption,
        status=post_status([each.state for each in made]),
        scheduled_for=first,
        listed_at=first or now,
        client_key=order.key,
        fingerprint=fingerprint,
        version=1,
        created_at=now,
        updated_at=now,
        **order.about.columns(),
    )


async def put_post(session: AsyncSession, post: Post) -> bool:
    """Store a post; False if its key was there before. Without a key nobody waits for it."""
    values = {
        "id": post.id,
        "workspace_id": post.workspace_id,
        "kind": post.kind.value,
        "title": post.title,
        "caption": post.caption,
        "tags": post.tags,
        "hashtags": post.hashtags,
        "mentions": post.mentions,
        "metadata": _json(post.more),
        "timezone": post.timezone,
        "source": post.source,
        "created_by": post.created_by,
        "status": post.status,
        "scheduled_for": post.scheduled_for,
        "listed_at": post.listed_at,
        "wish": _json(post.wish),
        "client_key": post.client_key,
        "fingerprint": post.fingerprint,
        "created_at": post.created_at,
    }
    if post.client_key is not None:
        return await _POST_ONCE.first(session, values) is not None
    await _POST.run(session, values)
    return True


async def put_publication(session: AsyncSession, publication: Publication) -> None:
    """Store a new publication."""
    its = publication
    values = {
        "id": its.id,
        "workspace_id": its.workspace_id,
        "post_id": its.post_id,
        "connection_id": its.connection_id,
        "kind": its.kind.value,
        "caption": its.caption,
        "settings": json.dumps(its.settings),
        "source": its.source.value,
        "mode": its.mode.value,
        "content_hash": its.content_hash,
        "state": its.state.value,
        "lane": its.lane,
        "due_at": its.due_at,
        "publish_at": its.publish_at,
        "timezone": its.timezone,
        "if_missed": None if its.if_missed is None else its.if_missed.value,
        "hold_reason": its.hold_reason,
        "visibility": its.visibility.value,
        "created_at": its.created_at,
        "request_id": its.request_id,
    }
    await _PUBLICATION.run(session, values)


async def put_files(
    session: AsyncSession, post_id: str, publication_id: str | None, media: Sequence[Piece]
) -> None:
    """Store which files a publication has, or the post itself; what still comes is noted."""
    ids = [each.id if isinstance(each, MediaFile) else "" for each in media]
    if any(ids):
        files = _POST_FILES if publication_id is None else _PUBLICATION_FILES
        await files.run(session, {"owner_id": publication_id or post_id, "media_ids": ids})
    await expect(session, post_id, publication_id, media)


def _json(value: dict[str, Any] | None) -> str | None:
    return None if value is None else json.dumps(value)
