"""What people do with single posts, as they would by the command line and on their phones."""

from dataclasses import dataclass, field
from datetime import timedelta

import httpx2
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.scene import Scene
from benchmarks.week.items import Act, Deed, Item
from benchmarks.week.town import ACTOR, Town, settings_of
from postwright.publishing.cancel import cancel
from postwright.publishing.edit import Changes, edit
from postwright.publishing.models import Publication
from postwright.publishing.retry import retry

_SPOILED = "frame_rate_check_failed"
_UPSET = "internal"
LATER = timedelta(minutes=20)
_MOST_TRIES = 300

_STATE = "SELECT state FROM publications WHERE id = :id"
_DELIVERED = """
    SELECT publish_id FROM attempts
    WHERE publication_id = :id AND stage IN ('delivered', 'published')
"""


@dataclass(slots=True)
class People:
    """They look again later if something is not so far yet; `gave_up` if it never is."""

    scene: Scene
    town: Town
    gave_up: list[str] = field(default_factory=list[str])
    _tries: dict[int, int] = field(default_factory=dict[int, int])

    async def does(self, deed: Deed, item: Item) -> bool:
        """Do it; False if it has to be done later."""
        publication_id = self.town.publications[item.number]
        match deed.act:
            case Act.EDIT:
                await self._edit(item, publication_id)
            case Act.MOVE:
                changes = Changes(publish_at=item.moved_to)
                await self._change(publication_id, changes)
            case Act.CANCEL:
                await self._cancel(publication_id)
            case Act.RETRY:
                return await self._retry(deed, publication_id)
            case Act.FINISH:
                return await self._finish(deed, publication_id)
            case Act.SPOIL | Act.UPSET:
                outcome = _SPOILED if deed.act is Act.SPOIL else _UPSET
                order = {"outcome": outcome, "creator": item.account.username, "count": 1}
                await self.scene.control("POST", "outcomes", order)
            case _:
                raise ValueError(deed.act)
        return True

    async def _edit(self, item: Item, publication_id: str) -> None:
        text = item.text("edited")
        await self._change(publication_id, Changes(caption=text, settings=settings_of(item, text)))

    async def _change(self, publication_id: str, changes: Changes) -> None:
        async def do(session: AsyncSession) -> None:
            publication = await session.get_one(Publication, publication_id)
            await edit(session, publication, changes, expected_version=None, actor=ACTOR)

        await self.scene.surely(do)

    async def _cancel(self, publication_id: str) -> None:
        async def do(session: AsyncSession) -> None:
            await cancel(session, await session.get_one(Publication, publication_id), actor=ACTOR)

        await self.scene.surely(do)

    async def _retry(self, deed: Deed, publication_id: str) -> bool:
        state = (await self.scene.rows(_STATE, id=publication_id))[0][0]
        if state != "failed":
            return self._gives_up(deed, f"it is {state}, not failed")

        async def do(session: AsyncSession) -> None:
            await retry(session, await session.get_one(Publication, publication_id), actor=ACTOR)

        await self.scene.surely(do)
        return True

    async def _finish(self, deed: Deed, publication_id: str) -> bool:
        found = await self.scene.rows(_DELIVERED, id=publication_id)
        if not found:
            return self._gives_up(deed, "it is not in the inbox")
        try:
            await self.scene.control("POST", f"drafts/{found[0][0]}/finish", {})
        except httpx2.HTTPStatusError as error:
            return self._gives_up(deed, error.response.text)
        return True

    def _gives_up(self, deed: Deed, why: str) -> bool:
        self._tries[deed.order] = self._tries.get(deed.order, 0) + 1
        if self._tries[deed.order] < _MOST_TRIES:
            return False
        number = "" if deed.item is None else deed.item.number
        self.gave_up.append(f"nobody could {deed.act} {number}: {why}")
        return True
