"""`/healthz` and `/readyz`: whether the process lives, and whether it can do its work."""

import asyncio
from enum import StrEnum

from fastapi import APIRouter, Response
from pydantic import Field
from sqlalchemy import text

from postwright.api.parts import Parts, PartsOf
from postwright.api.wire.base import Out
from postwright.db.migrate import newest_version
from postwright.errors import AppError
from postwright.kit.patience import within

router = APIRouter(tags=["Health"])

_PATIENCE_S = 3.0
_VERSION = text("SELECT version_num FROM alembic_version")


class Condition(StrEnum):
    """How a part is."""

    OK = "ok"
    FAILING = "failing"


class Alive(Out):
    """The process answers."""

    status: Condition = Field(description="Always `ok`.")


class Ready(Out):
    """Whether it can do its work. What is wrong with a part is in the log."""

    status: Condition = Field(description="`failing` if one of the parts is.")
    database: Condition = Field(description="Whether the database answers.")
    migrations: Condition = Field(description="Whether it has this version's tables.")
    storage: Condition = Field(description="Whether media can be read and written.")


@router.get("/healthz", summary="Is it alive?", operation_id="get_health")
async def get_health() -> Alive:
    """Whether the process answers; it asks nobody else."""
    return Alive(status=Condition.OK)


@router.get(
    "/readyz",
    summary="Is it ready?",
    operation_id="get_readiness",
    responses={503: {"model": Ready, "description": "A part is failing."}},
)
async def get_readiness(parts: PartsOf, response: Response) -> Ready:
    """Whether it can do its work: 503 if not."""
    version, storage = await asyncio.gather(_database(parts), _storage(parts))
    is_there = version is not None
    is_new = version == newest_version()
    is_ready = is_there and is_new and storage
    response.status_code = 200 if is_ready else 503
    return Ready(
        status=_as(is_ready),
        database=_as(is_there),
        migrations=_as(is_new),
        storage=_as(storage),
    )


def _as(is_well: bool) -> Condition:  # noqa: FBT001  # it is the one thing that it is about
    return Condition.OK if is_well else Condition.FAILING


async def _storage(parts: Parts) -> bool:
    """Whether the store can be asked for a file, which is not there."""
    try:
        await within(_PATIENCE_S, parts.library.store.exists("ws_000000000000", "0" * 64))
    except (AppError, OSError, TimeoutError):
        return False
    return True


async def _database(parts: Parts) -> str | None:
    """The version of its tables; None if it does not answer."""

    async def look() -> str:
        async with parts.database.transaction() as session:
            return str(await session.scalar(_VERSION))

    try:
        return await within(_PATIENCE_S, look())
    except (AppError, TimeoutError):
        return None
