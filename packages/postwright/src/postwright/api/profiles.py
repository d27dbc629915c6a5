"""`/v1/profiles`: the brands that group accounts."""

from typing import Annotated

from fastapi import Path, Query, Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Admin, Caller, Reader
from postwright.api.errors import OutOfReach
from postwright.api.idempotency import CallOf
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.base import warnings_of
from postwright.api.wire.profiles import (
    Message,
    ProfileAnswer,
    ProfileChange,
    ProfileChanged,
    ProfileFields,
    ProfileList,
    ProfileNew,
    ProfileOut,
)
from postwright.connections.profiles import accounts_in
from postwright.connections.profiles import delete_profile as delete
from postwright.workspaces import profiles
from postwright.workspaces.models import Profile
from postwright.workspaces.profiles import Wanted

router = routes("Profiles")

ProfileId = Annotated[
    str, Path(alias="profileId", description="The profile's id.", examples=["prof_7k3m9x2q4d1f"])
]


@router.get("/profiles", summary="List profiles", operation_id="list_profiles")
async def list_profiles(
    *,
    caller: Reader,
    parts: PartsOf,
    name: Annotated[str | None, Query(description="Only the one with this name.")] = None,
    external_id: Annotated[
        str | None, Query(alias="externalId", description="Only the one with this external id.")
    ] = None,
    limit: Annotated[int | None, Query(ge=1, le=1000, description="Most to list.")] = None,
    skip: Annotated[int, Query(ge=0, le=1_000_000, description="How many to leave out.")] = 0,
) -> ProfileList:
    """The profiles that the key reaches: the default one first, then by name."""
    wanted = [caller.within(Profile.id)]
    if name is not None:
        wanted.append(Profile.name == name)
    if external_id is not None:
        wanted.append(Profile.external_id == external_id)
    async with parts.database.transaction() as session:
        total = await profiles.count_profiles(session, caller.workspace_id, *wanted)
        found = await profiles.find_profiles(
            session, caller.workspace_id, *wanted, limit=limit, skip=skip
        )
        shown = await _shown(session, found)
    return ProfileList(profiles=shown, total=total, skip=skip, limit=limit)


@router.post(
    "/profiles",
    summary="Make a profile",
    operation_id="create_profile",
    status_code=201,
    response_model=ProfileChanged,
)
async def create_profile(wanted: ProfileNew, caller: Admin, call: CallOf) -> Response:
    """Make a profile. Only a key that reaches all profiles may."""
    if caller.profile_ids is not None:
        raise OutOfReach("A key that is bound to profiles makes no others.")

    async def work(session: AsyncSession) -> ProfileChanged:
        made = await profiles.create_profile(
            session, caller.workspace_id, _wanted(wanted), actor=caller.actor
        )
        (shown,) = await _shown(session, [made])
        return ProfileChanged(
            message="The profile was made.", profile=shown, warnings=warnings_of(wanted)
        )

    return await call.once(work)


@router.get("/profiles/{profileId}", summary="Get a profile", operation_id="get_profile")
async def get_profile(profile_id: ProfileId, caller: Reader, parts: PartsOf) -> ProfileAnswer:
    """One profile."""
    _check_reach(caller, profile_id)
    async with parts.database.transaction() as session:
        found = await profiles.find_profile(session, caller.workspace_id, profile_id)
        (shown,) = await _shown(session, [found])
    return ProfileAnswer(profile=shown)


@router.put("/profiles/{profileId}", summary="Change a profile", operation_id="update_profile")
async def update_profile(
    profile_id: ProfileId,
    wanted: ProfileChange,
    caller: Admin,
    parts: PartsOf,
) -> ProfileChanged:
    """Change what is sent of a profile; the rest stays."""
    _check_reach(caller, profile_id)
    async with parts.database.transaction() as session:
        changed = await profiles.update_profile(
            session, caller.workspace_id, profile_id, _wanted(wanted), actor=caller.actor
        )
        (shown,) = await _shown(session, [changed])
    return ProfileChanged(
        message="The profile was changed.", profile=shown, warnings=warnings_of(wanted)
    )


@router.delete("/profiles/{profileId}", summary="Delete a profile", operation_id="delete_profile")
async def delete_profile(profile_id: ProfileId, caller: Admin, parts: PartsOf) -> Message:
    """Delete a profile that has no accounts and is not the default one."""
    _check_reach(caller, profile_id)
    async with parts.database.transaction() as session:
        await delete(session, caller.workspace_id, profile_id, actor=caller.actor)
    return Message(message="The profile was deleted.")


def _check_reach(caller: Caller, profile_id: str) -> None:
    if not caller.reaches(profile_id):
        raise profiles.missing(profile_id)


def _wanted(said: ProfileFields) -> Wanted:
    values = said.model_dump(include=set(said.given))
    for text in ("description", "color"):
        if values.get(text, "") is None:
            values[text] = ""
    # A name or a default that is null says nothing; the others can be taken away.
    given = {field for field, value in values.items() if value is not None} | (
        said.given & {"timezone", "external_id"}
    )
    return Wanted(frozenset(given), **{field: values[field] for field in given})


async def _shown(session: AsyncSession, found: list[Profile]) -> list[ProfileOut]:
    if not found:
        return []
    counts = await accounts_in(session, found[0].workspace_id, [each.id for each in found])
    return [
        ProfileOut(
            id=each.id,
            name=each.name,
            description=each.description,
            color=each.color,
            timezone=each.timezone,
            external_id=each.external_id,
            is_default=each.is_default,
            account_count=counts.get(each.id, 0),
            created_at=each.created_at,
            updated_at=each.updated_at,
        )
        for each in found
    ]
