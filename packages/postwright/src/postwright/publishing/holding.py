"""Holds what a new publication needs, while it is stored: its account's lanes, and its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.jobs import lanes
from postwright.media.models import MediaFile
from postwright.media.uses import ask_to_use
from postwright.publishing.order import Order
from postwright.publishing.repeats import ask_to_refuse_repeat
from postwright.publishing.work import START


@dataclass(frozen=True, slots=True)
class Going:
    """What goes to an account; `content` is the hash by which a repeat is told."""

    connection: Connection
    order: Order
    content: bytes


async def ask_to_hold(
    session: AsyncSession, workspace_id: str, going: Sequence[Going], order: Order
) -> None:
    """Wake the lanes, hold the files, refuse repeats: in this order, as workers lock that announce.

    Others who make something for these accounts wait from here to the end of the transaction. So
    nobody waits for the answers: what is stored is sent along, and is undone if one refuses it.
    `NoSuchMedia` (a file was removed) and `Repeated` come with what is waited for next, or at the
    commit.
    """
    if not order.is_draft:
        for each in going:
            await lanes.wake(
                session, workspace_id, each.connection.id, START, each.order.publish_at
            )
    every = (order, *(each.order for each in going))
    files = {file.id for each in every for file in each.media if isinstance(file, MediaFile)}
    for media_id in sorted(files):
        await ask_to_use(session, workspace_id, media_id)
    if order.refuses_repeats and not order.is_draft:
        for each in going:
            its, at = each.connection.id, each.order.publish_at
            await ask_to_refuse_repeat(
                session, workspace_id, its, each.content, at=at, key=order.key
            )
