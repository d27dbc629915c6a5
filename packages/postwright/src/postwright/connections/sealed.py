"""Every place in the database where a secret is sealed, and how it is sealed anew."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.begun import verifier_context
from postwright.connections.credentials import token_context
from postwright.connections.models import BegunConsent, Credential, PlatformApp
from postwright.connections.networks import secret_context
from postwright.db.base import Base
from postwright.db.database import Database
from postwright.errors import Misconfigured
from postwright.kit.vault import MARK, Vault

_BATCH = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A column with sealed texts; `context` says of a row's key where its text belongs.

    `some`: of the texts in it only some are sealed.
    """

    table: type[Base]
    key: tuple[str, ...]
    column: str
    context: Callable[..., str]
    some: bool = False

    def __str__(self) -> str:
        """As people find it."""
        return f"{self.table.__tablename__}.{self.column}"


_ITS = ("connection_id",)
PLACES = (
    Place(PlatformApp, ("id",), "client_secret", secret_context),
    Place(Credential, _ITS, "access_token", partial(token_context, column="access")),
    Place(Credential, _ITS, "refresh_token", partial(token_context, column="refresh")),
    Place(BegunConsent, ("id",), "code_verifier", verifier_context),
)


@dataclass(slots=True)
class Tally:
    """How many texts were found, by the key that had sealed them.

    `unreadable` names those that no key opens: place and row, no secret.
    """

    current: int = 0
    older: int = 0
    unreadable: list[str] = field(default_factory=list[str])


async def look(database: Database, vault: Vault, places: Iterable[Place]) -> Tally:
    """Open everything, and change nothing."""
    return await _go_through(database, vault, places, anew=False)


async def seal_anew(database: Database, vault: Vault, places: Iterable[Place]) -> Tally:
    """Seal with the current key what an older one has sealed.

    In transactions of a few rows each, while others work: a text that somebody has changed
    meanwhile is left as it is.
    """
    return await _go_through(database, vault, places, anew=True)


async def _go_through(
    database: Database, vault: Vault, places: Iterable[Place], *, anew: bool
) -> Tally:
    tally = Tally()
    for place in places:
        after = ("",) * len(place.key)
        while True:
            async with database.transaction() as session:
                last = await _batch(session, vault, place, after, tally, anew=anew)
            if last is None:
                break
            after = last
    return tally


async def _batch(
    session: AsyncSession,
    vault: Vault,
    place: Place,
    after: tuple[str, ...],
    tally: Tally,
    *,
    anew: bool,
) -> tuple[str, ...] | None:
    """One batch; the key of its last row, None if there was none."""
    columns: list[ColumnElement[Any]] = [getattr(place.table, name) for name in place.key]
    key, column = tuple_(*columns), getattr(place.table, place.column)
    wanted = select(column, *columns).where(key > after, column.is_not(None)).order_by(*columns)
    if place.some:
        wanted = wanted.where(func.substring(column, 1, len(MARK)) == MARK)
    rows = (await session.execute(wanted.limit(_BATCH))).all()
    for sealed, *row_key in rows:
        context = place.context(*row_key)
        try:
            text, is_current = vault.opened(sealed, context)
        except Misconfigured:
            tally.unreadable.append(f"{place} of {' '.join(row_key)}")
            continue
        if is_current:
            tally.current += 1
            continue
        tally.older += 1
        if anew:
            await session.execute(
                update(place.table)
                .where(key == tuple(row_key), column == sealed)
                .values({place.column: vault.seal(text, context)})
            )
    return tuple(rows[-1][1:]) if rows else None
