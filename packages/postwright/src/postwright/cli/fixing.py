"""Sees a fix of a stored file through: a worker does it, or this command if there is none."""

import asyncio
import os
import socket
from pathlib import Path

from postwright.cli.opening import Desk
from postwright.cli.progress import Display
from postwright.jobs import lanes
from postwright.jobs.workers import workers_alive
from postwright.media import queries
from postwright.media.fixing import jobs
from postwright.media.fixing.errors import FixFailed
from postwright.media.fixing.mender import Mender
from postwright.media.fixing.recipe import Recipe
from postwright.media.models import FixState, MediaFile, MediaFix

_LOOK_EVERY_S = 0.3


async def fixed(desk: Desk, media: MediaFile, recipe: Recipe, show: Display) -> MediaFile:
    """Ask for a fix and see it through, here if no worker does the work; the mended file.

    Raises:
        FixFailed: it could not be mended, or somebody has cancelled it.
    """
    async with desk.database.transaction() as session:
        fix = await jobs.request(session, desk.workspace_id, media.id, recipe)
        is_alone = not await workers_alive(session)
    show.begin("mending", media.size_bytes)
    working = asyncio.ensure_future(_work_off(desk, fix) if is_alone else asyncio.sleep(0))
    try:
        while fix.state in jobs.GOING_ON:
            await asyncio.sleep(_LOOK_EVERY_S)
            async with desk.database.transaction() as session:
                fix = await jobs.fix_by_id(session, desk.workspace_id, fix.id)
            show.advance(int(fix.progress * media.size_bytes))
            if working.done():
                working.result()
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    is_done = fix.state is FixState.DONE
    show.end("; ".join(step.what for step in recipe.steps) if is_done else "", good=is_done)
    return await _result(desk, media, fix)


async def _work_off(desk: Desk, fix: MediaFix) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    lease = desk.settings.worker.lease
    mender = Mender(desk.library, desk.settings.media_folder, lease, holder)
    while True:
        async with desk.database.transaction() as session:
            claim = await lanes.claim_one(session, fix.id, jobs.FIX, lease=lease)
        if claim is not None:
            await mender.run(claim)
        await asyncio.sleep(_LOOK_EVERY_S)


async def _result(desk: Desk, media: MediaFile, fix: MediaFix) -> MediaFile:
    if fix.result_id is None:
        why = fix.detail or "It was cancelled."
        raise FixFailed(Path(media.name), why, rules=Recipe.from_dict(fix.recipe).rules)
    async with desk.database.transaction() as session:
        return await queries.media_file(session, desk.workspace_id, fix.result_id)
