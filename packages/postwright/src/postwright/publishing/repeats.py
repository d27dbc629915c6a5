"""Tells whether an account would get the same twice within a day."""

import hashlib
import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.errors import Advice, Conflict
from postwright.media.models import Ingest, MediaFile
from postwright.platforms.content import Mode
from postwright.publishing.models import Publication
from postwright.publishing.states import State

WITHIN = timedelta(hours=24)

# What will not go out, or did not.
_NOT_OUT = (State.DRAFT, State.FAILED, State.CANCELLED)


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
    other = Publication
    found = await session.scalar(
        select(other.post_id)
        .where(
            other.workspace_id == publication.workspace_id,
            other.connection_id == publication.connection_id,
            other.content_hash == publication.content_hash,
            other.publish_at > publication.publish_at - WITHIN,
            other.publish_at < publication.publish_at + WITHIN,
            other.state.not_in(_NOT_OUT),
            other.id != publication.id,
        )
        .limit(1)
    )
    if found is not None:
        raise Repeated(
            f"This account gets the same content within 24 hours already, as {found}.",
            why="The same files and texts, twice on one account, are almost always a mistake.",
            fix="If it is meant, send metadata.allowDuplicate as true.",
            details={"existingPostId": found, "accountId": publication.connection_id},
        )
