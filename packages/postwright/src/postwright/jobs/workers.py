"""The workers that are running: each gives a sign of life every few seconds, in real time."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Utc

BEAT_EVERY_S = 5.0
# Whoever is silent for longer is taken for dead; what it had in hand comes back by its leases.
ALIVE = timedelta(seconds=30)


class WorkerRow(Base):
    """One worker process. `running` is how many lanes of each kind it has in hand."""

    __tablename__ = "workers"

    id: Mapped[Id]
    name: Mapped[str]
    version: Mapped[str]
    running: Mapped[dict[str, int]] = mapped_column(JSONB)
    started_at: Mapped[Utc]
    beat_at: Mapped[Utc]


@dataclass(frozen=True, slots=True)
class Alive:
    """A worker that runs; `seconds` since its last sign of life."""

    name: str
    version: str
    running: dict[str, int]
    started_at: datetime
    seconds: float


_BEAT = text("""
    INSERT INTO workers (id, name, version, running, started_at, beat_at)
    VALUES (:id, :name, :version, CAST(:running AS jsonb), statement_timestamp(),
            statement_timestamp())
    ON CONFLICT (id) DO UPDATE SET running = EXCLUDED.running, beat_at = EXCLUDED.beat_at
""")  # lint: bare-now - a test may move the other clock under a worker that runs

_FORGET = text("""
    DELETE FROM workers WHERE beat_at < statement_timestamp() - interval '10 minutes'
""")  # lint: bare-now - as above

_ALIVE = text("""
    SELECT name, version, running, started_at,
           EXTRACT(epoch FROM statement_timestamp() - beat_at)::float
    FROM workers WHERE beat_at > statement_timestamp() - :alive ORDER BY name, started_at
""")  # lint: bare-now - as above


async def beat(session: AsyncSession, id_: str, name: str, version: str, running: str) -> None:
    """Give a sign of life; `running` is JSON."""
    values = {"id": id_, "name": name, "version": version, "running": running}
    await session.execute(_BEAT, values)


async def leave(session: AsyncSession, id_: str) -> None:
    """Be gone in good order."""
    await session.execute(delete(WorkerRow).where(WorkerRow.id == id_))


async def forget_dead(session: AsyncSession) -> None:
    """Drop those that have been silent for long."""
    await session.execute(_FORGET)


async def alive(session: AsyncSession) -> list[Alive]:
    """The workers that have been heard of lately."""
    return [Alive(*row) for row in await session.execute(_ALIVE, {"alive": ALIVE})]


async def workers_alive(session: AsyncSession) -> bool:
    """Whether any worker has been heard of in the last half minute."""
    return bool(await alive(session))
