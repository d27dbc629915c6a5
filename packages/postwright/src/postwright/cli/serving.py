"""Puts the web part together: what is served, and where."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from postwright.config import Settings
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys
from postwright.media.host.app import Limits, MediaHost
from postwright.media.host.serving import address_of, answering, listening
from postwright.media.host.signing import Signer
from postwright.media.store import open_store
from postwright.platforms.tiktok.ownership import verification_files


def signer_of(settings: Settings) -> Signer:
    """What signs media addresses.

    Raises:
        Misconfigured: the master key cannot be read.
    """
    given = None if settings.key is None else settings.key.get_secret_value()
    return Signer(MasterKeys.load(given, settings.key_file))


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
        with listening(web.host, web.port) as listener:
            async with answering(
                host,
                listener,
                connections=web.connections,
                trusted_proxies=web.trusted_proxies,
            ):
                yield address_of(listener)
    finally:
        await database.close()
