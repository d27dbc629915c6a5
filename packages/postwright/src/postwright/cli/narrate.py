"""Tells on the terminal of `postwright up` what becomes of the posts."""

import asyncio
import contextlib
from datetime import datetime

from postwright.cli import describe, printing
from postwright.cli.opening import Desk
from postwright.db.database import DatabaseGone
from postwright.publishing import queries
from postwright.publishing.queries import Overview
from postwright.publishing.states import State

_LOOK_S = 0.5
_NEWEST = 50


async def narrate(desk: Desk) -> None:
    """Print a line whenever a post changes its state, until cancelled."""
    told: dict[str, tuple[State, str]] | None = None
    while True:
        with contextlib.suppress(DatabaseGone):  # the worker beside it says so in the log
            now = await _states(desk)
            told = now if told is None else told
            for post, (state, line) in now.items():
                if told.get(post, (None,))[0] != state:
                    printing.line(f"{datetime.now().astimezone():%H:%M:%S}  {line}")
            told = now
        await asyncio.sleep(_LOOK_S)


async def _states(desk: Desk) -> dict[str, tuple[State, str]]:
    async with desk.database.transaction() as session:
        newest = await queries.recent(session, desk.workspace_id, limit=_NEWEST)
    return {seen.publication.id: (seen.publication.state, _line(seen)) for seen in reversed(newest)}


def _line(seen: Overview) -> str:
    what = f"{seen.post.id}  {describe.files(seen)} for @{seen.connection.handle}"
    return f"{what}  {describe.words(seen.publication)}"
