"""Puts the web part together: what is served, and where."""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.types import Receive, Scope, Send

from postwright.config import Settings
from postwright.connections.models import PlatformApp
from postwright.connections.networks import secret_context
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault
from postwright.media.host.app import Limits, MediaHost
from postwright.media.host.serving import address_of, answering, listening
from postwright.media.host.signing import Signer
from postwright.media.store import open_store
from postwright.platforms.tiktok.events import TikTokWebhooks
from postwright.platforms.tiktok.ownership import verification_files
from postwright.publishing.inbox.route import Inbox


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
    """What is served, as one app: webhooks go to the inbox, all else to the media host."""

    def __init__(self, inbox: Inbox, host: MediaHost) -> None:
        self._inbox = inbox
        self._host = host

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        part = self._inbox if self._inbox.takes(scope) else self._host
        await part(scope, receive, send)


@asynccontextmanager
async def serving(settings: Settings, database_url: str) -> AsyncGenerator[str]:
    """Serve until the block ends; gives the address on this machine.

    Raises:
        WebPortTaken: something else listens there.
        Misconfigured: a setting or the master key is wrong.
    """
    web = settings.web
    database = Database(database_url, pool_size=4, patience_s=5)
    try:
        host = MediaHost(
            database,
            open_store(settings.media, settings.media_folder),
            signer_of(settings),
            limits=Limits(web.bytes_per_second, web.requests_per_address, web.downloads),
            proofs=proofs_of(settings),
            base=urlsplit(web.public_url).path,
        )
        inbox = Inbox(
            database,
            {"tiktok": TikTokWebhooks()},
            secrets_of(settings),
            base=urlsplit(web.public_url).path,
        )
        with listening(web.host, web.port) as listener:
            async with answering(
                Web(inbox, host),
                listener,
                connections=web.connections,
                trusted_proxies=web.trusted_proxies,
            ):
                yield address_of(listener)
    finally:
        await database.close()
