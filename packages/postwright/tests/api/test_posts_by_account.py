"""What lists of an account are read from is true, whatever was done with its posts."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import text

from postwright.publishing.states import State
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow

LATER, EVEN_LATER = "2100-01-15T10:00:00Z", "2100-02-15T10:00:00Z"
Row = tuple[str, str, str, datetime, datetime]

_KEPT = "SELECT post_id, connection_id, status, listed_at, created_at FROM post_accounts"
_TRUE = """
    SELECT DISTINCT posts.id, its.connection_id, posts.status, posts.listed_at, posts.created_at
    FROM posts JOIN publications AS its ON its.post_id = posts.id WHERE posts.deleted_at IS NULL
"""


async def rows(me: Caller) -> set[Row]:
    """What is kept, which is what is true."""
    async with me.api.service.database.transaction() as session:
        kept = (await session.execute(text(_KEPT))).all()
        true = (await session.execute(text(_TRUE))).all()
    assert sorted(map(tuple, kept)) == sorted(map(tuple, true))
    return {(row[0], row[1], row[2], row[3], row[4]) for row in kept}


async def stands(me: Caller, account_id: str) -> list[str]:
    """How the posts of an account stand, by its list; each status by a list of its own, too."""
    await rows(me)
    answer = await me.ask("GET", "", params={"accountId": account_id})
    posts: list[dict[str, Any]] = answer.json()["posts"]
    for status in {post["status"] for post in posts}:
        params = {"accountId": account_id, "status": status}
        found = (await me.ask("GET", "", params=params)).json()["posts"]
        assert [each["_id"] for each in found] == [
            post["_id"] for post in posts if post["status"] == status
        ]
    return [post["status"] for post in posts]


async def done(me: Caller, method: str, path: str, **more: Any) -> dict[str, Any]:
    answer = await me.ask(method, path, **more)
    assert answer.status_code in {200, 201}, answer.text
    return answer.json()


async def test_what_is_done_with_a_post_is_seen_in_the_lists_of_its_accounts(me: Caller) -> None:
    pia = await me.api.service.connect("private.pia")
    mine, hers = me.account.id, pia.id
    both = [{"platform": "tiktok", "accountId": each} for each in (mine, hers)]
    post = (await me.made(isDraft=True))["_id"]
    assert (await stands(me, mine), await stands(me, hers)) == (["draft"], [])
    await done(me, "PUT", f"/{post}", json={"isDraft": False, "scheduledFor": LATER})
    assert await stands(me, mine) == ["scheduled"]
    # Another time, and more accounts.
    alone = {"privacyLevel": "SELF_ONLY", "allowDuet": False, "allowStitch": False}
    both[1]["platformSpecificData"] = alone  # pyright: ignore[reportArgumentType]  # JSON
    await done(me, "PUT", f"/{post}", json={"platforms": both, "scheduledFor": EVEN_LATER})
    assert (await stands(me, mine), await stands(me, hers)) == (["scheduled"], ["scheduled"])
    assert {row[3].month for row in await rows(me)} == {2}
    # One of them is called off; then the whole post is, and it is deleted.
    await done(me, "PUT", f"/{post}", json={"platforms": both[:1]})
    assert await stands(me, mine) == ["scheduled"]
    await done(me, "DELETE", f"/{post}")
    assert (await stands(me, mine), await rows(me)) == ([], set())
    # What is brought back is there again; nobody but a person at the database can do that.
    async with me.api.service.database.transaction() as session:
        await session.execute(text("UPDATE posts SET deleted_at = NULL"))
    assert await stands(me, mine) == ["cancelled"]


async def test_what_becomes_of_a_post_is_seen_in_the_lists_of_its_account(me: Caller) -> None:
    service = me.api.service
    await service.control("POST", "outcomes", {"outcome": "frame_rate_check_failed"})
    failing = await me.made(publishNow=True)
    service.start_worker()
    publication_id = failing["platforms"][0]["_id"]
    await service.until(publication_id, State.FAILED)
    assert await stands(me, me.account.id) == ["failed"]
    await done(me, "POST", f"/{failing['_id']}/retry")
    await service.until(publication_id, State.PUBLISHED)
    assert await stands(me, me.account.id) == ["published"]


async def test_an_account_that_moves_or_is_disconnected_keeps_its_posts(me: Caller) -> None:
    api, account = me.api, me.account
    await me.made(scheduledFor=LATER)
    made = await api.ask("POST", "/v1/profiles", me.key, json={"name": "Elsewhere"})
    elsewhere = made.json()["profile"]["_id"]
    path = f"/v1/accounts/{account.id}"
    assert (await api.ask("PATCH", path, me.key, json={"profileId": elsewhere})).status_code == 200
    for profile, wanted in ((elsewhere, ["scheduled"]), (account.profile_id, [])):
        found = await done(me, "GET", "", params={"profileId": profile})
        assert [post["status"] for post in found["posts"]] == wanted
    gone = await api.ask("DELETE", path, me.key, params={"cancelPosts": True})
    assert gone.status_code == 200
    assert await stands(me, account.id) == ["cancelled"]
    found = await done(me, "GET", "", params={"profileId": elsewhere})
    assert [post["status"] for post in found["posts"]] == ["cancelled"]


async def test_what_clients_send_for_all_of_them_leaves_nothing_out(me: Caller) -> None:
    await me.made(scheduledFor=LATER)
    for params in (
        {"accountId": "all"}, {"profileId": "all"}, {"platform": "all"}, {"sortBy": "platform"},
    ):  # fmt: skip
        assert len((await done(me, "GET", "", params=params))["posts"]) == 1, params
    nothing = await done(me, "GET", "", params={"status": "pending_approval"})
    assert nothing["posts"] == []
