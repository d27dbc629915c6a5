"""Reads what a forecast needs: what waits, what was started, what holds for each account."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.connections.standing import refusal_of, says
from postwright.db import guard
from postwright.db.database import app_now
from postwright.platforms.answers import Refusal
from postwright.platforms.base import Asking, Network
from postwright.platforms.content import Kind, Mode
from postwright.publishing.caps import QUOTAS, REASONS, Standing, next_look
from postwright.publishing.forecast import (
    COUNTS_FOR,
    DAY,
    Forecast,
    Limits,
    Started,
    Waiting,
    Window,
    forecast,
)
from postwright.publishing.gate import IN_DOUBT, PAUSED
from postwright.publishing.models import Pause
from postwright.publishing.pauses import pauses_of

# A forecast of what is farther away says nothing that anybody could rely on.
MOST = 10_000
_MINUTE = DAY / 24 / 60


@dataclass(frozen=True, slots=True)
class Expected:
    """A publication that waits, and when it starts."""

    publication_id: str
    post_id: str
    connection_id: str
    handle: str
    mode: Mode
    kind: Kind
    wants_at: datetime
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class Account:
    """What is known of an account's quotas.

    `most` direct posts in 24 hours as far as it is known (None: any number), of which `counted`
    are used; `cap_at` is when the network last said that there may be no more now.
    """

    connection_id: str
    handle: str
    most: int | None
    is_learned: bool
    counted: int
    drafts: int
    most_drafts: int | None
    cap_at: datetime | None
    pause: str | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The forecast of a workspace at `now`, those that start first, and how its accounts stand."""

    now: datetime
    expected: tuple[Expected, ...]
    accounts: tuple[Account, ...]
    pauses: tuple[Pause, ...]


# What is with the network already is not waited for any more.
_QUEUE = text("""
    SELECT publications.id, publications.post_id, publications.connection_id, publications.mode,
           publications.kind, publications.publish_at, publications.due_at,
           publications.hold_reason
    FROM publications
    WHERE publications.workspace_id = :workspace_id AND publications.lane = 'start'
      AND publications.connection_id = ANY(:connections)
      AND NOT EXISTS (
          SELECT 1 FROM attempts
          WHERE attempts.publication_id = publications.id AND attempts.live
            AND attempts.announced_at IS NOT NULL
      )
    ORDER BY publications.publish_at, publications.id LIMIT :most
""")

# Of drafts, those that their person is not done with; of all accounts of the apps, as they share.
_HISTORY = text("""
    SELECT connections.id, attempts.mode, publications.kind, attempts.announced_at,
           attempts.mode <> :draft OR attempts.stage NOT IN ('published', 'failed', 'cancelled')
    FROM attempts
    JOIN connections ON connections.id = attempts.connection_id
    JOIN publications ON publications.id = attempts.publication_id
    WHERE connections.workspace_id = :workspace_id AND attempts.announced_at > :since
    ORDER BY attempts.announced_at
""")


async def outlook(
    session: AsyncSession,
    workspace_id: str,
    network_of: Callable[[PlatformApp], Network],
    *,
    connections: Collection[str] | None = None,
    also: Sequence[Waiting] = (),
) -> Outlook:
    """Forecast what waits in a workspace.

    Args:
        session: to read with; nothing is changed.
        workspace_id: whose.
        network_of: the network of an app, which knows the limits.
        connections: ids of the accounts to tell of; all if None.
        also: what somebody thinks of scheduling; `under` is what `under` says.
    """
    read = await _read(session, workspace_id, network_of)
    wanted = [id_ for id_ in read.known if connections is None or id_ in connections]
    values = {"workspace_id": workspace_id, "connections": wanted, "most": MOST}
    rows = {row.id: row for row in await session.execute(_QUEUE, values)}
    standings = {
        (id_, mode): _standing(one, network, mode, read)
        for id_, (one, _, network) in read.known.items()
        for mode in Mode
    }
    limits = {
        (id_, under(mode, kind)): _limits(standings[id_, mode], id_, app, network, kind)
        for id_, (_, app, network) in read.known.items()
        for mode in Mode
        for kind in Kind
    }
    started = [Started(row[0], under(row[1], row[2]), row[3]) for row in read.history if row[4]]
    queue = [*(_waiting(row) for row in rows.values()), *also]
    why = {
        id_: pause.reason
        for id_ in read.known
        for pause in read.pauses
        if pause.connection_id in {None, id_}
    }
    stops = await _stops(session, read)
    going = [one for one in queue if one.connection_id not in stops]
    told = [*forecast(read.now, going, started, limits, why), *_stopped(queue, stops)]
    return Outlook(
        read.now,
        tuple(
            _expected(rows[one.publication_id], read, one)
            for one in told
            if one.publication_id in rows
        ),
        tuple(
            _account(
                read.known[id_][0], standings[id_, Mode.DIRECT], standings[id_, Mode.DRAFT], why
            )
            for id_ in wanted
        ),
        tuple(read.pauses),
    )


