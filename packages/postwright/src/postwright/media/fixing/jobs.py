"""Fixes as rows: ask for one, cancel it, see how it stands. A worker carries them out."""

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW
from postwright.errors import NotFound
from postwright.jobs import lanes
from postwright.kit.ids import new_id
from postwright.media.fixing.recipe import Recipe
from postwright.media.models import FixState, MediaFile, MediaFix
from postwright.media.uses import use

# The kind of lane; its subject is the fix.
FIX = "fix"

GOING_ON = frozenset({FixState.WAITING, FixState.RUNNING})


class NoSuchFix(NotFound):
    """There is no such fix in this workspace."""

    code = "media_fix_not_found"

    def __init__(self, fix_id: str) -> None:
        super().__init__(
            f"There is no fix {fix_id}.",
            why="Nobody has asked for it here.",
            fix="postwright media show tells which fixes a file has.",
        )


async def request(
    session: AsyncSession, workspace_id: str, media_id: str, recipe: Recipe
) -> MediaFix:
    """Ask for a recipe to be applied to a file. The same one is done once.

    One that is under way or done is given back as it is. One that failed, was cancelled, or whose
    result has been removed since, begins anew.

    Raises:
        NoSuchMedia: the file was removed.
    """
    await use(session, workspace_id, media_id)
    made = await session.scalar(
        insert(MediaFix)
        .values(
            id=new_id("fix"), workspace_id=workspace_id, media_id=media_id,
            recipe=recipe.to_dict(), recipe_key=recipe.key(), created_at=NOW, **_BEGINNING,
        )
        .on_conflict_do_nothing(index_elements=["media_id", "recipe_key"])
        .returning(MediaFix)
    )  # fmt: skip
    if made is not None:
        await lanes.wake(session, workspace_id, made.id, FIX)
        return made
    fix = await _same(session, workspace_id, media_id, recipe)
    if fix.state not in GOING_ON and not await _has_result(session, workspace_id, fix):
        for name, value in _BEGINNING.items():
            setattr(fix, name, value)
        fix.recipe, fix.result_id, fix.finished_at = recipe.to_dict(), None, None
        await lanes.wake(session, workspace_id, fix.id, FIX)
    return fix


_BEGINNING = {
    "state": FixState.WAITING,
    "progress": 0.0,
    "tries": 0,
    "detail": "",
    "changes": list[object](),
}


async def _same(
    session: AsyncSession, workspace_id: str, media_id: str, recipe: Recipe
) -> MediaFix:
    found = await session.scalars(
        select(MediaFix.id).where(
            MediaFix.workspace_id == workspace_id,
            MediaFix.media_id == media_id,
            MediaFix.recipe_key == recipe.key(),
        )
    )
    return await locked(session, workspace_id, found.one())


async def _has_result(session: AsyncSession, workspace_id: str, fix: MediaFix) -> bool:
    if fix.state is not FixState.DONE:
        return False
    there = await session.scalar(
        select(MediaFile.id).where(
            MediaFile.workspace_id == workspace_id,
            MediaFile.id == fix.result_id,
            MediaFile.removed_at.is_(None),
        )
    )
    return there is not None


async def cancel(session: AsyncSession, workspace_id: str, fix_id: str) -> MediaFix:
    """Call a fix off. Whoever works on it stops within seconds; what is over stays as it is.

    Raises:
        NoSuchFix: there is none.
    """
    fix = await locked(session, workspace_id, fix_id)
    if fix.state in GOING_ON:
        fix.state, fix.finished_at = FixState.CANCELLED, NOW
    return fix


async def fix_by_id(session: AsyncSession, workspace_id: str, fix_id: str) -> MediaFix:
    """One fix as it stands.

    Raises:
        NoSuchFix: there is none.
    """
    fix = await session.scalar(
        select(MediaFix)
        .where(MediaFix.workspace_id == workspace_id, MediaFix.id == fix_id)
        .execution_options(populate_existing=True)
    )
    if fix is None:
        raise NoSuchFix(fix_id)
    return fix


async def locked(session: AsyncSession, workspace_id: str, fix_id: str) -> MediaFix:
    """One fix, and nobody else changes it: its lane is locked first, then the row.

    Raises:
        NoSuchFix: there is none.
    """
    await lanes.lock(session, [fix_id])
    fix = await session.scalar(
        select(MediaFix)
        .where(MediaFix.workspace_id == workspace_id, MediaFix.id == fix_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if fix is None:
        raise NoSuchFix(fix_id)
    return fix
