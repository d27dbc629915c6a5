"""However much one workspace has waiting, the others have their turns; each in its own order."""

from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text

from postwright.db.embedded import EmbeddedServer
from postwright.jobs import dispatch, lanes
from postwright.jobs.lanes import STEPS, Claim, Turn
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

LEASE = timedelta(seconds=30)

_FILL = text("""
    INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
    SELECT :workspace_id || '/' || n, :workspace_id, :workspace_id || '/' || n, :kind,
           app_now() - :since + n * interval '1 ms', 0
    FROM generate_series(1, :number) AS n
""")


async def fill(
    service: Service,
    workspace_id: str,
    number: int,
    *,
    since: timedelta = timedelta(hours=1),
    kind: str = "start",
) -> None:
    values = {"workspace_id": workspace_id, "number": number, "since": since, "kind": kind}
    async with service.database.transaction() as session:
        await session.execute(_FILL, values)


async def claim(service: Service, turn: Turn, most: int = 8) -> list[Claim]:
    async with service.database.transaction() as session:
        return await lanes.claim(session, "start", most=most, lease=LEASE, turn=turn)


def workspaces(claims: list[Claim]) -> list[str]:
    return [one.workspace_id for one in claims]


async def test_five_thousand_of_one_workspace_do_not_come_before_one_of_another(
    service: Service,
) -> None:
    await fill(service, "big", 5000)
    await fill(service, "small", 1, since=timedelta(seconds=1))
    first = await claim(service, Turn())
    assert workspaces(first).count("small") == 1
    assert workspaces(first).count("big") == 7


async def test_twenty_backlogs_are_served_in_turn(service: Service) -> None:
    for n in range(20):
        await fill(service, f"ws{n:02}", 30, since=timedelta(hours=20 - n))
    turn, served = Turn(), list[str]()
    for _ in range(5):
        served += workspaces(await claim(service, turn))
    assert len(served) == 40
    assert {served.count(f"ws{n:02}") for n in range(20)} == {2}


async def test_a_workspace_with_little_is_found_among_more_than_one_claim_looks_at(
    service: Service,
) -> None:
    async with service.database.transaction() as session:
        await session.execute(
            text("""
                INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
                SELECT 'idle' || n, 'idle' || n, 'idle' || n, 'start',
                       app_now() + interval '1 day', 0
                FROM generate_series(1, :number) AS n
            """),
            {"number": 2 * STEPS},
        )
    await fill(service, "a.big", 100)
    await fill(service, "z.small", 1, since=timedelta(seconds=1))
    turn, served = Turn(), list[str]()
    for _ in range(5):
        served += workspaces(await claim(service, turn))
    assert served.count("z.small") == 1
    assert served.count("a.big") == 39


async def test_one_workspace_alone_is_served_in_due_order(service: Service) -> None:
    await fill(service, "only", 100)
    turn, served = Turn(), list[int]()
    while found := await claim(service, turn):
        served += [int(one.subject_id.partition("/")[2]) for one in found]
    assert served == list(range(1, 101))


async def test_what_is_in_hand_is_not_claimed_again_in_turn(service: Service) -> None:
    await fill(service, "a", 9)
    await fill(service, "b", 9)
    turn = Turn()
    first, second = await claim(service, turn), await claim(service, turn)
    assert len({one.lane_id for one in (*first, *second)}) == 16


async def test_many_lanes_are_woken_in_one_go_and_none_later_than_it_was(service: Service) -> None:
    await fill(service, "a", 3)
    async with service.database.transaction() as session:
        at = await session.scalar(text("SELECT app_now()"))
        assert at is not None
        due = [("a/1", at), ("a/2", at - timedelta(hours=2)), ("a/2", at - timedelta(hours=3))]
        await lanes.wake_all(session, "start", due)
    claims = await claim(service, Turn())
    assert [one.subject_id for one in claims] == ["a/2", "a/1", "a/3"]


async def test_a_look_and_a_claim_read_a_handful_of_pages_among_a_hundred_thousand_lanes(
    service: Service, server: EmbeddedServer
) -> None:
    for n in range(10):
        await fill(service, f"ws{n}", 10_000, since=timedelta(days=-7))
    owner = server.owner_url.replace("postgresql+psycopg", "postgresql")
    async with await psycopg.AsyncConnection.connect(owner, autocommit=True) as connection:
        await connection.execute("ANALYZE lanes")
    values = {"kind": "start", "most": 8, "lease": LEASE, "after": "", "steps": STEPS}
    for statement in (dispatch.LOOK, lanes.CLAIM):
        async with service.database.transaction() as session:
            told = await session.scalar(
                text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement.text}"),
                {name: value for name, value in values.items() if f":{name}" in statement.text},
            )
        assert told is not None
        plan = told[0]["Plan"]
        assert plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] < 50
