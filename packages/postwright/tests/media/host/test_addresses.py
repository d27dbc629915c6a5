"""Whose address is served, when, and that void and served never both come true."""

import asyncio
import random

import pytest
from sqlalchemy import text

from postwright.media.errors import NoSuchMedia
from postwright.media.host import addresses
from tests.factories.mediahost import Site, noise

pytestmark = pytest.mark.slow

CONTENT = b"all that was kept" * 1000


async def test_a_void_address_is_gone_and_no_byte_of_it_was_served(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    assert await site.void()
    assert (await site.ask(path)).status_code == 404
    assert (await site.ask(path, "HEAD")).status_code == 404
    (row,) = await site.rows()
    assert row.first_byte_at is None
    assert await site.void()


async def test_what_was_served_cannot_be_void_and_stays_served(site: Site) -> None:
    path = await site.of(CONTENT, early=True, released=False)
    assert (await site.ask(path)).content == CONTENT
    (row,) = await site.rows()
    assert row.first_byte_at is not None
    assert not await site.void()
    assert (await site.ask(path)).content == CONTENT
    assert (await site.rows())[0].first_byte_at == row.first_byte_at


async def test_one_photo_of_three_that_was_served_keeps_all_from_being_void(site: Site) -> None:
    files = [await site.keep(noise(100), "image/jpeg") for _ in range(3)]
    paths = await site.issue(*files, early=True, released=False)
    assert (await site.ask(paths[1])).status_code == 200
    assert not await site.void()
    assert [row.void_at for row in await site.rows()] == [None] * 3
    assert (await site.ask(paths[2])).status_code == 200


async def test_released_addresses_cannot_be_void_since_the_attempt_has_its_id(site: Site) -> None:
    await site.of(CONTENT, released=True)
    assert not await site.void()


async def test_a_look_at_the_head_is_answered_at_once_and_serves_no_byte(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    answer = await site.ask(path, "HEAD")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.content == b""
    assert (await site.rows())[0].first_byte_at is None
    assert await site.void()


async def test_whoever_comes_before_the_release_waits_and_is_served_with_it(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    asked = asyncio.ensure_future(site.ask(path))
    done, _ = await asyncio.wait([asked], timeout=0.5)
    assert not done
    assert (await site.rows())[0].first_byte_at is None
    await site.release()
    assert (await asked).content == CONTENT


async def test_whoever_waits_in_vain_is_told_to_come_again(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    answer = await site.ask(path)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert answer.elapsed.total_seconds() > 2.5
    assert await site.void()


async def test_whoever_waits_for_what_becomes_void_gets_nothing(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    asked = asyncio.ensure_future(site.ask(path))
    await asyncio.wait([asked], timeout=0.3)
    assert await site.void()
    assert (await asked).status_code == 404


async def test_void_and_the_first_byte_never_both_come_true(site: Site) -> None:
    chance = random.Random(7)  # noqa: S311  # the same run each time
    tries = 60
    files = [await site.keep(noise(64), "image/jpeg") for _ in range(2)]
    outcomes = {"void": 0, "served": 0}

    async def race(number: int) -> None:
        attempt = f"att_{number}"
        paths = await site.issue(*files, attempt_id=attempt, early=True, released=False)

        async def void() -> bool:
            await asyncio.sleep(chance.random() * 0.02)
            return await site.void(attempt)

        async def get(path: str) -> int:
            await asyncio.sleep(chance.random() * 0.02)
            return (await site.ask(path)).status_code

        voided, *statuses = await asyncio.gather(void(), *(get(path) for path in paths * 2))
        rows = await site.rows(attempt)
        if voided:
            assert set(statuses) == {404}
            assert all(row.void_at and not row.first_byte_at for row in rows)
        else:
            assert set(statuses) == {200}
            assert all(row.first_byte_at and not row.void_at for row in rows)
        outcomes["void" if voided else "served"] += 1

    for begin in range(0, tries, 4):
        await asyncio.gather(*(race(number) for number in range(begin, begin + 4)))
    assert outcomes["void"] + outcomes["served"] == tries
    assert min(outcomes.values()) > 0, outcomes


async def test_an_address_ends_when_its_time_is_over(site: Site) -> None:
    path = await site.of(CONTENT)
    assert (await site.ask(path, "HEAD")).status_code == 200
    await site.advance(hours=2)
    assert (await site.ask(path, "HEAD")).status_code == 404
    assert (await site.ask(path)).status_code == 404


async def test_nothing_is_served_of_a_file_that_was_removed(site: Site) -> None:
    content = noise(1000)
    path = await site.of(content)
    (row,) = await site.rows()
    async with site.database.transaction() as session:
        await session.execute(
            text("UPDATE media_files SET removed_at = app_now() WHERE id = :id"),
            {"id": row.media_id},
        )
    assert (await site.ask(path)).status_code == 404
    with pytest.raises(NoSuchMedia):
        await site.issue(row.media_id, attempt_id="att_2")


async def test_no_address_can_be_made_for_another_workspaces_file(site: Site) -> None:
    theirs = await site.keep(CONTENT, workspace_id=await site.another_workspace())
    ours = await site.keep(noise(10))
    with pytest.raises(NoSuchMedia):
        await site.issue(ours, theirs)
    assert await site.rows() == []


async def test_an_address_whose_file_is_another_workspaces_serves_nothing(site: Site) -> None:
    theirs = await site.keep(CONTENT, workspace_id=await site.another_workspace())
    path = await site.of(noise(10))
    async with site.database.transaction() as session:
        await session.execute(text("UPDATE media_addresses SET media_id = :id"), {"id": theirs})
    assert (await site.ask(path)).status_code == 404
    assert (await site.ask(path, "HEAD")).status_code == 404


async def test_another_workspace_can_neither_void_nor_release(site: Site) -> None:
    path = await site.of(CONTENT, released=False)
    other = await site.another_workspace()
    async with site.database.transaction() as session:
        await addresses.release(session, other, "att_1")
    assert (await site.rows())[0].released_at is None
    await site.void(workspace_id=other)
    (row,) = await site.rows()
    assert row.void_at is None
    await site.release()
    assert (await site.ask(path)).status_code == 200
