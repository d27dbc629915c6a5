"""Publications over the API: changed on one account, and decided about by a person."""

from typing import Any

import pytest
from sqlalchemy import update

from postwright.publishing.models import Publication
from postwright.publishing.states import State
from tests.factories.posting import Caller

pytestmark = pytest.mark.slow

LATER, EVEN_LATER = "2100-01-15T10:00:00+00:00", "2100-02-15T10:00:00+00:00"


async def ask(me: Caller, method: str, path: str, key: str | None = None, **more: Any) -> Any:
    return await me.api.ask(method, f"/v1/publications{path}", key or me.key, **more)


async def two(me: Caller) -> list[str]:
    """The publications of a post to two accounts."""
    pia = await me.api.service.connect("private.pia")
    targets = [
        {"platform": "tiktok", "accountId": each.id, "platformSpecificData": data}
        for each, data in ((me.account, {}), (pia, {"privacyLevel": "SELF_ONLY"}))
    ]
    quiet = {"allow_duet": False, "allow_stitch": False}
    settings = {**me.body()["tiktokSettings"], **quiet}
    post = await me.made(platforms=targets, tiktokSettings=settings, scheduledFor=LATER)
    return [each["_id"] for each in post["platforms"]]


async def uncertain(me: Caller, publication_id: str) -> None:
    """Have nobody know whether it is out."""
    async with me.api.service.database.transaction() as session:
        await session.execute(
            update(Publication)
            .where(Publication.id == publication_id)
            .values(state=State.UNCONFIRMED, lane=None, due_at=None)
        )


async def test_one_account_gets_another_time_and_text_and_the_others_stay(me: Caller) -> None:
    first, second = await two(me)
    body = {"publishAt": EVEN_LATER, "timezone": "Europe/Berlin", "caption": "Only here"}
    changed = (await ask(me, "PATCH", f"/{second}", json=body)).json()["publication"]
    assert (changed["publishAt"], changed["caption"]) == (EVEN_LATER, "Only here")
    assert (changed["timezone"], changed["contentVersion"]) == ("Europe/Berlin", 2)
    assert changed["settings"]["title"] == "Only here"
    assert changed["settings"]["privacy_level"] == "SELF_ONLY"
    other = (await ask(me, "GET", f"/{first}")).json()["publication"]
    assert (other["publishAt"], other["caption"], other["contentVersion"]) == (
        LATER, "Hello #sunset", 1,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "status", "param"),
    [
        ({}, 400, None),
        ({"title": "Lisbon"}, 400, "title"),
        ({"timezone": "Mars/Olympus"}, 400, "timezone"),
        ({"publishAt": "2020-01-15T10:00:00Z"}, 400, "publishAt"),
        ({"publishAt": "9999-01-15T10:00:00Z"}, 400, "publishAt"),
        ({"caption": "x" * 2300}, 400, "caption"),
        ({"caption": "Better", "contentVersion": 7}, 409, None),
    ],
)
async def test_a_change_that_cannot_be_made_changes_nothing(
    me: Caller, body: dict[str, Any], status: int, param: str | None
) -> None:
    (target,) = (await me.made(scheduledFor=LATER))["platforms"]
    answer = await ask(me, "PATCH", f"/{target['_id']}", json=body)
    assert (answer.status_code, answer.json()["param"]) == (status, param)
    seen = (await ask(me, "GET", f"/{target['_id']}")).json()["publication"]
    assert (seen["contentVersion"], seen["publishAt"]) == (1, LATER)


async def test_a_change_that_is_sent_again_is_made_once(me: Caller) -> None:
    (target,) = (await me.made(scheduledFor=LATER))["platforms"]
    body, headers = {"caption": "Better", "contentVersion": 1}, {"Idempotency-Key": "again"}
    path = f"/{target['_id']}"
    first, second = [await ask(me, "PATCH", path, json=body, headers=headers) for _ in range(2)]
    assert first.status_code == second.status_code == 200
    assert second.headers["Idempotency-Replayed"] == "true"
    assert second.json()["publication"]["contentVersion"] == 2


async def test_a_draft_that_gets_a_time_meets_the_rules_first(me: Caller) -> None:
    settings = {**me.body()["tiktokSettings"], "privacy_level": ""}
    (target,) = (await me.made(isDraft=True, tiktokSettings=settings))["platforms"]
    answer = await ask(me, "PATCH", f"/{target['_id']}", json={"publishAt": LATER})
    assert (answer.status_code, answer.json()["code"]) == (400, "post_unfit")
    assert answer.json()["param"] == "privacyLevel"
    (target,) = (await me.made(isDraft=True))["platforms"]
    answer = await ask(me, "PATCH", f"/{target['_id']}", json={"publishAt": LATER})
    assert answer.json()["publication"]["state"] == "scheduled"


async def test_what_is_in_doubt_is_listed_shown_and_decided(me: Caller) -> None:
    first, second = await two(me)
    await uncertain(me, second)
    told = (await ask(me, "GET", "?undecided=true")).json()["publications"]
    assert [each["_id"] for each in told] == [second]
    known = (await ask(me, "GET", f"/{second}/evidence")).json()
    assert (known["publication"]["_id"], known["attempts"], known["events"]) == (second, [], [])
    path = f"/{second}/reconcile"
    for wrong in (
        {"found": "published", "retry": True},
        {"found": "not_published", "postId": "7312345678901234567"},
        {"found": "published", "url": "javascript:alert(1)"},
        {"found": "perhaps"},
    ):
        assert (await ask(me, "POST", path, json=wrong)).status_code == 400
    done = await ask(me, "POST", path, json={"found": "published", "postId": "7312345678901234567"})
    publication = done.json()["publication"]
    assert (publication["state"], publication["postIds"]) == ("published", ["7312345678901234567"])
    assert (await ask(me, "POST", path, json={"found": "published"})).status_code == 409
    assert (await ask(me, "GET", "?undecided=true")).json()["publications"] == []
    assert (await ask(me, "GET", f"/{first}")).json()["publication"]["state"] == "scheduled"


async def test_what_is_not_out_goes_again_only_if_that_is_said(me: Caller) -> None:
    for again, state in ((False, "failed"), (True, "scheduled")):
        (target,) = (await me.made(scheduledFor=LATER, content=f"{again}"))["platforms"]
        await uncertain(me, target["_id"])
        body = {"found": "not_published", "retry": again}
        done = await ask(me, "POST", f"/{target['_id']}/reconcile", json=body)
        assert done.json()["publication"]["state"] == state
