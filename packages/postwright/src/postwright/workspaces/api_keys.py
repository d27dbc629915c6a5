"""API keys: made, listed, revoked, and found again by what a caller shows.

A key is 256 random bits, so that its hash may be a plain sha256: there is nothing to guess, and a
slow hash would only slow down every request.
"""

import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.db.statement import Statement
from postwright.errors import BadInput, NotFound
from postwright.kit.ids import new_id
from postwright.workspaces import audit
from postwright.workspaces.models import ApiKey, Scope
from postwright.workspaces.profiles import all_there

PREFIX = "pw_"
MOST_DAYS = 3650
_RANDOM_BYTES = 32
_SHOWN = len(PREFIX) + 5


class NoSuchKey(NotFound):
    """No API key has this id."""

    code = "unknown_api_key"


@dataclass(frozen=True, slots=True)
class Made:
    """A new key. `text` is shown once: only its hash is kept."""

    key: ApiKey
    text: str


@dataclass(frozen=True, slots=True)
class Found:
    """A key that somebody has shown."""

    id: str
    workspace_id: str
    name: str
    scope: Scope
    profile_ids: frozenset[str] | None
    is_revoked: bool
    is_expired: bool


# Noted at most once a minute: a busy key must not make its row the busiest of the database.
_IS_GOOD = Statement("""
    SELECT true AS good FROM api_keys
    WHERE workspace_id = :workspace_id AND id = :id
      AND revoked_at IS NULL AND COALESCE(expires_at > app_now(), true)
""")
_FIND = Statement("""
    WITH used AS (
        UPDATE api_keys SET last_used_at = app_now()
        WHERE hash = :hash AND revoked_at IS NULL
          AND COALESCE(last_used_at < app_now() - interval '1 minute', true)
    )
    SELECT id, workspace_id, name, hash, scope, profile_ids, revoked_at IS NOT NULL AS is_revoked,
           COALESCE(expires_at <= app_now(), false) AS is_expired
    FROM api_keys WHERE hash = :hash
""")


def hashed(text: str) -> bytes:
    """What is kept of a key."""
    return hashlib.sha256(text.encode()).digest()


async def find(session: AsyncSession, text: str) -> Found | None:
    """The key with this text, whatever workspace it is of; notes that it was used."""
    shown = hashed(text)
    row = await _FIND.first(session, {"hash": shown})
    if row is None or not hmac.compare_digest(bytes(row.hash), shown):
        return None
    bounds = None if row.profile_ids is None else frozenset[str](row.profile_ids)
    return Found(
        row.id,
        row.workspace_id,
        row.name,
        Scope(row.scope),
        bounds,
        row.is_revoked,
        row.is_expired,
    )


async def is_good(session: AsyncSession, workspace_id: str, key_id: str) -> bool:
    """Whether a key is there that was neither revoked nor has expired."""
    return bool(await _IS_GOOD.first(session, {"workspace_id": workspace_id, "id": key_id}))


async def create_key(
    session: AsyncSession,
    workspace_id: str,
    *,
    name: str,
    scope: Scope,
    profile_ids: Collection[str] | None = None,
    days: int | None = None,
    actor: str,
) -> Made:
    """Make a key.

    Args:
        session: its transaction.
        workspace_id: what it opens.
        name: what people call it, 1 to 100 characters; need not be unique.
        scope: what it may do.
        profile_ids: the profiles it is bound to; None: all that there are and will be.
        days: after how many it ends, 1 to 3650; None: never.
        actor: who makes it.

    Raises:
        BadInput: the name, the days or the profiles cannot be.
    """
    name = name.strip()
    if not 1 <= len(name) <= 100:
        raise BadInput("A key's name has 1 to 100 characters.", param="name")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise BadInput(f"A key lives 1 to {MOST_DAYS} days, or for ever.", param="expiresIn")
    if profile_ids is not None:
        await all_there(session, workspace_id, profile_ids)
    text = PREFIX + secrets.token_urlsafe(_RANDOM_BYTES)
    now = await app_now(session)
    key = ApiKey(
        id=new_id("key"),
        workspace_id=workspace_id,
        name=name,
        hash=hashed(text),
        preview=text[:_SHOWN] + "…",
        scope=scope,
        profile_ids=None if profile_ids is None else sorted(set(profile_ids)),
        created_by=actor,
        created_at=now,
        expires_at=None if days is None else now + timedelta(days=days),
        revoked_at=None,
        last_used_at=None,
    )
    session.add(key)
    await session.flush()
    await audit.record(
        session,
        workspace_id,
        actor=actor,
        action="api_key.made",
        subject=key.id,
        name=name,
        scope=scope,
        profile_ids=key.profile_ids,
    )
    return Made(key, text)


async def list_keys(
    session: AsyncSession, workspace_id: str, *, revoked_too: bool = False
) -> list[ApiKey]:
    """All keys, newest first."""
    wanted = select(ApiKey).where(ApiKey.workspace_id == workspace_id)
    if not revoked_too:
        wanted = wanted.where(ApiKey.revoked_at.is_(None))
    return list(await session.scalars(wanted.order_by(ApiKey.created_at.desc(), ApiKey.id)))


async def find_key(
    session: AsyncSession, workspace_id: str, key_id: str, *, locked: bool = False
) -> ApiKey:
    """One key of the workspace, revoked or not.

    Raises:
        NoSuchKey: there is none.
    """
    wanted = select(ApiKey).where(ApiKey.workspace_id == workspace_id, ApiKey.id == key_id)
    key = await session.scalar(wanted.with_for_update() if locked else wanted)
    if key is None:
        raise NoSuchKey(f"There is no API key {key_id}.", fix="Look at the list of keys.")
    return key


async def revoke_key(
    session: AsyncSession, workspace_id: str, key_id: str, *, actor: str
) -> datetime:
    """End a key: it is refused, a second later at most. Says since when; again changes nothing.

    Raises:
        NoSuchKey: there is none.
    """
    key = await find_key(session, workspace_id, key_id, locked=True)
    if key.revoked_at is None:
        key.revoked_at = await app_now(session)
        await session.flush()
        await audit.record(
            session, workspace_id, actor=actor, action="api_key.revoked", subject=key.id
        )
    return key.revoked_at
