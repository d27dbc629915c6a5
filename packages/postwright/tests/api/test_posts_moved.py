"""A post of the API's that was changed on one account by itself, and then as a whole."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from postwright.publishing.models import Publication
from postwright.publishing.states import State
from tests.factories.posting import ALONE, Caller

pytestmark = pytest.mark.slow

LATER, EVEN_LATER = "2100-01-15T10:00:00+00:00", "2100-02-15T10:00:00+00:00"


async def changed(me: Caller, publication_id: str, **changes: Any) -> None:
    answer = await me.api.ask("PATCH", f"/v1/publications/{publication_id}", me.key, json=changes)
    assert answer.status_code == 200, answer.text


async def whole_changed(me: Caller, post: dict[str, Any], **changes: Any) -> None:
    answer = await me.ask("PUT", f"/{post['_id']}", json=changes)
    assert answer.status_code == 200, answer.text


async def now(me: Caller, post: dict[str, Any]) -> list[Publication]:
    service = me.api.service
    return [await service.publication(each["_id"]) for each in post["platforms"]]


async def test_what_was_moved_and_edited_stays_so_when_something_else_changes(me: Caller) -> None:
    post = await me.made(scheduledFor=LATER)
    await changed(me, post["platforms"][0]["_id"], publishAt=EVEN_LATER, caption="By hand")
    await whole_changed(me, post, tiktokSettings={**ALONE, "allow_comment": False})
    (publication,) = await now(me, post)
    assert (publication.publish_at.isoformat(), publication.caption) == (EVEN_LATER, "By hand")
    assert publication.settings["title"] == "By hand"
    assert publication.settings["allow_comment"] is False
    await whole_changed(me, post, scheduledFor=LATER, content="As a whole")
    (publication,) = await now(me, post)
    assert (publication.publish_at.isoformat(), publication.caption) == (LATER, "As a whole")


async def test_of_several_accounts_the_one_that_was_changed_keeps_what_it_has(me: Caller) -> None:
    pia = await me.api.service.connect("private.pia")
    targets = [{"platform": "tiktok", "accountId": each.id} for each in (me.account, pia)]
    post = await me.made(platforms=targets, tiktokSettings=ALONE, scheduledFor=LATER)
    await changed(me, post["platforms"][1]["_id"], publishAt=EVEN_LATER, caption="Only here")
    await whole_changed(me, post, content="To all others")
    first, second = await now(me, post)
    assert (first.caption, first.publish_at.isoformat()) == ("To all others", LATER)
    assert (second.caption, second.publish_at.isoformat()) == ("Only here", EVEN_LATER)
    shown = (await me.post(post["_id"]))["platforms"]
    assert [each["customContent"] for each in shown] == [None, "Only here"]
    await whole_changed(me, post, tiktokSettings={**ALONE, "allow_comment": False})
    for publication in await now(me, post):
        assert publication.settings["allow_comment"] is False
    assert [each.caption for each in await now(me, post)] == ["To all others", "Only here"]


async def test_an_account_that_has_a_time_of_its_own_only_keeps_the_one_it_was_given(
    me: Caller,
) -> None:
    target = {"platform": "tiktok", "accountId": me.account.id, "scheduledFor": LATER}
    post = await me.made(platforms=[target], tiktokSettings=ALONE)
    await changed(me, post["platforms"][0]["_id"], publishAt=EVEN_LATER)
    await whole_changed(me, post, content="Better")
    (publication,) = await now(me, post)
    assert (publication.publish_at.isoformat(), publication.caption) == (EVEN_LATER, "Better")


async def test_what_goes_again_at_another_time_can_be_edited_after_its_first_one(
    me: Caller,
) -> None:
    post = await me.made(scheduledFor=LATER)
    async with me.api.service.database.transaction() as session:
        await session.execute(
            update(Publication).values(state=State.FAILED, lane=None, due_at=None)
        )
    path = f"/v1/publications/{post['platforms'][0]['_id']}/retry"
    answer = await me.api.ask("POST", path, me.key, json={"publishAt": EVEN_LATER})
    assert answer.status_code == 200, answer.text
    await whole_changed(me, post, content="Better")
    (publication,) = await now(me, post)
    assert (publication.publish_at.isoformat(), publication.caption) == (EVEN_LATER, "Better")


async def test_the_title_and_text_of_photos_stay_as_they_were_edited(
    me: Caller, tmp_path: Path
) -> None:
    urls = [await me.photo_url(tmp_path, n) for n in (1, 2)]
    settings = {**ALONE, "description": "About them"}
    post = await me.made(
        mediaItems=[{"url": url} for url in urls],
        title="Two",
        tiktokSettings=settings,
        scheduledFor=LATER,
    )
    await changed(me, post["platforms"][0]["_id"], title="Both", caption="About both")
    await whole_changed(me, post, scheduledFor=EVEN_LATER)
    (publication,) = await now(me, post)
    assert publication.publish_at.isoformat() == EVEN_LATER
    assert (publication.settings["title"], publication.settings["description"]) == (
        "Both", "About both",
    )  # fmt: skip
