"""What people do meanwhile: they finish drafts, cancel posts, and connect accounts again."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.items import Item
from benchmarks.crash.scene import Scene
from postwright.connections.connect import ConnectFailed
from postwright.db.database import DatabaseGone
from postwright.errors import NetworkTrouble
from postwright.platforms.content import Mode
from postwright.publishing.cancel import TooLate, cancel
from postwright.publishing.models import Publication

_LOOK_S = 0.5

_UNUSABLE = """
    SELECT handle FROM connections
    WHERE state NOT IN ('connected', 'expiring') AND disconnected_at IS NULL
"""
_DELIVERED = """
    SELECT publication.id, attempts.publish_id FROM publications AS publication
    JOIN attempts ON attempts.publication_id = publication.id
    WHERE attempts.stage IN ('delivered', 'published') AND attempts.mode = 'draft'
    ORDER BY publication.id
"""
_GOING = """
    SELECT publications.id FROM publications
    JOIN attempts ON attempts.publication_id = publications.id AND attempts.live
    WHERE cancel_requested_at IS NULL
      AND (attempts.stage IN ('intent', 'open') OR
           attempts.stage IN ('tracking', 'settling') AND attempts.source = 'pull')
"""


@dataclass(slots=True)
class People:
    """The creators. `cancels` is how many posts they may cancel yet."""

    scene: Scene
    chance: random.Random
    cancels: int
    items: dict[str, Item] = field(default_factory=dict[str, Item])
    finished: Counter[str] = field(default_factory=Counter[str])
    posts: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    cancelled: set[str] = field(default_factory=set[str])
    reconnected: int = 0

    async def run(self) -> None:
        """Connect again whatever account asks for it, until cancelled."""
        while True:
            for (username,) in await self.scene.rows(_UNUSABLE):
                try:
                    await self.scene.consent(username)
                    self.reconnected += 1
                except (ConnectFailed, NetworkTrouble, DatabaseGone):
                    continue  # and once more, as the command says
            await asyncio.sleep(_LOOK_S)

    async def finish_one(self) -> bool:
        """Finish a draft that is to be finished and is not yet; whether there was one."""
        for row in await self.scene.rows(_DELIVERED):
            publication_id, publish_id = str(row.id), str(row.publish_id)
            item = self.items[publication_id]
            if self.finished[publication_id] < item.finishes:
                self.finished[publication_id] += 1
                made = await self.scene.control("POST", f"drafts/{publish_id}/finish", {})
                self.posts.setdefault(publication_id, []).append(made["post_id"])
                return True
        return False

    @property
    def is_done(self) -> bool:
        """Whether nobody wants to finish any draft that has been delivered."""
        return not any(
            item.mode is Mode.DRAFT and self.finished[publication_id] < item.finishes
            for publication_id, item in self.items.items()
        )

    async def cancel_one(self) -> bool:
        """Cancel something that is under way; whether there was something."""
        if self.cancels == 0:
            return False
        found = [row[0] for row in await self.scene.rows(_GOING)]
        if not found:
            return False
        publication_id = self.chance.choice(found)

        async def ask(session: AsyncSession) -> None:
            publication = await session.get_one(Publication, publication_id)
            if publication.cancel_requested_at is None:
                await cancel(session, publication, actor="person")

        try:
            await self.scene.surely(ask)
        except TooLate:
            return False
        self.cancels -= 1
        self.cancelled.add(publication_id)
        return True
