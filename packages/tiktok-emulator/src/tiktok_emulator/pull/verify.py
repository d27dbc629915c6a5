"""Verifies a URL property as TikTok's portal does: by looking for the file under the prefix."""

from collections.abc import AsyncIterator
from dataclasses import replace

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.oauth.state import App
from tiktok_emulator.pull.address import read_address
from tiktok_emulator.pull.fetch import FetchFailed, ask, find
from tiktok_emulator.pull.properties import Property, signature_file
from tiktok_emulator.store import World

MOST_BYTES = 1_024


class NotVerified(EmulatorError):
    """The proof is not there; the message says what to put where."""


async def verify(world: World, app: App, owned: Property) -> Property:
    """Fetch the verification file of a prefix; if it is right, the property counts from now on.

    A domain is proved by a DNS record, which is not looked up here: the control plane can say
    that it is verified.

    Raises:
        NotVerified: a domain, no file, or another text in it.

    spec: pull.init.verification-file
    Source: app registration pages, 2026; name and text of the file observed 2026.
    """
    if owned.is_verified:
        return owned
    name, text = signature_file(app.client_key, owned.value)
    address = read_address(f"{owned.value}{name}") if owned.kind == "prefix" else None
    if address is None:
        raise NotVerified(
            f"a domain is verified by a DNS TXT record {text!r}, which nobody looks up here; say "
            "that it is verified"
        )
    try:
        target = await find(address, world.settings.pull_stand_ins)
        async with ask(target) as answer:
            found = await _head(answer.body)
            status = answer.status
    except FetchFailed as error:
        raise NotVerified(f"{address.url}: {error}") from error
    if status != 200 or found.strip() != text.encode():
        raise NotVerified(f"{address.url} answered {status}; it must hold {text!r}")
    return confirm(app, owned)


async def _head(body: AsyncIterator[bytes]) -> bytes:
    """The first bytes: enough for any verification file."""
    found = b""
    async for piece in body:
        found += piece
        if len(found) > MOST_BYTES:
            break
    return found


def confirm(app: App, owned: Property) -> Property:
    """Let a property of the app count without a look."""
    verified = replace(owned, is_verified=True)
    app.properties = tuple(verified if each == owned else each for each in app.properties)
    return verified
