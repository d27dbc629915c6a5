"""API keys of a service elsewhere."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from postwright.api.wire.api_keys import KeyNew, Reach
from postwright.cli.boundary import Usage
from postwright.cli.counter import NewKey
from postwright.cli.elsewhere.rows import key_of
from postwright.remote.client import Remote
from postwright.workspaces.models import ApiKey
from postwright.workspaces.profiles import missing


@dataclass(frozen=True, slots=True)
class KeysElsewhere:
    """API keys behind an API; the one that asks needs the scope `admin`."""

    remote: Remote

    async def create(self, wanted: NewKey) -> tuple[ApiKey, str]:
        """A new key, and its text."""
        ids = [await self._profile(each) for each in wanted.profiles]
        made = await self.remote.create_api_key(
            KeyNew(
                name=wanted.name,
                access=wanted.scope,
                scope=Reach.PROFILES if ids else Reach.FULL,
                profile_ids=ids or None,
                expires_in=wanted.days,
            )
        )
        return key_of(made), made.key

    async def listed(self, *, revoked_too: bool) -> tuple[list[ApiKey], Mapping[str, str]]:
        """The keys, and the names of the profiles that they are bound to."""
        if revoked_too:
            raise Usage("--all works on the service's own machine.", fix="Leave it out.")
        found = await self.remote.api_keys()
        names = {each.id: each.name for key in found for each in key.profile_ids or ()}
        return [key_of(each) for each in found], names

    async def revoke(self, key_id: str) -> datetime:
        """End a key; since now, as far as it is known here."""
        await self.remote.revoke_api_key(key_id)
        return datetime.now(UTC)

    async def _profile(self, wanted: str) -> str:
        for profile in (await self.remote.profiles()).profiles:
            if wanted in {profile.id, profile.name}:
                return profile.id
        raise missing(wanted)
