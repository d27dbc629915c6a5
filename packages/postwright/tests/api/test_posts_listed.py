"""Lists of posts: what is in them, in which order, and how one goes on."""

from typing import Any

import pytest
from sqlalchemy import text

from postwright.workspaces.models import Scope
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow


async def listed(me: Caller, key: str | None = None, **params: Any) -> dict[str, Any]:
    answer = await me.ask("GET", "", key=key or me.key, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def texts(told: dict[str, Any]) -> list[str]:
    return [post["content"] for post in told["posts"]]


@pytest.fixture
async def three(me: Caller) -> list[dict[str, Any]]:
    """A, B and C for January to March of 2100, made in another order."""
    return [
        await me.made(content=name, scheduledFor=f"2100-0{month}-01T00:00:00Z", tags=tags)
        for name, month, tags in (("B", 2, ["x"]), ("A", 1, ["x", "y"]), ("C", 3, []))
    ]


async def test_posts_are_in_the_order_that_is_asked_for(
    me: Caller, three: list[dict[str, Any]]
) -> None:
    assert len(three) == 3
    for order, wanted in (
        ("scheduled-desc", "CBA"),
        ("scheduled-asc", "ABC"),
        ("created-desc", "CAB"),
        ("created-asc", "BAC"),
        ("status", "ABC"),
    ):
        told = await listed(me, sortBy=order)
        assert "".join(texts(told)) == wanted
        assert told["pagination"] == {
            "page": 1, "limit": 10, "total": 3, "pages": 1, "isCapped": False, "nextCursor": None,
        }  # fmt: skip
    assert texts(await listed(me)) == ["C", "B", "A"]


async def test_a_list_goes_on_by_page_or_by_cursor(me: Caller, three: list[dict[str, Any]]) -> None:
    assert len(three) == 3
    for order in ("scheduled-desc", "scheduled-asc", "created-desc", "created-asc"):
        whole = texts(await listed(me, sortBy=order))
        first = await listed(me, sortBy=order, limit=2)
        assert texts(first) == whole[:2]
        cursor = first["pagination"]["nextCursor"]
        assert texts(await listed(me, sortBy=order, limit=1, page=3)) == whole[2:3]
        new = await me.made(content="new", scheduledFor="2100-04-01T00:00:00Z")
        rest = await listed(me, sortBy=order, limit=2, cursor=cursor)
        assert texts(rest)[:1] == whole[2:]
        assert (await me.ask("DELETE", f"/{new['_id']}")).status_code == 200


NARROWED: list[tuple[dict[str, str], str]] = [
    ({"status": "scheduled"}, "CBA"),
    ({"status": "draft"}, "D"),
    ({"status": "published"}, ""),
    ({"platform": "tiktok"}, "CBAD"),
    ({"platform": "youtube"}, ""),
    ({"search": "b"}, "B"),
    ({"search": "%"}, ""),
    ({"tags": "x"}, "BA"),
    ({"tags": "x,y"}, "A"),
    ({"dateFrom": "2100-02-01"}, "CB"),
    ({"dateFrom": "2100-01-01", "dateTo": "2100-02-01"}, "BA"),
    ({"fromDate": "2100-02-01"}, "CB"),
    ({"fromDate": "2100-01-01", "toDate": "2100-02-01"}, "BA"),
    ({"offset": "1"}, "BAD"),
    ({"offset": "3", "page": "1", "limit": "1"}, "D"),
    ({"source": "zernio", "includeHidden": "true", "fields": "_id"}, "CBAD"),
    ({"source": "api"}, "CBAD"),
    ({"source": "csv"}, ""),
    ({"source": "external"}, ""),
    ({"createdBy": "key_000000000000"}, ""),
    ({"accountId": "conn_000000000000"}, ""),
]


async def test_a_list_can_be_narrowed(me: Caller, three: list[dict[str, Any]]) -> None:
    assert len(three) == 3
    await me.made(content="D", isDraft=True)
    for params, wanted in NARROWED:
        assert "".join(texts(await listed(me, **params))) == wanted, params


async def test_a_list_is_of_an_account_or_a_profile(
    me: Caller, three: list[dict[str, Any]]
) -> None:
    pia = await me.api.service.connect("private.pia")
    hers = [{"platform": "tiktok", "accountId": pia.id}]
    await me.made(content="hers", isDraft=True, platforms=hers)
    assert texts(await listed(me, accountId=pia.id)) == ["hers"]
    assert len(texts(await listed(me, profileId=pia.profile_id))) == 4
    assert texts(await listed(me, createdBy=three[0]["userId"], limit=1)) == ["C"]


async def test_a_key_sees_only_posts_that_are_wholly_within_its_profiles(
    me: Caller, three: list[dict[str, Any]]
) -> None:
    made = await me.api.ask("POST", "/v1/profiles", me.key, json={"name": "Elsewhere"})
    elsewhere = await me.api.key(Scope.READ, profile_ids=[made.json()["profile"]["_id"]])
    assert texts(await listed(me, elsewhere)) == []
    within = await me.api.key(Scope.READ, profile_ids=[me.account.profile_id])
    assert texts(await listed(me, within)) == ["C", "B", "A"]
    assert (await me.ask("GET", f"/{three[0]['_id']}", key=elsewhere)).status_code == 404
    # A draft that goes to no account yet is its maker's.
    await me.made(content="mine", isDraft=True, platforms=None)
    assert len(texts(await listed(me))) == 4
    assert len(texts(await listed(me, within))) == 3


async def test_what_no_list_knows_is_refused(me: Caller) -> None:
    for params in (
        {"cursor": "WzFd"}, {"dateFrom": "soon"}, {"toDate": "soon"}, {"sortBy": "mood"},
        {"limit": 101}, {"offset": -1}, {"source": "mood"}, {"acountId": "x"},
    ):  # fmt: skip
        answer = await me.ask("GET", "", params=params)
        assert (answer.status_code, answer.json()["param"]) == (400, next(iter(params)))


async def test_who_reads_page_after_page_comes_to_the_end_of_more_than_are_counted(
    me: Caller,
) -> None:
    made = await me.made(isDraft=True)
    async with me.api.service.database.transaction() as session:
        await session.execute(
            text("""
                INSERT INTO posts (
                    id, workspace_id, kind, caption, fingerprint, version, created_at
                )
                SELECT 'post_' || n, workspace_id, kind, 'many', '', 1, created_at
                FROM posts, generate_series(1, 1049) AS n WHERE posts.id = :id
            """),
            {"id": made["_id"]},
        )
    first = (await listed(me, limit=100))["pagination"]
    assert (first["total"], first["pages"], first["isCapped"]) == (1000, 10, True)
    last = await listed(me, limit=100, page=11)
    assert len(last["posts"]) == 50
    assert (last["pagination"]["total"], last["pagination"]["nextCursor"]) == (1050, None)
    tenth = (await listed(me, limit=100, page=10))["pagination"]
    assert (tenth["pages"], tenth["nextCursor"] is None) == (11, False)


async def test_posts_of_several_accounts_come_once_and_in_order(me: Caller) -> None:
    pia = await me.api.service.connect("private.pia")
    ids = [me.account.id, pia.id]
    both = [{"platform": "tiktok", "accountId": each} for each in ids]
    for name, targets in (("A", both), ("B", both[:1]), ("C", both[1:]), ("D", both)):
        await me.made(content=name, isDraft=True, platforms=targets)
    lists: list[tuple[dict[str, Any], str]] = [
        ({"accountId": me.account.id}, "DBA"),
        ({"accountId": pia.id, "sortBy": "created-asc"}, "ACD"),
        ({"platform": "tiktok"}, "DCBA"),
        ({"accountId": pia.id, "limit": 1, "page": 2}, "C"),
    ]
    for params, wanted in lists:
        assert "".join(texts(await listed(me, **params))) == wanted, params
    cursor = (await listed(me, accountId=pia.id, limit=2))["pagination"]["nextCursor"]
    assert texts(await listed(me, accountId=pia.id, cursor=cursor)) == ["A"]
