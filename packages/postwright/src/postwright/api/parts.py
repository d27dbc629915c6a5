"""What the routes work with, put together once per process."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from postwright.config import Settings, TikTokSettings
from postwright.connections.accounts import Accounts
from postwright.db.database import Database
from postwright.media.host.signing import Signer
from postwright.media.library import Library


@dataclass(frozen=True, slots=True)
class Parts:
    """The settings, the database, the vault and networks (`accounts`), and the media.

    `uploads` signs the addresses that files are sent to. `tiktok` gives the app through which
    accounts are connected now, and `is_reachable` whether networks can fetch files from here: an
    emulator may come up after this.
    """

    settings: Settings
    accounts: Accounts
    library: Library
    uploads: Signer
    tiktok: Callable[[], TikTokSettings]
    is_reachable: Callable[[], bool]

    @property
    def database(self) -> Database:
        """Where everything is."""
        return self.accounts.database


async def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


PartsOf = Annotated[Parts, Depends(_parts)]
