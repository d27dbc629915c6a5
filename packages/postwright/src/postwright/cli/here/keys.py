"""API keys of this machine's own service."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from postwright.cli.counter import NewKey
from postwright.cli.opening import Desk
from postwright.cli.ordering import ACTOR
from postwright.workspaces.api_keys import create_key, list_keys, revoke_key
from postwright.workspaces.models import ApiKey, Profile
from postwright.workspaces.profiles import find_profiles, missing


@dataclass(frozen=True, slots=True)
class KeysHere:
    """API keys in this machine's database."""

    desk: Desk

    async def create(self, wanted: NewKey) -> tuple[ApiKey, str]:
        """A new key, and its text."""
        async with self.desk.database.transaction() as session:
            ids = list[str]()
            if wanted.profiles:
                known = await find_profiles(session, self.desk.workspace_id)
                ids = [_meant(known, each) for each in wanted.profiles]
            made = await create_key(
                session,
                self.desk.workspace_id,
                name=wanted.name,
                scope=wanted.scope,
                profile_ids=ids or None,
                days=wanted.days,
                actor=ACTOR,
            )
        return made.key, made.text

    async def listed(self, *, revoked_too: bool) -> tuple[list[ApiKey], Mapping[str, str]]:
        """The keys, and the names of profiles by their ids."""
        workspace_id = self.desk.workspace_id
        async with self.desk.database.transaction() as session:
            found = await list_keys(session, workspace_id, revoked_too=revoked_too)
            profiles = await find_profiles(session, workspace_id)
        return found, {each.id: each.name for each in profiles}

    async def revoke(self, key_id: str) -> datetime:
        """End a key; since when it is."""
        async with self.desk.database.transaction() as session:
            return await revoke_key(session, self.desk.workspace_id, key_id, actor=ACTOR)


def _meant(known: list[Profile], wanted: str) -> str:
    for profile in known:
        if wanted in {profile.id, profile.name}:
            return profile.id
    raise missing(wanted)
