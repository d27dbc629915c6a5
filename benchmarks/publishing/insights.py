"""Work of another kind beside publishing: `python -m benchmarks.publishing.insights DATABASE_URL`.

Each lane takes some milliseconds of CPU and a few statements, as reading statistics does, and
there are always more of them than slots.
"""

import asyncio
import hashlib
import sys
from datetime import timedelta

from sqlalchemy import text

from postwright.db.database import Database
from postwright.jobs import lanes
from postwright.jobs.dispatch import Dispatcher
from postwright.jobs.engine import Engine
from postwright.jobs.lanes import Claim

KIND = "bench.insights"
LEASE = timedelta(seconds=30)
_AGAIN = timedelta(seconds=20)


async def main() -> None:
    """Work until killed."""
    database = Database(sys.argv[1])

    async def run(claim: Claim) -> None:
        hashlib.sha256(bytes(2_000_000)).digest()
        await asyncio.sleep(0.02)
        async with database.transaction() as session:
            now = await session.scalar(text("SELECT app_now()"))
            await lanes.release(session, claim.lane_id, claim.fence, now + _AGAIN)

    engine = Engine(database, {KIND: run}, slots=4, name="insights")
    dispatcher = Dispatcher(database, engine, lease=LEASE, poll_s=1)
    async with asyncio.TaskGroup() as group:
        group.create_task(engine.run())
        group.create_task(dispatcher.run())


if __name__ == "__main__":
    asyncio.run(main())
