"""Where networks send their webhooks: `POST /webhooks/<network>`.

An event is answered with 200 as soon as it is committed: whatever else it causes is the workers'.
What is not signed by the network gets one and the same answer, whatever is wrong with it.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from postwright.connections.models import PlatformApp
from postwright.db.database import Database, DatabaseGone, app_now
from postwright.kit.failures import Failures
from postwright.media.host.answers import later, missing, words
from postwright.platforms.events import Told, Webhooks
from postwright.publishing.inbox import queries
from postwright.publishing.inbox.receive import receive as take_in

log = logging.getLogger(__name__)

FOLDER: Final = "/webhooks/"
MOST_BYTES: Final = 16 * 1024

_KNOWN = 1024


class Inbox:
    """Takes webhooks.

    Args:
        database: where they are kept.
        networks: how each network's messages are read, by the name in the path.
        secrets_of: the secrets with which the messages for an app may be signed.
        base: the path of the public address, if it has one; a proxy in front may keep it or not.
    """

    def __init__(
        self,
        database: Database,
        networks: Mapping[str, Webhooks],
        secrets_of: Callable[[PlatformApp], Sequence[str]],
        *,
        base: str = "",
    ) -> None:
        self._database = database
        self._networks = networks
        self._secrets_of = secrets_of
        self._base = base.rstrip("/")
        self._failures = Failures()
        # The secrets of apps for which something came that was good.
        self._known: dict[tuple[str, str], frozenset[str]] = {}
        self._clock: tuple[datetime, float] | None = None

    def takes(self, scope: Scope) -> bool:
        """Whether a request is for here."""
        return scope["type"] == "http" and self._path(scope).startswith(FOLDER)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        name = self._path(scope).removeprefix(FOLDER)
        webhooks = self._networks.get(name)
        if webhooks is None:
            answer = missing()
        elif scope["method"] != "POST":
            answer = words(405, "Only POST.\n", {"Allow": "POST"})
        elif (body := await _body(scope, receive)) is None:
            answer = words(413, "Too long.\n")
        else:
            client = scope.get("client")
            message = _Message(name, webhooks, body, Headers(scope=scope))
            answer = await self._answer(message, client[0] if client else "")
        await answer(scope, receive, send)

    def _path(self, scope: Scope) -> str:
        path = scope["raw_path"].decode("latin-1")
        return path.removeprefix(self._base) if path.startswith(f"{self._base}/") else path

    async def _answer(self, message: "_Message", client: str) -> Response:
        try:
            if self._failures.are_many(client) and not self._is_known_good(message):
                return words(429, "Too many; come again.\n", {"Retry-After": "60"})
            verified = await self._verified(message)
            for app, told in verified:
                async with self._database.transaction() as session:
                    outcome = await take_in(session, app, told, message.body, message.webhooks)
                log.info("webhook %s of app %s: %s", told.event, app.id, outcome or "known")
        except DatabaseGone as error:
            log.warning("a webhook could not be kept: %s %s", error.what, error.why)
            return later(5)
        if verified:
            return words(200, "")
        if self._failures.note(client) == 1:
            log.warning("a webhook from %s is not signed by %s", client, message.network)
        return words(401, "No.\n")

    async def _verified(self, message: "_Message") -> list[tuple[PlatformApp, Told]]:
        """The apps whose secret it is signed with, and what it says."""
        if not message.client_key or not message.signature:
            return []
        async with self._database.transaction() as session:
            now = await app_now(session)
            apps = await queries.any_workspace_apps(session, message.network, message.client_key)
        self._clock = (now, asyncio.get_running_loop().time())
        found = list[tuple[PlatformApp, Told]]()
        good = set[str]()
        for app in apps:
            for secret in self._secrets_of(app):
                told = message.read(secret, now)
                if told is not None:
                    found.append((app, told))
                    good.add(secret)
                    break
        if len(found) > 1:
            found = await self._of_the_account(found)
        if good and (message.key in self._known or len(self._known) < _KNOWN):
            self._known[message.key] = frozenset(good)
        return found

    async def _of_the_account(
        self, found: list[tuple[PlatformApp, Told]]
    ) -> list[tuple[PlatformApp, Told]]:
        """Of several workspaces with one app, those that know the account; all, if none does.

        What happens to an account is nothing for the workspaces that it does not belong to.
        """
        async with self._database.transaction() as session:
            known = await queries.any_workspace_apps_with(
                session, [app.id for app, _ in found], found[0][1].external_id
            )
        return [each for each in found if each[0].id in known] or found

    def _is_known_good(self, message: "_Message") -> bool:
        """Whether it is signed, as far as can be told without the database.

        So forgeries cannot keep out the real ones that come through the same proxy.
        """
        if self._clock is None:
            return False
        now = self._clock[0] + timedelta(seconds=asyncio.get_running_loop().time() - self._clock[1])
        return any(message.read(secret, now) for secret in self._known.get(message.key, ()))


class _Message:
    """A message whose sender is not known yet."""

    __slots__ = ("body", "client_key", "network", "signature", "webhooks")

    def __init__(self, network: str, webhooks: Webhooks, body: bytes, headers: Headers) -> None:
        self.network = network
        self.webhooks = webhooks
        self.body = body
        self.client_key = webhooks.addressee(body) or ""
        self.signature = headers.get(webhooks.header, "")

    @property
    def key(self) -> tuple[str, str]:
        return self.network, self.client_key

    def read(self, secret: str, now: datetime) -> Told | None:
        told = self.webhooks.read(self.body, self.signature, secret, now)
        return told if isinstance(told, Told) else None


async def _body(scope: Scope, receive: Receive) -> bytes | None:
    """The whole body; None if it is longer than any event can be."""
    said = Headers(scope=scope).get("content-length", "0")
    if not said.isdecimal() or int(said) > MOST_BYTES:
        return None
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > MOST_BYTES:
            return None
        if not message.get("more_body", False):
            return body
