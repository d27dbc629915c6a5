"""The host as an ASGI app: signed addresses, proofs of ownership, and whether it is well.

It serves what was kept under an address that was made here, and nothing else: no folder, no name
from outside, no redirect, and no request of its own to anywhere.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from postwright.db.database import Database
from postwright.errors import StorageTrouble
from postwright.media.errors import MediaMissing
from postwright.media.host import readiness
from postwright.media.host.addresses import Address, any_workspace_address, serve
from postwright.media.host.answers import (
    Head,
    later,
    missing,
    no_such_range,
    not_this_way,
    too_many,
    words,
)
from postwright.media.host.known import Known
from postwright.media.host.ranges import Unsatisfiable, span, still_good
from postwright.media.host.sample import NAME, is_sample, sample_bytes
from postwright.media.host.sending import BrokenOff, drop, send_file, send_whole
from postwright.media.host.signing import FOLDER, Signed, Signer
from postwright.media.host.throttle import Lane, Throttle, TooMany
from postwright.media.store import MediaStore

log = logging.getLogger(__name__)

WAIT_S: Final = 3.0
_LOOK_S: Final = (0.05, 0.1, 0.2)


@dataclass(frozen=True, slots=True)
class Limits:
    """See `Throttle`."""

    bytes_per_second: int | None = None
    requests_per_address: int = 16
    downloads: int = 32


class MediaHost:
    """Serves the files of one installation.

    Args:
        database: where the addresses are.
        store: where the files are.
        signer: reads the paths that were made with it.
        limits: of what goes out.
        proofs: small texts by file name, with which networks check whose address this is. They
            lie in the root, and in the folder of the media.
        base: the path of the public address, if it has one; a proxy in front may keep it or not.
    """

    def __init__(
        self,
        database: Database,
        store: MediaStore,
        signer: Signer,
        *,
        limits: Limits | None = None,
        proofs: Mapping[str, str] | None = None,
        base: str = "",
    ) -> None:
        given = limits or Limits()
        self._database = database
        self._store = store
        self._signer = signer
        self._base = base.rstrip("/")
        self._proofs = {
            folder + name: text for name, text in (proofs or {}).items() for folder in ("/", FOLDER)
        }
        self._known = Known()
        self._throttle = Throttle(
            bytes_per_second=given.bytes_per_second,
            requests=given.requests_per_address,
            downloads=given.downloads,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            return
        answer = await self._answer(scope, send)
        if answer is not None:
            await answer(scope, receive, send)

    async def _answer(self, scope: Scope, send: Send) -> Response | None:
        if scope["method"] not in {"GET", "HEAD"}:
            return not_this_way()
        # As it was sent: what is percent-encoded, or climbs, is no path of ours.
        path = scope["raw_path"].decode("latin-1")
        if self._base and path.startswith(f"{self._base}/"):
            path = path.removeprefix(self._base)
        if path == readiness.PATH:
            return await readiness.ready(self._database)
        if path.startswith(f"{readiness.PATH}/"):
            return readiness.proven(self._signer, path.removeprefix(f"{readiness.PATH}/"))
        if path in self._proofs:
            return words(200, self._proofs[path])
        signed = self._signer.read(path)
        if signed is None:
            return missing()
        try:
            if is_sample(signed.address_id):
                return await _send_sample(scope, send, path)
            return await self._media(scope, send, signed)
        except StorageTrouble as error:
            log.warning("address %s: %s %s", signed.address_id, error.what, error.why)
            return missing() if isinstance(error, MediaMissing) else later(5)

    async def _media(self, scope: Scope, send: Send, signed: Signed) -> Response | None:
        address = self._known.get(signed.address_id) or await self._look_up(signed.address_id)
        if address is None:
            return missing()
        head = Head(
            signed.name, address.content_type, address.size_bytes, etag=f'"{address.sha256}"'
        )
        if scope["method"] == "HEAD":
            await send_whole(send, head, b"")
            return None
        try:
            head = _part(scope, head)
        except Unsatisfiable:
            return no_such_range(address.size_bytes)
        if not address.is_open:
            opened = await self._until_open(address.id)
            if isinstance(opened, Response):
                return opened
            address = opened
        try:
            async with self._throttle.admitted(address.id) as lane:
                return await self._send(scope, send, address, head, lane)
        except TooMany:
            return too_many()

    async def _send(
        self, scope: Scope, send: Send, address: Address, head: Head, lane: Lane
    ) -> Response | None:
        first, size = (0, None) if head.span is None else (head.span.first, head.span.size)
        stream = self._store.stream(address.workspace_id, address.sha256, offset=first, size=size)
        async with aclosing(stream) as pieces:
            # Read before it is noted as served: what cannot be read was not.
            begin = await anext(pieces, b"")
            if not begin:
                raise MediaMissing(address.workspace_id, address.sha256, "The store")
            if not (address.is_served or await self._note(scope, address)):
                return missing()
            try:
                await send_file(scope, send, head, _after(begin, pieces), lane)
            except (BrokenOff, StorageTrouble) as error:
                log.warning("address %s: broken off: %s", address.id, error)
                drop(scope)
        return None

    async def _note(self, scope: Scope, address: Address) -> bool:
        """Make durable that the first byte goes out now; False if it must not."""
        async with self._database.transaction() as session:
            if not await serve(session, address.workspace_id, address.id):
                return False
        client = scope.get("client")
        log.info("address %s: first byte to %s", address.id, client[0] if client else "somebody")
        self._known.add(replace(address, is_served=True))
        return True

    async def _look_up(self, address_id: str) -> Address | None:
        async with self._database.transaction() as session:
            address = await any_workspace_address(session, address_id)
        if address is not None and address.is_served:
            self._known.add(address)
        return address

    async def _until_open(self, address_id: str) -> Address | Response:
        """Wait a moment for the network's id of the attempt to be stored."""
        ends = asyncio.get_running_loop().time() + WAIT_S
        pauses = iter(_LOOK_S)
        pause = _LOOK_S[-1]
        while asyncio.get_running_loop().time() < ends:
            pause = next(pauses, pause)
            await asyncio.sleep(pause)
            address = await self._look_up(address_id)
            if address is None:
                return missing()
            if address.is_open:
                return address
        return later(2)


async def _send_sample(scope: Scope, send: Send, path: str) -> Response | None:
    body = sample_bytes(path)
    head = Head(NAME, "image/jpeg", len(body), etag=f'"{body[:16].hex()}"')
    try:
        head = head if scope["method"] == "HEAD" else _part(scope, head)
    except Unsatisfiable:
        return no_such_range(len(body))
    if head.span is not None:
        body = body[head.span.first : head.span.last + 1]
    await send_whole(send, head, b"" if scope["method"] == "HEAD" else body)
    return None


def _part(scope: Scope, head: Head) -> Head:
    """The head of what a request asks for."""
    headers = Headers(scope=scope)
    if not still_good(headers.get("if-range"), head.etag):
        return head
    return replace(head, span=span(headers.get("range"), head.size_bytes))


async def _after(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    if first:
        yield first
    async for piece in rest:
        yield piece
