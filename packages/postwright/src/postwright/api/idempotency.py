"""A call that is answered once, however often it comes, and whoever else brings it meanwhile.

The first statement of the transaction that does the work claims the call's name. Another process
with the same name waits there until that transaction ends: then it finds the answer, or, if
nothing came of it, does the work itself.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import IdempotencyMismatch, InvalidRequest
from postwright.api.parts import Parts, PartsOf
from postwright.db.statement import Statement
from postwright.errors import Conflict, Misconfigured
from postwright.kit.vault import Vault
from postwright.workspaces.api_calls import answer_context

REPLAYED = "Idempotency-Replayed"
KEPT_HOURS = 24
_MOST = 255

_CLAIM = Statement("""
    INSERT INTO api_calls (workspace_id, kind, name, fingerprint, created_at, expires_at)
    VALUES (:workspace_id, :kind, :name, :fingerprint, app_now(),
            app_now() + make_interval(hours => :hours))
    ON CONFLICT (workspace_id, kind, name) DO UPDATE
        SET fingerprint = excluded.fingerprint, status = NULL, body = NULL,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        WHERE api_calls.expires_at < app_now()
    RETURNING true AS mine
""")
_LOOK = Statement("""
    SELECT fingerprint, status, body FROM api_calls
    WHERE workspace_id = :workspace_id AND kind = :kind AND name = :name
      AND expires_at >= app_now()
""")
_KEEP = Statement("""
    UPDATE api_calls SET status = :status, body = :body
    WHERE workspace_id = :workspace_id AND kind = :kind AND name = :name
""")


@dataclass(frozen=True, slots=True)
class _Name:
    """What a call is called, and the hash of what it asks."""

    workspace_id: str
    kind: str
    name: str
    fingerprint: bytes

    def values(self) -> dict[str, Any]:
        return {"workspace_id": self.workspace_id, "kind": self.kind, "name": self.name}

    @property
    def context(self) -> str:
        """Where its sealed answer belongs."""
        return answer_context(self.workspace_id, self.kind, self.name)


class _Named:
    """What is done under a name, if it has one."""

    __slots__ = ("_name", "_parts")

    def __init__(self, parts: Parts, name: _Name | None) -> None:
        self._parts = parts
        self._name = name

    async def known(self) -> Response | None:
        """The answer of an earlier call with this name, before anything long is begun.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        if self._name is None:
            return None
        async with self._parts.database.transaction() as session:
            return await self._stored(session, self._name)

    async def _claim(self, session: AsyncSession, name: _Name) -> bool:
        values = name.values() | {"fingerprint": name.fingerprint, "hours": KEPT_HOURS}
        return await _CLAIM.first(session, values) is not None

    async def _stored(self, session: AsyncSession, name: _Name) -> Response | None:
        """What was answered; None if nothing was yet."""
        row = await _LOOK.first(session, name.values())
        if row is None:
            return None
        if bytes(row.fingerprint) != name.fingerprint:
            raise IdempotencyMismatch(
                "This Idempotency-Key was used for another request.",
                why="Method, path, body or the key's profiles differ from those of the first one.",
                fix="Use a new key for a new request; repeat an old one as it was.",
            )
        if row.status is None:
            return None
        body = _opened(self._parts.accounts.vault, bytes(row.body), name.context)
        headers = {REPLAYED: "true"}
        return Response(body, row.status, headers, media_type="application/json")

    async def _keep(
        self, session: AsyncSession, name: _Name, status: int, body: bytes, *, has_secret: bool
    ) -> None:
        kept = body
        if has_secret:
            kept = self._parts.accounts.vault.seal(body.decode(), name.context)
        await _KEEP.run(session, name.values() | {"status": status, "body": kept})


