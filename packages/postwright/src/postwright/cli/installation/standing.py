"""How the installation stands, as rows for people and as JSON."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli.opening import Desk
from postwright.db.guard import place_of
from postwright.db.installation import Installation
from postwright.publishing.copies import look
from postwright.publishing.gate import IN_DOUBT
from postwright.publishing.models import Publication

MEANING = (
    "Two copies of the data would post everything twice, and end each other's tokens. If another "
    "one may still run, stop it for good first: nobody but you can know."
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The installation; `doubt` is empty if all is well. `held` counts what waits for that."""

    id: str
    epoch: int
    confirmed_at: datetime
    restored_at: datetime | None
    doubt: str
    held: int

    def to_dict(self) -> dict[str, Any]:
        """The shape of `--json`."""
        return {
            "id": self.id,
            "epoch": self.epoch,
            "confirmed_at": self.confirmed_at,
            "restored_at": self.restored_at,
            "in_doubt": bool(self.doubt),
            "doubt": self.doubt,
            "held": self.held,
        }


async def standing(desk: Desk) -> Standing:
    """Look how it stands now."""
    looked = await look(desk.database, place_of(desk.settings))
    async with desk.database.transaction() as session:
        row = (await session.scalars(select(Installation))).one()
        held = await _held(session)
    return Standing(row.id, row.epoch, row.confirmed_at, row.restored_at, looked.doubt, held)


async def _held(session: AsyncSession) -> int:
    held = select(func.count()).where(Publication.hold_reason == IN_DOUBT)
    return (await session.execute(held)).scalar_one()
