"""Holds a lane while work is done in it: renews the lease, and stops the work if it is lost."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta

from postwright.db.database import Database, DatabaseGone
from postwright.jobs import lanes
from postwright.jobs.lanes import Claim

log = logging.getLogger(__name__)


async def hold(
    database: Database,
    claim: Claim,
    *,
    lease: timedelta,
    holder: str,
    work: Callable[[], Awaitable[None]],
    renews: bool = False,
) -> None:
    """Do `work` while the lease of `claim` is renewed three times per lease.

    If the work itself renews the lease first thing, it says so by `renews`.

    The work is cancelled when somebody else has claimed the lane, or when the lease could not be
    renewed in time: whatever it had in hand then belongs to whoever holds the lane. If the work
    is cancelled from outside the lane is let go as it is; if it fails the lease is left to run
    out, so that what fails again and again does so once per lease.
    """
    running = asyncio.ensure_future(work())
    keeping = asyncio.ensure_future(_keep(database, claim, lease, holder, renewed=renews))
    try:
        await asyncio.wait({running, keeping}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
        else:
            keeping.result()  # a fault of the renewal itself is no lost lane
            log.warning("lane %s: lost to another worker, or no renewal in time", claim.lane_id)
    except asyncio.CancelledError:
        await _stop(running, keeping)
        await _let_go(database, claim)
        raise
    finally:
        await _stop(running, keeping)


async def _stop(*tasks: asyncio.Future[None]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(
    database: Database, claim: Claim, lease: timedelta, holder: str, *, renewed: bool
) -> None:
    """Return when the lease is lost."""
    loop = asyncio.get_running_loop()
    length = lease.total_seconds()
    # A process that was stopped for longer than its lease finds that out here, or in the record
    # step, whose fence then fits no more.
    until = loop.time() + length * 0.9
    if renewed:
        await asyncio.sleep(length / 3)
    while (left := until - loop.time()) > 0:
        began = loop.time()
        try:
            async with (
                asyncio.timeout(min(length * 0.3, left)),
                database.transaction() as session,
            ):
                ours = await lanes.renew(
                    session, claim.lane_id, claim.fence, lease=lease, holder=holder
                )
            if not ours:
                return
            until = began + length * 0.9
        except (DatabaseGone, TimeoutError):
            log.warning("lane %s: the lease could not be renewed", claim.lane_id)
        await asyncio.sleep(max(0, min(length / 3, until - loop.time())))


async def _let_go(database: Database, claim: Claim) -> None:
    with contextlib.suppress(DatabaseGone):  # then the lease runs out
        async with database.transaction() as session:
            await lanes.abandon(session, claim.lane_id, claim.fence)
