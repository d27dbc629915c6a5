"""The door: which key is shown, whether it is good, and whether it comes too often."""

import asyncio
import re
import time
from collections.abc import Mapping

from fastapi import Request

from postwright.api.caller import Caller, allows
from postwright.api.errors import KeyInvalid, KeyMissing, RateLimited, ScopeMissing
from postwright.api.limits import RequestLimits
from postwright.db.database import Database
from postwright.kit.failures import WINDOW_S, Failures
from postwright.workspaces import api_keys
from postwright.workspaces.api_keys import PREFIX, Found
from postwright.workspaces.models import Scope

_TEXT = re.compile(rf"{PREFIX}[A-Za-z0-9_-]{{43}}")
_KNOWN = 1024
HOLDS_S = 1.0


class Door:
    """Lets callers in.

    Whoever shows wrong keys too often is asked to wait. A good key passes all the same, since many
    may come from one address: from such an address one key after the other is looked up, so that
    guesses cost the database next to nothing. (A key cannot be guessed: it is 256 bits of chance.)

    What was found of a good key holds for a second: a busy one is not looked up at every request,
    and one that is revoked elsewhere is refused a second later at most.
    """

    def __init__(self, database: Database, per_minute: int) -> None:
        self._database = database
        self._limits = RequestLimits(per_minute)
        self._failures = Failures()
        self._known: dict[bytes, tuple[Found, float]] = {}
        self._one_by_one = asyncio.Lock()

    async def enter(self, request: Request, needed: Scope) -> Caller:
        """The caller of a request, whose key may do what is needed.

        Raises:
            KeyMissing: no key is shown.
            KeyInvalid: it is none, or no good any more.
            ScopeMissing: it may not do this.
            RateLimited: it comes too often, or its address has shown too many wrong ones.
            DatabaseGone: nobody can look.
        """
        text = _shown(request.headers)
        client = request.client.host if request.client else ""
        known = api_keys.hashed(text)
        if self._failures.are_many(client) and known not in self._known:
            await self._look_doubtfully(text, known, client)
        found, until = self._known.get(known, (None, 0.0))
        if found is None or time.monotonic() >= until:
            found = await self._look(text, known, client)
        standing = self._limits.take(found.id)
        request.state.standing = standing
        if standing.is_over:
            raise RateLimited(
                f"This key may make {standing.limit} requests a minute.",
                retry_after_s=standing.retry_after_s,
            )
        if not allows(found.scope, needed):
            raise ScopeMissing(
                f"This key has the scope {found.scope}; this needs {needed}.",
                fix=f"Use a key that has the scope {needed}.",
            )
        return Caller(
            found.workspace_id,
            found.id,
            found.name,
            found.scope,
            found.profile_ids,
            request.state.request_id,
        )

    def forget(self, key_id: str) -> None:
        """Look a key up at its next request: it was changed here."""
        self._known = {
            known: (found, 0.0 if found.id == key_id else until)
            for known, (found, until) in self._known.items()
        }

    async def _look_doubtfully(self, text: str, known: bytes, client: str) -> None:
        try:
            async with self._one_by_one:
                await self._look(text, known, client)
        except KeyInvalid:
            raise RateLimited(
                "Too many wrong API keys came from this address.", retry_after_s=int(WINDOW_S)
            ) from None

    async def _look(self, text: str, known: bytes, client: str) -> Found:
        found = await self._find(text) if _TEXT.fullmatch(text) else None
        if found is None or found.is_revoked or found.is_expired:
            self._failures.note(client)
            self._known.pop(known, None)
            raise _no_good(found)
        if known not in self._known and len(self._known) >= _KNOWN:
            self._known.pop(next(iter(self._known)))
        self._known[known] = (found, time.monotonic() + HOLDS_S)
        return found

    async def _find(self, text: str) -> Found | None:
        async with self._database.transaction() as session:
            return await api_keys.find(session, text)


def _shown(headers: Mapping[str, str]) -> str:
    scheme, _, text = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not text.strip():
        raise KeyMissing(
            "The request shows no API key.",
            fix="Send it as a header: Authorization: Bearer pw_…",
        )
    return text.strip()


def _no_good(found: Found | None) -> KeyInvalid:
    what = "The API key is not known."
    if found is not None:
        what = "The API key was revoked." if found.is_revoked else "The API key has expired."
    return KeyInvalid(what, fix="Use another key.")
