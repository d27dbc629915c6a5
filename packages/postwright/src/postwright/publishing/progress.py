"""Shows how far an upload has come, while it is under way."""

import asyncio
import contextlib

from sqlalchemy import update

from postwright.db.database import Database, DatabaseGone
from postwright.publishing.models import AttemptRow

_SHOW_EVERY_S = 0.5


class Progress:
    """Shows how far a range has come, for people; the protocol never reads it."""

    def __init__(self, database: Database, attempt_id: str) -> None:
        self._database = database
        self._attempt_id = attempt_id
        self._sent = self._shown = 0

    def tell(self, offset: int) -> None:
        """Hear up to which offset bytes have left."""
        self._sent = offset

    async def run(self) -> None:
        """Show it twice a second, until cancelled."""
        while True:
            await asyncio.sleep(_SHOW_EVERY_S)
            if self._sent == self._shown:
                continue
            self._shown = self._sent
            with contextlib.suppress(DatabaseGone):  # it is for people to look at, no more
                async with self._database.transaction() as session:
                    await session.execute(
                        update(AttemptRow)
                        .where(AttemptRow.id == self._attempt_id)
                        .values(progress_bytes=self._sent)
                    )
