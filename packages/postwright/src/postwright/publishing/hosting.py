"""Opens and closes the addresses from which a network fetches an attempt's files."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import Settings
from postwright.kit.keys import MasterKeys
from postwright.media.host import addresses
from postwright.media.host.signing import Signer


@dataclass(frozen=True, slots=True)
class Hosting:
    """Where our media host is reached from outside; `public_url` is empty if it is not.

    `serves_early` lets it serve before the network's id is stored.
    """

    signer: Signer
    public_url: str = ""
    serves_early: bool = False

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
