"""Hands out what is to be published: the next item of a sort, for whoever has least to do."""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.items import Item, Sort
from benchmarks.crash.people import People
from benchmarks.crash.scene import Scene
from postwright.connections.models import Connection
from postwright.platforms.content import Mode
from postwright.publishing.order import Order, Target
from postwright.publishing.schedule import Unusable, schedule
from postwright.publishing.states import ENDS

_STATES = "SELECT id, state, detail FROM publications"

# Until then a range of it may be under way, or be so soon.
_TO_SEND = frozenset({"scheduled", "preparing", "submitting", "uploading"})

Fits = Callable[[str], bool]
Wanted = Callable[[Item], bool]


@dataclass(slots=True)
class Row:
    """One publication and what became of it."""

    publication_id: str
    username: str
    item: Item
    state: str = "scheduled"
    detail: str = ""
    attempts: int = 0
    inits: int = 0
    blows: int = 0
    posts: int = 0

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens by itself, but for what the person does."""
        return self.state in ENDS


@dataclass(slots=True)
class Supply:
    """The items that are left, and the publications that were made of the others."""

    scene: Scene
    people: People
    left: list[Item]
    rows: list[Row] = field(default_factory=list[Row])

    async def publish(
        self,
        sort: Sort | None = None,
        fits: Fits = lambda _: True,
        wanted: Wanted = lambda _: True,
    ) -> bool:
        """Publish the next item of a sort that is wanted, for a creator that fits.

        False if there is none.
        """
        fitting = (each for each in self.left if sort in {None, each.sort} and wanted(each))
        item = next(fitting, None)
        creators = [creator for creator in self.scene.creators if fits(creator.handle)]
        if item is None or not creators:
            return False
        creator = min(creators, key=self._load)
        try:
            publication_id = await self._order(item, creator)
        except Unusable:
            return False  # its person connects it again
        self.left.remove(item)
        self.people.items[publication_id] = item
        self.rows.append(Row(publication_id, creator.handle, item))
        return True

    async def _order(self, item: Item, creator: Connection) -> str:
        async def make(session: AsyncSession) -> str:
            # As it is now: it may have been connected again.
            connection = await session.get_one(Connection, creator.id)
            media = [
                await self.scene.add(session, file, seen, item.kind)
                for file, seen in zip(item.files, item.probes, strict=True)
            ]
            order = Order(
                media, item.caption, dict(item.settings), item.mode, item.sort.source,
                key=f"item-{item.number}",
            )  # fmt: skip
            workspace_id, targets = connection.workspace_id, [Target(connection)]
            made = await schedule(session, workspace_id, targets, order, actor="bench")
            return made.publication_id

        return await self.scene.surely(make)

    def _load(self, creator: Connection) -> tuple[int, int]:
        """What is under way for a creator, then what there was; drafts fill an inbox for a day."""
        mine = [row for row in self.rows if row.username == creator.handle]
        drafts = sum(row.item.mode is Mode.DRAFT for row in mine)
        return sum(not row.is_over for row in mine), len(mine) + drafts

    async def look(self) -> None:
        """See what has become of everything."""
        found = {str(row.id): row for row in await self.scene.rows(_STATES)}
        for row in self.rows:
            seen = found[row.publication_id]
            row.state, row.detail = seen.state, seen.detail

    def is_sending(self, wanted: Wanted = lambda _: True) -> bool:
        """Whether such a video is on its way to TikTok, as of the last look."""
        return any(
            row.item.sort is Sort.SENT and row.state in _TO_SEND and wanted(row.item)
            for row in self.rows
        )

    @property
    def going(self) -> int:
        """How many publications are under way."""
        return sum(not row.is_over for row in self.rows)
