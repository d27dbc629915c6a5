"""Opens the addresses from which a network fetches an attempt's files, if anybody serves them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import Settings
from postwright.kit.keys import MasterKeys
from postwright.media.host import addresses
from postwright.media.host.presence import SERVED, Presence
from postwright.media.host.signing import Signer
from postwright.publishing.attempt import OnHold
from postwright.publishing.parked import Parked

AWAY: Final = "web_away"

_NO_ADDRESS: Final = OnHold(
    "no_public_address",
    "{network} fetches this from us, and we have no address to be reached at. "
    "Set POSTWRIGHT_WEB__PUBLIC_URL; `postwright doctor` looks whether it works.",
    timedelta(minutes=5),
)
# Without a time to look again: all of it goes on as soon as it can, and until then costs nothing.
_AWAY: Final = OnHold(
    AWAY,
    "{network} fetches this from us, and the web part that serves it is not running. Start it: "
    "postwright web, or postwright up; then it goes out by itself.",
    None,
)
_FOR_THE_WEB_PART: Final = Parked(AWAY, SERVED)


@dataclass(frozen=True, slots=True)
class Hosting:
    """Where our media host is reached from outside; `public_url` is empty if it is not.

    `serves_early` lets it serve before the network's id is stored; `presence` knows whether one
    runs.
    """

    signer: Signer
    public_url: str = ""
    serves_early: bool = False
    presence: Presence = field(default_factory=Presence)

    async def barred(self, session: AsyncSession) -> OnHold | None:
        """What keeps a network from fetching from us now.

        A fetch that finds nobody counts as failed, and another one begins 95 minutes later.
        """
        if not self.public_url:
            return _NO_ADDRESS
        return None if await self.presence.is_there(session) else _AWAY

    async def issue(
        self,
        session: AsyncSession,
        workspace_id: str,
        attempt_id: str,
        media_ids: tuple[str, ...],
        *,
        expires_at: datetime,
    ) -> tuple[str, ...]:
        """The addresses of an attempt's files, in their order; in its intent's transaction."""
        paths = await addresses.issue(
            session,
            workspace_id,
            attempt_id,
            media_ids,
            signer=self.signer,
            expires_at=expires_at,
            serves_early=self.serves_early,
        )
        return tuple(f"{self.public_url}{path}" for path in paths)


def hosting_of(settings: Settings) -> Hosting:
    """The media host that the settings tell of.

    Raises:
        Misconfigured: the master key cannot be read.
    """
    given = None if settings.key is None else settings.key.get_secret_value()
    return Hosting(
        Signer(MasterKeys.load(given, settings.key_file)),
        settings.web.public_url,
        settings.publishing.serves_early,
    )


async def bring_on_what_is_served_again(session: AsyncSession) -> int:
    """Make due what was held until the web part runs, if it does; how many. Workers do it."""
    return await _FOR_THE_WEB_PART.bring_on(session)
