"""Puts the web part together: what is served, and where."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from postwright.api.app import FOLDER, OPEN_PATHS, create_app
from postwright.api.parts import Parts
from postwright.config import Settings, TikTokSettings
from postwright.connections.accounts import Accounts
from postwright.connections.models import PlatformApp
from postwright.connections.networks import secret_context
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault
from postwright.media.host.app import Limits, MediaHost
from postwright.media.host.presence import present
from postwright.media.host.serving import address_of, answering, listening
from postwright.media.host.signing import UPLOADS, Signer
from postwright.media.library import Library
from postwright.media.store import open_store
from postwright.platforms.tiktok.events import TikTokWebhooks
from postwright.platforms.tiktok.ownership import verification_files
from postwright.publishing.inbox.route import Inbox
from postwright.publishing.queries import posts_needing

_CALLS = 10
_PATIENCE_S = 10


def _keys_of(settings: Settings) -> MasterKeys:
    given = None if settings.key is None else settings.key.get_secret_value()
    return MasterKeys.load(given, settings.key_file)


def signer_of(settings: Settings) -> Signer:
    """What signs media addresses.

    Raises:
        Misconfigured: the master key cannot be read.
    """
    return Signer(_keys_of(settings))


def secrets_of(settings: Settings) -> Callable[[PlatformApp], Sequence[str]]:
    """What gives the secrets of an app: the settings', if they name it, and the stored one.

    While a secret is being changed both are good. A stored one that the master key does not open
    is none.

    Raises:
        Misconfigured: the master key cannot be read.
    """
    vault, ours = Vault(_keys_of(settings)), settings.tiktok
    given = ours.client_secret.get_secret_value()

    def secrets(app: PlatformApp) -> Sequence[str]:
        found = [given] if given and app.client_key == ours.client_key else []
        try:
            return [*found, vault.open(app.client_secret, secret_context(app.id))]
        except Misconfigured:
            return found

    return secrets


def proofs_of(settings: Settings) -> dict[str, str]:
    """The verification files to serve, by name.

    Raises:
        Misconfigured: the setting holds something else.
    """
    try:
        return verification_files(settings.web.tiktok_verification)
    except ValueError as error:
        raise Misconfigured(
            "The setting POSTWRIGHT_WEB__TIKTOK_VERIFICATION cannot be used.",
            why=f"{error}.",
            fix="Copy the file's name from TikTok's page of URL properties: tiktok….txt",
        ) from None


class Web:
    """What is served, as one app: webhooks go to the inbox, `/v1` and the like to the API.

    All else goes to the media host. A proxy in front may keep the path of the public address.
    """

    def __init__(self, inbox: Inbox, host: MediaHost, api: ASGIApp, *, base: str = "") -> None:
        self._inbox = inbox
        self._host = host
        self._api = api
        self._base = base.rstrip("/")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self._inbox.takes(scope):
            await self._inbox(scope, receive, send)
        elif (inner := self._of_the_api(scope)) is not None:
            await self._api(inner, receive, send)
        else:
            await self._host(scope, receive, send)

    def _of_the_api(self, scope: Scope) -> Scope | None:
        """A request as the API gets it; None if it is not for the API."""
        if scope["type"] != "http":
            return None
        path: str = scope["path"]
        if self._base and path.startswith(f"{self._base}/"):
            path = path.removeprefix(self._base)
        if path not in OPEN_PATHS and not path.startswith(f"{FOLDER}/"):
            return None
        return {**scope, "path": path}


def is_of_the_api(public_url: str) -> Callable[[str], bool]:
    """Whether a path, with or without that of the public address, is below the API's folder."""
    base = urlsplit(public_url).path.rstrip("/")
    return lambda path: path.removeprefix(base).startswith(f"{FOLDER}/")


def parts_of(
    settings: Settings,
    database: Database,
    tiktok: Callable[[], TikTokSettings] | None = None,
    is_reachable: Callable[[], bool] | None = None,
) -> Parts:
    """What the API works with; see `serving`. Its `accounts` are to be closed.

    Raises:
        Misconfigured: the master key, or a setting of the store, is wrong.
    """
    store = open_store(settings.media, settings.media_folder)
    library = Library(database, store, settings.media, posts_needing)
    signer = Signer(_keys_of(settings), folder=UPLOADS)
    accounts = Accounts(settings, database)
    return Parts(
        settings,
        accounts,
        library,
        signer,
        tiktok or (lambda: settings.tiktok),
        is_reachable or (lambda: bool(settings.web.public_url)),
    )


def _web(settings: Settings, database: Database, api: ASGIApp) -> Web:
    """All that is served; media and webhooks use this database."""
    web, base = settings.web, urlsplit(settings.web.public_url).path
    host = MediaHost(
        database,
        open_store(settings.media, settings.media_folder),
        signer_of(settings),
        limits=Limits(web.bytes_per_second, web.requests_per_address, web.downloads),
        proofs=proofs_of(settings),
        base=base,
    )
    inbox = Inbox(
        database,
        {"tiktok": TikTokWebhooks()},
        secrets_of(settings),
        base=base,
    )
    return Web(inbox, host, api, base=base)


@asynccontextmanager
async def serving(
    settings: Settings,
    database_url: str,
    *,
    tiktok: Callable[[], TikTokSettings] | None = None,
    is_reachable: Callable[[], bool] | None = None,
) -> AsyncGenerator[str]:
    """Serve until the block ends; gives the address on this machine.

    Args:
        settings: what is served, and where.
        database_url: of the database.
        tiktok: gives the app to connect accounts through, if it is not the one of the settings.
        is_reachable: whether networks can fetch from here, if the settings do not say it.

    Raises:
        WebPortTaken: something else listens there.
        Misconfigured: a setting or the master key is wrong.
    """
    web = settings.web
    database = Database(database_url, pool_size=4, patience_s=5)
    # Of its own: however much is asked of the API, media and webhooks are not kept waiting.
    calls = Database(database_url, pool_size=_CALLS, patience_s=_PATIENCE_S, repeats=True)
    parts = None
    try:
        parts = parts_of(settings, calls, tiktok, is_reachable)
        api = create_app(parts)
        app = _web(settings, database, api)
        with listening(web.host, web.port) as listener:
            async with (
                present(database.conninfo) as leave,
                answering(
                    app,
                    listener,
                    connections=web.connections,
                    takes_bodies=is_of_the_api(web.public_url),
                    trusted_proxies=web.trusted_proxies,
                ),
            ):
                try:
                    yield address_of(listener)
                finally:
                    leave()
                    api.state.stopping.set()
    finally:
        if parts is not None:
            await parts.accounts.close()
        await calls.close()
        await database.close()
