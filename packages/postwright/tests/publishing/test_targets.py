"""One post that goes to several accounts: in one transaction, each in its own way and time."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from postwright.connections.models import Connection, ConnectionState
from postwright.db.database import app_now
from postwright.media.models import MediaKind
from postwright.posts.models import Post
from postwright.publishing import queries
from postwright.publishing.cancel import Cancelling, cancel
from postwright.publishing.edit import Changes, edit
from postwright.publishing.models import Publication
from postwright.publishing.order import Order, Target
from postwright.publishing.queries import NoSuchPost, Wanted
from postwright.publishing.schedule import (
    InThePast,
    KeyReused,
    NothingToPost,
    SameAccountTwice,
    Scheduled,
    Unusable,
    schedule,
)
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

ALONE = {"privacy_level": "SELF_ONLY", "title": "for all"}


@pytest.fixture
async def two(service: Service) -> tuple[Connection, Connection]:
    """Two connected accounts."""
    return await service.connect("demo"), await service.connect("private.pia")


async def send(service: Service, targets: Sequence[Target], order: Order) -> Scheduled:
    async with service.database.transaction() as session:
        return await schedule(session, service.workspace_id, targets, order, actor="test")


async def in_hours(service: Service, hours: float) -> datetime:
    async with service.database.transaction() as session:
        return await app_now(session) + timedelta(hours=hours)


async def posts(service: Service) -> int:
    async with service.database.transaction() as session:
        return await session.scalar(select(func.count()).select_from(Post)) or 0


async def test_each_account_gets_its_own_text_files_and_time(
    service: Service, two: tuple[Connection, Connection], video: Path, tmp_path: Path
) -> None:
    demo, pia = two
    later, photo = await in_hours(service, 1), await service.add_photo(tmp_path, 1)
    own = {"privacy_level": "SELF_ONLY", "title": "hers", "description": "for her"}
    order = Order((await service.add(video),), "for all", ALONE)
    to_pia = Target(pia, (photo,), "for her", own, publish_at=later, timezone="Asia/Tokyo")
    async with service.reachable():
        made = await send(service, [to_pia, Target(demo)], order)
        hers, his = made.publication_ids
        service.start_worker()
        await service.until(his, State.PUBLISHED)
        waits = await service.publication(hers)
        assert (waits.state, waits.publish_at) == (State.SCHEDULED, later)
        assert (waits.kind, waits.caption) == (MediaKind.PHOTO, "for her")
        assert waits.timezone == "Asia/Tokyo"
        await service.advance(hours=1.1)
        await service.until(hers, State.PUBLISHED)
    out = {post["username"]: post for post in await service.control.posts()}
    assert (out["demo"]["title"], out["demo"]["medium"]) == ("for all", "video")
    assert (out["private.pia"]["title"], out["private.pia"]["medium"]) == ("hers", "photo")
    async with service.database.transaction() as session:
        shown = await queries.overview(session, service.workspace_id, hers)
    assert [file.id for file in shown.media] == [photo.id]
    assert shown.post.caption == "for all"


async def test_if_one_account_cannot_be_posted_to_nothing_is_stored(
    service: Service, two: tuple[Connection, Connection], video: Path
) -> None:
    demo, pia = two
    order = Order((await service.add(video),), "for all", ALONE, key="both")
    past = await in_hours(service, -1)
    with pytest.raises(InThePast):
        await send(service, [Target(demo), Target(pia, publish_at=past)], order)
    with pytest.raises(SameAccountTwice):
        await send(service, [Target(demo), Target(pia), Target(demo)], order)
    with pytest.raises(NothingToPost):
        await send(service, [Target(demo), Target(pia, media=())], order)
    pia.state = ConnectionState.EXPIRED
    with pytest.raises(Unusable, match=r"private\.pia"):
        await send(service, [Target(demo), Target(pia)], order)
    assert await posts(service) == 0


async def test_the_same_key_is_the_same_post_in_whatever_order_its_accounts_are_named(
    service: Service, two: tuple[Connection, Connection], video: Path
) -> None:
    demo, pia = two
    order = Order((await service.add(video),), "for all", ALONE, key="both")
    first, second = await asyncio.gather(
        send(service, [Target(demo), Target(pia)], order),
        send(service, [Target(pia), Target(demo)], order),
    )
    assert first.post_id == second.post_id
    assert first.publication_ids == second.publication_ids[::-1]
    assert sorted([first.is_new, second.is_new]) == [False, True]
    for other in ([Target(demo)], [Target(demo), Target(pia, caption="else")]):
        with pytest.raises(KeyReused):
            await send(service, other, order)
    assert await posts(service) == 1


async def test_a_draft_goes_nowhere_before_it_gets_a_time(
    service: Service, two: tuple[Connection, Connection], video: Path
) -> None:
    demo, pia = two
    empty = Order((), "an idea", is_draft=True)
    assert (await send(service, [], empty)).publication_ids == ()
    order = Order((await service.add(video),), "for all", ALONE, is_draft=True)
    made = await send(service, [Target(demo), Target(pia)], order)
    service.start_worker()
    other = await service.publish(demo, video, privacy="SELF_ONLY", caption="in between")
    await service.until(other.publication_id, State.PUBLISHED)
    drafts = [await service.publication(each) for each in made.publication_ids]
    assert [(each.state, each.lane, each.due_at) for each in drafts] == [
        (State.DRAFT, None, None)
    ] * 2
    async with service.database.transaction() as session:
        now = Changes(publish_at=await app_now(session), caption="better", settings=ALONE)
        first = await session.get_one(Publication, made.publication_ids[0])
        await edit(session, first, now, actor="test")
        second = await session.get_one(Publication, made.publication_ids[1])
        assert await cancel(session, second, actor="test") is Cancelling.DONE
    seen = await service.until(made.publication_ids[0], State.PUBLISHED)
    assert seen.caption == "better"
    assert (await service.publication(made.publication_ids[1])).caption == "for all"


async def test_the_list_goes_on_after_the_last_one_and_can_be_narrowed(
    service: Service, two: tuple[Connection, Connection], video: Path
) -> None:
    demo, pia = two
    file, later = await service.add(video), await in_hours(service, 5)
    ids = list[str]()
    for n in range(3):  # both of a post are made in the same moment
        to = [Target(demo), Target(pia, publish_at=later)]
        ids += (await send(service, to, Order((file,), f"{n}", ALONE))).publication_ids

    async def listed(
        limit: int, after: str | None = None, wanted: Wanted | None = None
    ) -> list[str]:
        async with service.database.transaction() as session:
            found = await queries.recent(
                session, service.workspace_id, limit=limit, after=after, wanted=wanted
            )
            return [seen.publication.id for seen in found]

    everything = await listed(10)
    assert set(everything) == set(ids)
    first = await listed(3)
    assert first + await listed(10, first[-1]) == everything
    assert await listed(10, everything[-1]) == []
    hers = [id_ for id_ in everything if id_ in ids[1::2]]
    assert await listed(10, wanted=Wanted(connection_id=pia.id)) == hers
    assert await listed(10, wanted=Wanted(since=later)) == hers
    assert set(await listed(10, wanted=Wanted(until=later))) == set(ids[0::2])
    assert await listed(10, wanted=Wanted(state=State.PUBLISHED)) == []
    with pytest.raises(NoSuchPost):
        await listed(10, "pub_nobody")
