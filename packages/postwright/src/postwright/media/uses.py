"""What needs a file: a post that is not over, a fix, an address, or what was made from it."""

from collections.abc import Collection, Iterable

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.db.statement import Statement
from postwright.media.errors import NoSuchMedia
from postwright.media.library import PostsNeeding, Use
from postwright.media.models import FixState, MediaAddress, MediaFix

# A file with all that was made from it, from that, and so on.
_FAMILY = text("""
    WITH RECURSIVE family (root_id, id) AS (
        SELECT id, id FROM media_files WHERE workspace_id = :workspace_id AND id = ANY (:ids)
        UNION
        SELECT family.root_id, made.id FROM family
        JOIN media_files AS made ON made.original_id = family.id
        WHERE made.workspace_id = :workspace_id AND made.removed_at IS NULL
    )
    SELECT root_id, id FROM family
""")


def _gone(media_id: str) -> NoSuchMedia:
    return NoSuchMedia(media_id, why="It was removed a moment ago, or belongs to nobody here.")


# When it was last used is known to a minute. Within that, posts of one file do not wait for each
# other: they share a lock, for which only who removes it has to wait.
_USE = Statement(
    """
    WITH touched AS (
        UPDATE media_files SET used_at = app_now()
        WHERE workspace_id = :workspace_id AND id = :media_id AND removed_at IS NULL
          AND used_at < app_now() - interval '1 minute'
        RETURNING id
    ), shared AS (
        SELECT id FROM media_files
        WHERE workspace_id = :workspace_id AND id = :media_id AND removed_at IS NULL
          AND NOT EXISTS (SELECT FROM touched)
        FOR SHARE
    )
    SELECT CASE
        WHEN EXISTS (SELECT FROM touched) OR EXISTS (SELECT FROM shared) THEN true
        ELSE refuse(:media_id)
    END
    """,
    refusal=_gone,
)


async def use(session: AsyncSession, workspace_id: str, media_id: str) -> None:
    """Say that a file is wanted from now on, and hold it until the transaction ends.

    Whoever makes something that needs a file does this in the same transaction: nobody can remove
    the file in between.

    Raises:
        NoSuchMedia: it was removed.
    """
    await _USE.rows(session, {"workspace_id": workspace_id, "media_id": media_id})


async def ask_to_use(session: AsyncSession, workspace_id: str, media_id: str) -> None:
    """The same, not waited for: `NoSuchMedia` comes with what is asked next, or at the commit."""
    await _USE.run(session, {"workspace_id": workspace_id, "media_id": media_id})


async def uses(
    session: AsyncSession,
    workspace_id: str,
    media_ids: Collection[str],
    posts_needing: PostsNeeding,
) -> dict[str, list[Use]]:
    """What needs these files, or anything that was made from them; only those that are needed."""
    rows = await session.execute(_FAMILY, {"workspace_id": workspace_id, "ids": list(media_ids)})
    roots = dict[str, list[str]]()
    for root_id, media_id in rows:
        roots.setdefault(media_id, []).append(root_id)
    needed = dict[str, list[Use]]()

    def note(media_id: str, found: Iterable[Use]) -> None:
        for root_id in roots[media_id]:
            needed.setdefault(root_id, []).extend(found)

    for media_id, found in (await posts_needing(session, workspace_id, roots.keys())).items():
        note(media_id, found)
    for fix in await session.scalars(
        select(MediaFix).where(
            MediaFix.workspace_id == workspace_id,
            MediaFix.media_id.in_(roots),
            MediaFix.state.in_((FixState.WAITING, FixState.RUNNING)),
        )
    ):
        note(fix.media_id, [Use("fix", fix.id, f"the fix {fix.id}, {fix.state}")])
    for address in await session.scalars(
        select(MediaAddress).where(
            MediaAddress.workspace_id == workspace_id,
            MediaAddress.media_id.in_(roots),
            MediaAddress.void_at.is_(None),
            MediaAddress.expires_at > NOW,
        )
    ):
        says = f"an address that a network may ask until {address.expires_at:%Y-%m-%d %H:%M} UTC"
        note(address.media_id, [Use("address", address.id, says)])
    return needed