class Call(_Named):
    """One call of a route that makes something.

    It is named by its `Idempotency-Key`; without one, by an `X-Request-Id` that the caller gave,
    with what it asks: clients give the same id again when they repeat a request.
    """

    __slots__ = ()

    async def once(
        self,
        work: Callable[[AsyncSession], Awaitable[BaseModel]],
        *,
        status: int = 201,
        has_secret: bool = False,
    ) -> Response:
        """Do the work in a transaction and answer with what it gives; or answer as before.

        Args:
            work: what to do in the transaction: nothing that waits for anybody else. If it raises,
                nothing is stored, and the next call with the name does the work.
            status: of the answer.
            has_secret: whether the answer holds a secret, so that it is kept sealed.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        async with self._parts.database.transaction() as session:
            if self._name is not None and not await self._claim(session, self._name):
                stored = await self._stored(session, self._name)
                assert stored is not None, "a claim that failed was another's, which has ended"
                return stored
            body = (await work(session)).model_dump_json(by_alias=True).encode()
            if self._name is not None:
                await self._keep(session, self._name, status, body, has_secret=has_secret)
        return Response(body, status, media_type="application/json")


class Batch(_Named):
    """A call that makes many things, each for itself: each of them is made once.

    Its name is claimed before the first and its answer is kept after the last. Who brings it
    meanwhile, or after a process was lost over it, finds what is done and does what is left.
    """

    __slots__ = ()

    async def claim(self) -> Response | None:
        """Claim the name; or the answer of an earlier call with it.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        if self._name is None:
            return None
        async with self._parts.database.transaction() as session:
            if await self._claim(session, self._name):
                return None
            return await self._stored(session, self._name)

    def part(self, number: int) -> Call:
        """One of the things it makes, as a call of its own."""
        if self._name is None:
            return Call(self._parts, None)
        name = f"{self._name.kind} {self._name.name}: {number}"
        return Call(self._parts, replace(self._name, kind="part", name=name))

    async def end(self, told: BaseModel, status: int) -> Response:
        """Keep the answer, and answer."""
        body = told.model_dump_json(by_alias=True).encode()
        if self._name is not None:
            async with self._parts.database.transaction() as session:
                await self._keep(session, self._name, status, body, has_secret=False)
        return Response(body, status, media_type="application/json")


_Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description=f"Your name for this call, 1 to {_MOST} characters. The same key with the same "
        f"body within {KEPT_HOURS} hours gets the first answer again, also while the first "
        "call still runs; with another body it is refused. Without it, a repeated "
        "`X-Request-Id` with the same body does the same.",
        examples=["order-4711"],
        json_schema_extra={"minLength": 1, "maxLength": _MOST},
    ),
]


async def _call(request: Request, parts: PartsOf, idempotency_key: _Key = None) -> Call:
    brings_name = idempotency_key is not None or request.state.brought_id
    content = _canonical(await request.body()) if brings_name else ""
    return Call(parts, _named(request, idempotency_key, content))


async def _batches(
    request: Request, parts: PartsOf, idempotency_key: _Key = None
) -> Callable[[bytes], Batch]:
    # What a form is made of differs each time: its file counts.
    return lambda content: Batch(
        parts, _named(request, idempotency_key, hashlib.sha256(content).hexdigest())
    )


def _named(request: Request, key: str | None, content: str) -> _Name | None:
    """What a request is called, if it is; `content` is what it brings."""
    if key is not None and not 1 <= len(key) <= _MOST:
        raise InvalidRequest(
            f"An idempotency key has 1 to {_MOST} characters.", param="Idempotency-Key"
        )
    if key is None and not request.state.brought_id:
        return None
    caller: Caller = request.state.caller
    asked = _fingerprint(request.method, request.url, content, caller)
    if key is not None:
        return _Name(caller.workspace_id, "key", key, asked)
    name = f"{request.state.request_id} {asked.hex()}"
    return _Name(caller.workspace_id, "request", name, asked)


# What a route that makes something declares as the type of its `call`.
CallOf = Annotated[Call, Depends(_call)]
# The same of one that makes many things of a file: the batch of what the file holds.
BatchesOf = Annotated[Callable[[bytes], Batch], Depends(_batches)]


def _fingerprint(method: str, url: Any, content: str, caller: Caller) -> bytes:
    # A key with other bounds must not be told what this one was.
    bounds = "all" if caller.profile_ids is None else ",".join(sorted(caller.profile_ids))
    parts = (method, url.path, url.query, bounds, content)
    return hashlib.sha256("\0".join(parts).encode()).digest()


def _canonical(body: bytes) -> str:
    """The body, whatever order its fields come in."""
    try:
        return json.dumps(json.loads(body), sort_keys=True)
    except ValueError:
        return body.decode("latin-1")


def _opened(vault: Vault, body: bytes, context: str) -> bytes:
    # JSON begins with a bracket or a brace, and what is sealed with a byte that no text has.
    if body[:1] in {b"{", b"["}:
        return body
    try:
        return vault.open(body, context).encode()
    except Misconfigured:
        raise Conflict(
            "This call was answered before, and that answer cannot be read any more.",
            why="It holds a secret, and the master key has been changed since.",
            fix="Make the call again under another name.",
        ) from None
