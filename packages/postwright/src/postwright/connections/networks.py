"""Finds the network of a connection, with the app it was connected through."""

from postwright.config import Settings
from postwright.connections import queries
from postwright.connections.models import PlatformApp
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.vault import Vault
from postwright.platforms.base import Network
from postwright.platforms.tiktok.network import TikTokNetwork, transport
from tiktok_client import AppKeys, AsyncTransport


def secret_context(app_id: str) -> str:
    """Where an app's sealed secret belongs."""
    return f"platform_apps:{app_id}:client_secret"


class Networks:
    """One per process: holds the pool of connections that all accounts share.

    Raises:
        Misconfigured: the proxy of the settings is no address.
    """

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._pool: AsyncTransport = _pool(settings)

    async def of(self, workspace_id: str, connection_id: str) -> Network:
        """The network to speak to for a connection."""
        async with self._database.transaction() as session:
            app = await queries.platform_app(session, workspace_id, connection_id)
        return self.of_app(app)

    def of_app(self, app: PlatformApp) -> TikTokNetwork:
        """The network with this registration.

        The settings' secret counts for the app they name: it may be newer than the stored one.
        """
        ours = self._settings.tiktok
        secret = ours.client_secret.get_secret_value() if ours.client_key == app.client_key else ""
        secret = secret or self._vault.open(app.client_secret, secret_context(app.id))
        kind = "web" if app.kind == "web" else "desktop"
        return TikTokNetwork(
            AppKeys(app.client_key, secret),
            kind,
            self._pool,
            base_url=app.base_url,
            min_duration_s=self._settings.media.min_duration_s,
            audited=self._settings.tiktok.audited,
        )

    async def close(self) -> None:
        """Close all connections."""
        await self._pool.aclose()


def _pool(settings: Settings) -> AsyncTransport:
    try:
        return transport(proxy=settings.proxy.get_secret_value())
    except ValueError:
        raise Misconfigured(
            "The proxy in POSTWRIGHT_PROXY cannot be used.",
            why="It should look like http://user:password@host:3128",
            fix="Correct or unset it.",
        ) from None
