"""A call that is answered once, however often it comes, and whoever else brings it meanwhile.

The first statement of the transaction that does the work claims the call's name. Another process
with the same name waits there until that transaction ends: then it finds the answer, or, if
nothing came of it, does the work itself.
"""

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
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
      AND expires_at >= app_now() AND status IS NOT NULL
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


class Call:
    """One call of a route that makes something.

    It is named by its `Idempotency-Key`; without one, by an `X-Request-Id` that the caller gave,
    with what it asks: clients give the same id again when they repeat a request.
    """

    __slots__ = ("_name", "_parts")

    def __init__(self, parts: Parts, name: _Name | None) -> None:
        self._parts = parts
        self._name = name

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
                return await self._stored(session, self._name)
            body = (await work(session)).model_dump_json(by_alias=True).encode()
            if self._name is not None:
                await self._keep(session, self._name, status, body, has_secret=has_secret)
        return Response(body, status, media_type="application/json")

    async def known(self) -> Response | None:
        """The answer of an earlier call with this name, before anything long is begun.

        Raises:
            IdempotencyMismatch: the key was used for another request.
        """
        if self._name is None:
            return None
        async with self._parts.database.transaction() as session:
            row = await _LOOK.first(session, self._name.values())
        return None if row is None else self._answer(self._name, row)

    async def _claim(self, session: AsyncSession, name: _Name) -> bool:
        values = name.values() | {"fingerprint": name.fingerprint, "hours": KEPT_HOURS}
        return await _CLAIM.first(session, values) is not None

    async def _stored(self, session: AsyncSession, name: _Name) -> Response:
        row = await _LOOK.first(session, name.values())
        assert row is not None, "a claim that failed was another's, which has ended"
        return self._answer(name, row)

    def _answer(self, name: _Name, row: Any) -> Response:
        if bytes(row.fingerprint) != name.fingerprint:
            raise IdempotencyMismatch(
                "This Idempotency-Key was used for another request.",
                why="Method, path, body or the key's profiles differ from those of the first one.",
                fix="Use a new key for a new request; repeat an old one as it was.",
            )
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


async def _call(
    request: Request,
    parts: PartsOf,
    idempotency_key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            description="Your name for this call, up to 255 characters. The same key with the same "
            f"body within {KEPT_HOURS} hours gets the first answer again, also while the first "
            "call still runs; with another body it is refused. Without it, a repeated "
            "`X-Request-Id` with the same body does the same.",
            examples=["order-4711"],
        ),
    ] = None,
) -> Call:
    if idempotency_key is not None and not 1 <= len(idempotency_key) <= _MOST:
        raise InvalidRequest(
            f"An idempotency key has 1 to {_MOST} characters.", param="Idempotency-Key"
        )
    caller: Caller = request.state.caller
    if idempotency_key is None and not request.state.brought_id:
        return Call(parts, None)
    asked = _fingerprint(request.method, request.url, await request.body(), caller)
    if idempotency_key is not None:
        return Call(parts, _Name(caller.workspace_id, "key", idempotency_key, asked))
    name = f"{request.state.request_id} {asked.hex()}"
    return Call(parts, _Name(caller.workspace_id, "request", name, asked))


# What a route that makes something declares as the type of its `call`.
CallOf = Annotated[Call, Depends(_call)]


def _fingerprint(method: str, url: Any, body: bytes, caller: Caller) -> bytes:
    # A key with other bounds must not be told what this one was.
    bounds = "all" if caller.profile_ids is None else ",".join(sorted(caller.profile_ids))
    parts = (method, url.path, url.query, bounds, _canonical(body))
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
