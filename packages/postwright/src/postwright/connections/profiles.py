"""What of profiles has to do with the accounts in them."""

from collections.abc import Collection

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.workspaces import audit, profiles
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


async def move_account(
    session: AsyncSession, account: Connection, profile_id: str, *, actor: str
) -> None:
    """Move an account to another profile of its workspace, with all that is planned for it.

    Raises:
        NoSuchProfile: there is none.
    """
    # Locked, so that it is not deleted meanwhile.
    await profiles.find_profile(session, account.workspace_id, profile_id, locked=True)
    if account.profile_id == profile_id:
        return
    before, account.profile_id = account.profile_id, profile_id
    await session.flush()
    await audit.record(
        session,
        account.workspace_id,
        actor=actor,
        action="connection.moved",
        subject=account.id,
        before=before,
        profile=profile_id,
    )


async def rename_account(
    session: AsyncSession, account: Connection, display_name: str, *, actor: str
) -> None:
    """Change what people see of an account, until the network says it anew."""
    account.display_name = display_name
    await session.flush()
    await audit.record(
        session,
        account.workspace_id,
        actor=actor,
        action="connection.renamed",
        subject=account.id,
        display_name=display_name,
    )


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
