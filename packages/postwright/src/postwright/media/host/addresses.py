"""Addresses of files for one attempt: made with its intent, then served or declared void.

Serving and declaring void compete in one row. Each is an UPDATE on condition that the other has
not happened, so that whatever is asked when, never both come true.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.kit.ids import new_id
from postwright.media.host.signing import Signer
from postwright.media.models import MediaAddress, MediaFile
from postwright.media.uses import use

_ENDINGS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "image/jpeg": "jpg",
    "image/webp": "webp",
}

_LOOK_UP = text("""
    SELECT address.id, address.workspace_id, file.sha256, file.size_bytes, file.content_type,
           address.first_byte_at IS NOT NULL AS is_served,
           address.serves_early OR address.released_at IS NOT NULL AS is_open,
           address.expires_at - app_now() AS remaining
    FROM media_addresses AS address
    JOIN media_files AS file
      ON file.id = address.media_id AND file.workspace_id = address.workspace_id
    WHERE address.id = :id AND address.void_at IS NULL AND address.expires_at > app_now()
      AND file.removed_at IS NULL
""")

_SERVE = text("""
    UPDATE media_addresses SET first_byte_at = COALESCE(first_byte_at, app_now())
    WHERE id = :id AND workspace_id = :workspace_id AND void_at IS NULL
      AND expires_at > app_now() AND (serves_early OR released_at IS NOT NULL)
    RETURNING id
""")


@dataclass(frozen=True, slots=True)
class Address:
    """An address that is not void and has not ended.

    `is_open` says that it may be served now, `is_served` that it has been: then it can never be
    void any more. `remaining` is how long it lives.
    """

    id: str
    workspace_id: str
    sha256: str
    size_bytes: int
    content_type: str
    is_served: bool
    is_open: bool
    remaining: timedelta


async def issue(
    session: AsyncSession,
    workspace_id: str,
    attempt_id: str,
    media_ids: Sequence[str],
    *,
    signer: Signer,
    expires_at: datetime,
    serves_early: bool = False,
) -> tuple[str, ...]:
    """Make the addresses of an attempt, in its intent's transaction.

    An attempt has one set of addresses. If the network refused it for now, and it is announced
    again, they get a new end.

    Args:
        session: the transaction.
        workspace_id: whose attempt and whose files.
        attempt_id: the attempt; what that is, media does not know.
        media_ids: in the order in which the network gets them.
        signer: signs the paths.
        expires_at: when they end.
        serves_early: serve before `release`. Then an attempt whose id was lost may be known to
            have been served, and cannot be void.

    Returns:
        Their paths, which begin with `/m/`; the public address of the host goes before them.

    Raises:
        NoSuchMedia: a file is not the workspace's, or was removed.
    """
    for media_id in sorted(set(media_ids)):  # in one order, or two attempts wait for each other
        await use(session, workspace_id, media_id)
    new_end: dict[str, object] = {"expires_at": expires_at, "serves_early": serves_early}
    ids = await _renewed(session, workspace_id, attempt_id, new_end)
    files = await session.execute(
        select(MediaFile.id, MediaFile.content_type).where(
            MediaFile.workspace_id == workspace_id, MediaFile.id.in_(media_ids)
        )
    )
    types = {file.id: file.content_type for file in files}
    rows = list[dict[str, object]]()
    paths = list[str]()
    for position, media_id in enumerate(media_ids):
        address_id = ids.get(position) or new_id("adr")
        if position not in ids:
            rows.append(
                {
                    "id": address_id, "workspace_id": workspace_id, "attempt_id": attempt_id,
                    "media_id": media_id, "position": position, "created_at": NOW,
                    **new_end,
                }
            )  # fmt: skip
        name = f"{position + 1}.{_ENDINGS.get(types[media_id], 'bin')}"
        paths.append(signer.path(address_id, name, int(expires_at.timestamp())))
    if rows:
        await session.execute(insert(MediaAddress).values(rows))
    return tuple(paths)


async def _renewed(
    session: AsyncSession, workspace_id: str, attempt_id: str, new_end: Mapping[str, object]
) -> dict[int, str]:
    """The ids of the addresses that an attempt has, by position; they get a new end."""
    known = await session.execute(
        update(MediaAddress)
        .where(
            MediaAddress.workspace_id == workspace_id,
            MediaAddress.attempt_id == attempt_id,
            MediaAddress.void_at.is_(None),
        )
        .values(new_end)
        .returning(MediaAddress.position, MediaAddress.id)
    )
    return {row.position: row.id for row in known}


async def release(session: AsyncSession, workspace_id: str, attempt_id: str) -> bool:
    """Let an attempt's addresses be served, in the transaction that stores the network's id.

    Returns:
        False if they were declared void before.
    """
    opened = await session.execute(
        update(MediaAddress)
        .where(
            MediaAddress.workspace_id == workspace_id,
            MediaAddress.attempt_id == attempt_id,
            MediaAddress.released_at.is_(None),
            MediaAddress.void_at.is_(None),
        )
        .values(released_at=NOW)
        .returning(MediaAddress.id)
    )
    return opened.first() is not None


async def void(session: AsyncSession, workspace_id: str, attempt_id: str) -> bool:
    """Declare all addresses of an attempt void; void ones stay so.

    Returns:
        False if a byte of any was served, or they were released; then none of them is void.
    """
    mine = (
        MediaAddress.workspace_id == workspace_id,
        MediaAddress.attempt_id == attempt_id,
    )
    # Locked before any is judged: of several files none may be served while others become void.
    known = await session.execute(
        select(MediaAddress.first_byte_at, MediaAddress.released_at)
        .where(*mine)
        .order_by(MediaAddress.position)
        .with_for_update()
    )
    if any(at is not None for row in known for at in row):
        return False
    await session.execute(
        update(MediaAddress)
        .where(
            *mine,
            MediaAddress.void_at.is_(None),
            MediaAddress.first_byte_at.is_(None),
            MediaAddress.released_at.is_(None),
        )
        .values(void_at=NOW)
    )
    return True


async def any_workspace_address(session: AsyncSession, address_id: str) -> Address | None:
    """The address; None if there is none, it has ended, is void, or its file was removed."""
    row = (await session.execute(_LOOK_UP, {"id": address_id})).one_or_none()
    return None if row is None else Address(*row)


async def serve(session: AsyncSession, workspace_id: str, address_id: str) -> bool:
    """Note that the first byte goes out now; False if it must not.

    Only when this is committed may a byte be sent.
    """
    values = {"id": address_id, "workspace_id": workspace_id}
    return (await session.execute(_SERVE, values)).first() is not None
