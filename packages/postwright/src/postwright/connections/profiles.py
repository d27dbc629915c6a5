"""What of profiles has to do with the accounts in them."""

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.workspaces import profiles
from postwright.workspaces.models import Profile
from postwright.workspaces.profiles import ProfileInUse


async def accounts_in(
    session: AsyncSession, workspace_id: str, profile_ids: Collection[str]
) -> dict[str, int]:
    """How many accounts are in each of these profiles; those that were disconnected do not count.

    A profile without any is left out.
    """
    rows = await session.execute(
        select(Connection.profile_id, func.count())
        .where(
            Connection.workspace_id == workspace_id,
            Connection.profile_id.in_(profile_ids),
            Connection.disconnected_at.is_(None),
        )
        .group_by(Connection.profile_id)
    )
    return {row[0]: row[1] for row in rows}


async def delete_profile(
    session: AsyncSession, workspace_id: str, profile_id: str, *, actor: str
) -> None:
    """Delete a profile without accounts. Those that were disconnected go to the default profile.

    Raises:
        NoSuchProfile: there is none.
        ProfileInUse: it has accounts, or is the default.
    """
    # Locked, so that no account comes in meanwhile.
    profile = await profiles.find_profile(session, workspace_id, profile_id, locked=True)
    count = (await accounts_in(session, workspace_id, [profile_id])).get(profile_id, 0)
    if count:
        raise ProfileInUse(
            f"{profile.name} has {count} {'account' if count == 1 else 'accounts'}.",
            fix="Move them to another profile (PUT /v1/accounts/{accountId} with profileId) or "
            "disconnect them (DELETE /v1/accounts/{accountId}) first.",
        )
    default = (
        select(Profile.id)
        .where(Profile.workspace_id == workspace_id, Profile.is_default)
        .scalar_subquery()
    )
    await session.execute(
        update(Connection)
        .where(Connection.workspace_id == workspace_id, Connection.profile_id == profile_id)
        .values(profile_id=default)
    )
    await profiles.delete_profile(session, workspace_id, profile_id, actor=actor)