@dataclass(frozen=True, slots=True)
class _Read:
    now: datetime
    known: dict[str, tuple[Connection, PlatformApp, Network]]
    history: Sequence[Any]
    pauses: list[Pause]


async def _read(
    session: AsyncSession, workspace_id: str, network_of: Callable[[PlatformApp], Network]
) -> _Read:
    now = await app_now(session)
    found = await session.execute(
        select(Connection, PlatformApp)
        .join(PlatformApp, PlatformApp.id == Connection.platform_app_id)
        .where(Connection.workspace_id == workspace_id)
        .order_by(Connection.handle)
    )
    known = {one.id: (one, app, network_of(app)) for one, app in found}
    values = {"workspace_id": workspace_id, "since": now - COUNTS_FOR, "draft": Mode.DRAFT.value}
    history = (await session.execute(_HISTORY, values)).all()
    return _Read(now, known, history, await pauses_of(session, workspace_id))


async def _stops(session: AsyncSession, read: _Read) -> dict[str, tuple[str, str]]:
    """Why nothing of an account goes out before a person has done something: reason and words."""
    if doubt := await guard.doubt(session):
        return dict.fromkeys(read.known, (IN_DOUBT, doubt))
    return {
        id_: (refusal_of(one.state), says(one.state))
        for id_, (one, _, _) in read.known.items()
        if not one.state.usable
    }


def _stopped(queue: list[Waiting], stops: dict[str, tuple[str, str]]) -> list[Forecast]:
    return [
        Forecast(one.publication_id, None, *stops[one.connection_id])
        for one in queue
        if one.connection_id in stops
    ]


def under(mode: str, kind: str) -> str:
    """What a publication falls under: each mode and kind has limits of its own."""
    return f"{mode}/{kind}"


def _standing(one: Connection, network: Network, mode: Mode, read: _Read) -> Standing:
    own = [row[3] for row in read.history if row[0] == one.id and row[1] == mode and row[4]]
    return Standing(
        now=read.now,
        mode=mode,
        caps=network.caps(),
        cap_at=one.cap_at,
        cap_posts=one.cap_posts,
        counted=len(own),
        oldest_at=own[0] if own else None,
    )


def _limits(
    standing: Standing, connection_id: str, app: PlatformApp, network: Network, kind: Kind
) -> Limits:
    mode, windows = standing.mode, list[Window]()
    limit = network.limit(Asking.OPEN, kind, mode)
    if limit is not None:
        key = f"{connection_id}/{limit.bucket}"
        windows.append(Window(key, _MINUTE, limit.most, Refusal.RATE.value))
    if standing.most is not None:
        # Whoever has posted more than that has shown that more is possible.
        most = max(standing.most, standing.counted)
        windows.append(Window(f"{connection_id}/{mode}", COUNTS_FOR, most, REASONS[mode].value))
    is_direct = mode is Mode.DIRECT
    return Limits(
        tuple(windows),
        app.id,
        standing.caps.unaudited_creators if is_direct else None,
        next_look(standing) if is_direct else None,
        Refusal.CAP.value,
    )


def _waiting(row: Any) -> Waiting:
    at = row.publish_at
    if row.hold_reason and row.hold_reason not in QUOTAS and row.due_at is not None:
        at = max(at, row.due_at)
    needs_person = row.due_at is None and row.hold_reason != PAUSED
    hold = row.hold_reason if needs_person else ""
    return Waiting(row.id, row.connection_id, under(row.mode, row.kind), at, hold)


def _expected(row: Any, read: _Read, told: Forecast) -> Expected:
    one, _, _ = read.known[row.connection_id]
    return Expected(
        row.id,
        row.post_id,
        row.connection_id,
        one.handle,
        Mode(row.mode),
        Kind(row.kind),
        row.publish_at,
        told,
    )


def _account(one: Connection, direct: Standing, draft: Standing, why: dict[str, str]) -> Account:
    return Account(
        one.id,
        one.handle,
        direct.most,
        one.cap_posts is not None,
        direct.counted,
        draft.counted,
        draft.most,
        one.cap_at,
        why.get(one.id),
    )
