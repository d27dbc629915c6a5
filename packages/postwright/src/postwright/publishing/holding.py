"""Holds what a new publication needs, while it is stored: its account's lanes, and its files."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection
from postwright.db.statement import Coming
from postwright.jobs import lanes
from postwright.media.models import MediaFile
from postwright.media.uses import ask_to_use, used
from postwright.publishing.order import Order
from postwright.publishing.repeats import ask_for_repeat, asked_for_repeat
from postwright.publishing.work import START


@dataclass(frozen=True, slots=True)
class Going:
    """What goes to an account; `content` is the hash by which a repeat is told."""

    connection: Connection
    order: Order
    content: bytes


@dataclass(frozen=True, slots=True)
class Held:
    """What was asked of files and repeats; the answers come with those to all that follows.

    Others who make something for these accounts wait from here to the end of the transaction. So
    what is stored is sent along, and taken back if an answer does not allow it.
    """

    uses: dict[str, Coming]
    repeats: list[tuple[str, Coming]]

    async def check(self) -> None:
        """Read the answers.

        Raises:
            NoSuchMedia: a file was removed.
            Repeated: it refuses repeats, and an account gets the same already.
        """
        for media_id, use in self.uses.items():
            await used(use, media_id)
        for connection_id, repeat in self.repeats:
            await asked_for_repeat(repeat, connection_id)


async def ask_to_hold(
    session: AsyncSession, workspace_id: str, going: Sequence[Going], order: Order
) -> Held:
    """Wake the lanes, and hold the files: in this order, as a worker has them that announces.

    Then nobody else makes anything for these accounts, and repeats can be looked for.
    """
    if not order.is_draft:
        for each in going:
            await lanes.wake(
                session, workspace_id, each.connection.id, START, each.order.publish_at
            )
    every = (order, *(each.order for each in going))
    files = {file.id for each in every for file in each.media if isinstance(file, MediaFile)}
    uses = {each: await ask_to_use(session, workspace_id, each) for each in sorted(files)}
    repeats = list[tuple[str, Coming]]()
    for each in going:
        if order.refuses_repeats and not order.is_draft:
            its, at = each.connection.id, each.order.publish_at
            repeat = await ask_for_repeat(session, workspace_id, its, each.content, at=at)
            repeats.append((its, repeat))
    return Held(uses, repeats)
