"""Profiles: the brands of a workspace. One of them is the default."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.errors import BadInput, Conflict, NotFound
from postwright.kit.ids import new_id
from postwright.kit.zones import names as zones
from postwright.workspaces import audit
from postwright.workspaces.models import Profile, Workspace

_TAKEN = {
    "uq_profiles_workspace_id_name": ("name", "Another profile has this name."),
    "uq_profiles_workspace_id_external_id": (
        "externalId",
        "Another profile has this external id.",
    ),
}


class NoSuchProfile(NotFound):
    """No profile has this id."""

    code = "unknown_profile"


class ProfileExists(Conflict):
    """Another profile has this name or external id."""

    code = "profile_exists"


class ProfileInUse(Conflict):
    """The profile cannot be deleted: it is the default one, or has accounts."""

    code = "profile_in_use"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a profile is to be. `given` names the fields that somebody has given."""

    given: frozenset[str]
    name: str = ""
    description: str = ""
    color: str = ""
    timezone: str | None = None
    external_id: str | None = None
    is_default: bool = False

    def values(self) -> dict[str, Any]:
        """The columns to set, without `is_default`."""
        fields = ("name", "description", "color", "timezone", "external_id")
        return {field: getattr(self, field) for field in fields if field in self.given}


async def find_profiles(
    session: AsyncSession,
    workspace_id: str,
    *conditions: ColumnElement[bool],
    limit: int | None = None,
    skip: int = 0,
) -> list[Profile]:
    """The profiles that meet the conditions: the default first, then by name."""
    wanted = (
        select(Profile)
        .where(Profile.workspace_id == workspace_id, *conditions)
        .order_by(Profile.is_default.desc(), Profile.name)
        .limit(limit)
        .offset(skip)
    )
    return list(await session.scalars(wanted))


async def count_profiles(
    session: AsyncSession, workspace_id: str, *conditions: ColumnElement[bool]
) -> int:
    """How many profiles meet the conditions."""
    wanted = select(func.count()).select_from(Profile)
    found = await session.scalar(wanted.where(Profile.workspace_id == workspace_id, *conditions))
    return found or 0


async def find_profile(
    session: AsyncSession, workspace_id: str, profile_id: str, *, locked: bool = False
) -> Profile:
    """One profile of the workspace.

    Raises:
        NoSuchProfile: there is none.
    """
    wanted = select(Profile).where(Profile.workspace_id == workspace_id, Profile.id == profile_id)
    found = await session.scalar(wanted.with_for_update() if locked else wanted)
    if found is None:
        raise missing(profile_id)
    return found


def missing(profile_id: str) -> NoSuchProfile:
    """What is said of a profile that is not there, or that the caller must not know of."""
    return NoSuchProfile(f"There is no profile {profile_id}.")


async def all_there(session: AsyncSession, workspace_id: str, profile_ids: Collection[str]) -> None:
    """Look whether these profiles are the workspace's.

    Raises:
        BadInput: there are none given.
        NoSuchProfile: one is not there.
    """
    if not profile_ids:
        raise BadInput("A key is bound to one profile at least.", param="profileIds")
    there = await session.scalars(
        select(Profile.id).where(Profile.workspace_id == workspace_id, Profile.id.in_(profile_ids))
    )
    if unknown := sorted(set(profile_ids) - set(there)):
        raise missing(unknown[0])


async def create_profile(
    session: AsyncSession, workspace_id: str, wanted: Wanted, *, actor: str
) -> Profile:
    """Make a profile.

    Raises:
        BadInput: a field cannot be.
        ProfileExists: another one has its name or external id.
    """
    _check(wanted)
    now = await app_now(session)
    profile = Profile(
        id=new_id("prof"),
        workspace_id=workspace_id,
        name=wanted.name,
        description=wanted.description,
        color=wanted.color,
        timezone=wanted.timezone,
        external_id=wanted.external_id,
        is_default=False,
        created_at=now,
        updated_at=now,
    )
    session.add(profile)
    await _flushed(session)
    if wanted.is_default:
        await _make_default(session, profile)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="profile.made",
        subject=profile.id,
        name=wanted.name,
    )
    return profile


async def update_profile(
    session: AsyncSession, workspace_id: str, profile_id: str, wanted: Wanted, *, actor: str
) -> Profile:
    """Change what is given of a profile.

    Raises:
        BadInput: a field cannot be, or the default is to be none any more.
        NoSuchProfile: there is none.
        ProfileExists: another one has its name or external id.
    """
    _check(wanted)
    if "is_default" in wanted.given:
        await _hold_default(session, workspace_id)
    profile = await find_profile(session, workspace_id, profile_id, locked=True)
    if "is_default" in wanted.given and profile.is_default and not wanted.is_default:
        raise BadInput(
            "One profile is always the default.",
            fix="Make another one the default instead.",
            param="isDefault",
        )
    profile.updated_at = await app_now(session)
    for field, value in wanted.values().items():
        setattr(profile, field, value)
    await _flushed(session)
    if wanted.is_default and not profile.is_default:
        await _make_default(session, profile)
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="profile.changed",
        subject=profile.id,
        fields=sorted(wanted.given),
    )
    return profile


async def delete_profile(
    session: AsyncSession, workspace_id: str, profile_id: str, *, actor: str
) -> None:
    """Delete a profile that nothing is in.

    Raises:
        NoSuchProfile: there is none.
        ProfileInUse: it is the default, or a row still refers to it.
    """
    profile = await find_profile(session, workspace_id, profile_id, locked=True)
    if profile.is_default:
        raise ProfileInUse(
            f"{profile.name} is the default profile.",
            fix="Make another one the default first.",
        )
    await session.delete(profile)
    await session.flush()
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="profile.deleted",
        subject=profile_id,
        name=profile.name,
    )


def _check(wanted: Wanted) -> None:
    if "timezone" in wanted.given and wanted.timezone not in {None, *zones()}:
        raise BadInput(
            f"There is no time zone {wanted.timezone}.",
            fix="Give an IANA name, such as Europe/Berlin.",
            param="timezone",
        )


async def _flushed(session: AsyncSession) -> None:
    try:
        await session.flush()
    except IntegrityError as error:
        constraint = str(getattr(getattr(error.orig, "diag", None), "constraint_name", ""))
        if constraint not in _TAKEN:
            raise
        param, what = _TAKEN[constraint]
        raise ProfileExists(what, param=param) from None


async def _hold_default(session: AsyncSession, workspace_id: str) -> None:
    """Two that make another profile the default come one after the other."""
    await session.execute(
        select(Workspace.id).where(Workspace.id == workspace_id).with_for_update(key_share=True)
    )


async def _make_default(session: AsyncSession, profile: Profile) -> None:
    await _hold_default(session, profile.workspace_id)
    await session.execute(
        update(Profile)
        .where(Profile.workspace_id == profile.workspace_id, Profile.is_default)
        .values(is_default=False)
    )
    profile.is_default = True
    await session.flush()
