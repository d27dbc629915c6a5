"""`/v1/api-keys` and `/v1/auth/verify`: keys are made, listed, ended, and looked at."""

from typing import Annotated

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.auth import Door
from postwright.api.caller import Admin, Caller, Reader
from postwright.api.errors import InvalidRequest, OutOfReach
from postwright.api.idempotency import CallOf
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.api_keys import (
    KeyAnswer,
    KeyList,
    KeyMade,
    KeyMaker,
    KeyNew,
    KeyOut,
    KeyProfile,
    Permission,
    Reach,
    Verified,
)
from postwright.api.wire.base import warnings_of
from postwright.api.wire.profiles import Message
from postwright.workspaces import api_keys
from postwright.workspaces.api_keys import NoSuchKey
from postwright.workspaces.models import ApiKey, Profile, Scope
from postwright.workspaces.profiles import find_profiles

router = routes("API keys")

KeyId = Annotated[
    str, Path(alias="keyId", description="The key's id.", examples=["key_7k3m9x2q4d1f"])
]


@router.get("/auth/verify", summary="Verify a key", operation_id="verify_key")
async def verify_key(caller: Reader) -> Verified:
    """What the key that is shown may do, and what it reaches."""
    bounds = caller.profile_ids
    return Verified(
        valid=True,
        workspace_id=caller.workspace_id,
        key_id=caller.key_id,
        name=caller.name,
        access=caller.scope,
        permission=_permission(caller.scope),
        scope=Reach.FULL if bounds is None else Reach.PROFILES,
        profile_ids=None if bounds is None else sorted(bounds),
    )


@router.get("/api-keys", summary="List API keys", operation_id="list_api_keys")
async def list_api_keys(caller: Admin, parts: PartsOf) -> KeyList:
    """The keys that are not revoked, newest first; for a bound key, those with no wider bounds."""
    async with parts.database.transaction() as session:
        found = await api_keys.list_keys(session, caller.workspace_id)
        seen = [key for key in found if _is_within(key.profile_ids, caller)]
        profiles = await _profiles(session, caller.workspace_id, seen)
    return KeyList(api_keys=[_shown(key, profiles) for key in seen])


@router.post(
    "/api-keys",
    summary="Make an API key",
    operation_id="create_api_key",
    status_code=201,
    response_model=KeyAnswer,
)
async def create_api_key(wanted: KeyNew, caller: Admin, call: CallOf) -> Response:
    """Make a key. Its text is in this answer and nowhere else.

    A repeat with the same `Idempotency-Key` gives the same answer, with the text, for 24 hours.
    A key that is bound to profiles makes only keys that are bound to some of these.
    """
    bounds = _bounds(wanted)
    if not _is_within(bounds, caller):
        raise OutOfReach(
            "A key that is bound to profiles makes no key that reaches further.",
            param="profileIds",
        )

    async def work(session: AsyncSession) -> KeyAnswer:
        made = await api_keys.create_key(
            session,
            caller.workspace_id,
            name=wanted.name,
            scope=_scope(wanted),
            profile_ids=bounds,
            days=wanted.expires_in,
            actor=caller.actor,
        )
        profiles = await _profiles(session, caller.workspace_id, [made.key])
        shown = _shown(made.key, profiles)
        return KeyAnswer(
            message="The key was made. It is shown this once.",
            api_key=KeyMade(**dict(shown), key=made.text),
            warnings=warnings_of(wanted),
        )

    return await call.once(work, has_secret=True)


@router.delete("/api-keys/{keyId}", summary="Revoke an API key", operation_id="delete_api_key")
async def delete_api_key(key_id: KeyId, caller: Admin, parts: PartsOf, request: Request) -> Message:
    """End a key: it is refused from now on, by other web processes a second later at most.

    A key may end itself.
    """
    async with parts.database.transaction() as session:
        key = await api_keys.find_key(session, caller.workspace_id, key_id)
        if not _is_within(key.profile_ids, caller):
            raise NoSuchKey(f"There is no API key {key_id}.")
        await api_keys.revoke_key(session, caller.workspace_id, key_id, actor=caller.actor)
    door: Door = request.app.state.door
    door.forget(key_id)
    return Message(message="The key was revoked.")


def _scope(wanted: KeyNew) -> Scope:
    if wanted.access is not None:
        return wanted.access
    return Scope.READ if wanted.permission is Permission.READ else Scope.PUBLISH


def _bounds(wanted: KeyNew) -> list[str] | None:
    if wanted.disabled_resource_groups:
        raise InvalidRequest(
            "Resource groups of a key cannot be disabled here.",
            fix="Give the key less `access`, or bind it to profiles.",
            param="disabledResourceGroups",
        )
    if wanted.scope is Reach.PROFILES:
        return wanted.profile_ids or []
    if wanted.profile_ids:
        raise InvalidRequest("A key with profileIds has the scope `profiles`.", param="scope")
    return None


def _is_within(profile_ids: list[str] | None, caller: Caller) -> bool:
    if caller.profile_ids is None:
        return True
    return profile_ids is not None and caller.profile_ids.issuperset(profile_ids)


def _permission(scope: Scope) -> Permission:
    return Permission.READ if scope is Scope.READ else Permission.READ_WRITE


async def _profiles(
    session: AsyncSession, workspace_id: str, keys: list[ApiKey]
) -> dict[str, KeyProfile]:
    """The profiles that keys are bound to, by id."""
    ids = {each for key in keys for each in key.profile_ids or ()}
    if not ids:
        return {}
    found = await find_profiles(session, workspace_id, Profile.id.in_(ids))
    return {each.id: KeyProfile(id=each.id, name=each.name, color=each.color) for each in found}


def _shown(key: ApiKey, profiles: dict[str, KeyProfile]) -> KeyOut:
    bounds = key.profile_ids
    return KeyOut(
        id=key.id,
        name=key.name,
        key_preview=key.preview,
        access=key.scope,
        permission=_permission(key.scope),
        scope=Reach.FULL if bounds is None else Reach.PROFILES,
        profile_ids=None
        if bounds is None
        else [profiles[each] for each in bounds if each in profiles],
        created_by=KeyMaker(id=key.created_by),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )
