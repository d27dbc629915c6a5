"""Finds the network of a connection, with the app it was connected through."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from postwright.config import Settings
from postwright.connections import queries
from postwright.connections.models import PlatformApp
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.vault import Vault
from postwright.platforms.base import Network, Opener, Registered
from postwright.platforms.folder.network import FolderOpener
from postwright.platforms.tiktok.opening import TikTokOpener


def secret_context(app_id: str) -> str:
    """Where an app's sealed secret belongs."""
    return f"platform_apps:{app_id}:client_secret"


def _tiktok(settings: Settings) -> Opener:
    try:
        return TikTokOpener(
            proxy=settings.proxy.get_secret_value(),
            min_duration_s=settings.media.min_duration_s,
        )
    except ValueError:
        raise Misconfigured(
            "The proxy in POSTWRIGHT_PROXY cannot be used.",
            why="It should look like http://user:password@host:3128",
            fix="Correct or unset it.",
        ) from None


# By `PlatformApp.platform`. This is the only place that knows which networks there are.
_OPENERS: Final[Mapping[str, Callable[[Settings], Opener]]] = MappingProxyType(
    {"tiktok": _tiktok, "folder": lambda _: FolderOpener()}
)


# More apps than this are hardly in use at a time; opening one again costs little.
_MOST_OPEN = 1000


@dataclass(frozen=True, slots=True)
class StoredApp:
    """What is stored of an app, as far as its network needs it; see `models.PlatformApp`."""

    id: str
    platform: str
    client_key: str
    client_secret: bytes = field(repr=False)
    kind: str
    base_url: str
    audited: bool | None
    audited_learned: bool | None


class Networks:
    """One per process: holds what all accounts of a network share.

    Raises:
        Misconfigured: the proxy of the settings is no address.
    """

    def __init__(self, database: Database, vault: Vault, settings: Settings) -> None:
        self._database = database
        self._vault = vault
        self._settings = settings
        self._openers = {platform: make(settings) for platform, make in _OPENERS.items()}
        self._open = dict[StoredApp, Network]()

    async def of(self, workspace_id: str, connection_id: str) -> Network:
        """The network to speak to for a connection."""
        async with self._database.transaction() as session:
            app = await queries.platform_app(session, workspace_id, connection_id)
        return self.of_app(app)

    def of_app(self, app: PlatformApp) -> Network:
        """The network with this registration; see `of_stored`."""
        return self.of_stored(
            StoredApp(
                app.id,
                app.platform,
                app.client_key,
                app.client_secret,
                app.kind,
                app.base_url,
                app.audited,
                app.audited_learned,
            )
        )

    def of_stored(self, app: StoredApp) -> Network:
        """The network with this registration, opened once for as long as nothing of it changes.

        What the settings say of the app that they name counts before what is stored: its secret
        may be newer.

        Raises:
            Misconfigured: this release does not know the network.
        """
        network = self._open.get(app)
        if network is None:
            if len(self._open) >= _MOST_OPEN:
                self._open.clear()
            network = self._open[app] = self._opened(app)
        return network

    def _opened(self, app: StoredApp) -> Network:
        opener = self._openers.get(app.platform)
        if opener is None:
            raise Misconfigured(
                f"There is no network {app.platform!r}.",
                why=f"This release knows {', '.join(self._openers)}.",
                fix="Start the release that the account was connected with, or a newer one.",
            )
        return opener.open(
            Registered(
                client_key=app.client_key,
                client_secret=self._secret(app),
                kind=app.kind,
                base_url=app.base_url,
                audited=self._audited(app),
            )
        )

    def _secret(self, app: StoredApp) -> str:
        ours = self._settings.tiktok
        named = ours.client_secret.get_secret_value() if ours.client_key == app.client_key else ""
        return named or self._vault.open(app.client_secret, secret_context(app.id))

    def _audited(self, app: StoredApp) -> bool | None:
        ours = self._settings.tiktok
        if ours.client_key == app.client_key and ours.audited is not None:
            return ours.audited
        return app.audited_learned if app.audited is None else app.audited

    async def close(self) -> None:
        """Close all connections."""
        for opener in self._openers.values():
            await opener.close()
