"""Who can see a post, as webhooks tell it, in whatever order they come."""

from datetime import timedelta
from pathlib import Path

import pytest

from postwright.connections.models import Connection
from postwright.publishing.models import Publication
from postwright.publishing.states import State, Visibility
from tests.factories.callback import Callback

pytestmark = pytest.mark.slow

PUBLIC = "post.publish.publicly_available"
HIDDEN = "post.publish.no_longer_publicaly_available"


@pytest.fixture
async def published(callback: Callback, account: Connection, video: Path) -> Publication:
    """A publication that is public, with nothing more to come."""
    service = callback.service
    made = await service.publish(account, video)
    worker = service.start_worker()
    seen = await service.until(made.publication_id, lambda seen: bool(seen.post_ids))
    await service.until(made.publication_id, lambda seen: seen.lane is None)
    worker.cancel()
    service.workers.remove(worker)
    await callback.told()
    await service.advance(hours=1)
    return seen


async def test_an_owner_hides_a_post_and_shows_it_again(
    callback: Callback, published: Publication
) -> None:
    service = callback.service
    (post_id,) = published.post_ids
    for privacy, visibility in (
        ("SELF_ONLY", Visibility.WITHDRAWN),
        ("PUBLIC_TO_EVERYONE", Visibility.PUBLIC),
    ):
        await service.advance(hours=0.01)
        await service.control("POST", f"posts/{post_id}", {"privacy_level": privacy})
        await callback.told()
        seen = await service.publication(published.id)
        assert (seen.visibility, seen.state) == (visibility, State.PUBLISHED)
        assert (seen.post_ids, seen.lane) == ([post_id], None)


async def test_what_is_older_does_not_undo_what_is_newer(
    callback: Callback, published: Publication, account: Connection
) -> None:
    (post_id,) = published.post_ids
    publish_id = (await callback.upload())["publish_id"]
    content = {"publish_id": publish_id, "post_id": post_id, "publish_type": "DIRECT_PUBLISH"}
    for event, minutes, visibility, outcome in (
        (HIDDEN, 20, Visibility.WITHDRAWN, "withdrawn"),
        (PUBLIC, 30, Visibility.WITHDRAWN, "overtaken"),
        (PUBLIC, 10, Visibility.PUBLIC, "public"),
        (HIDDEN, 15, Visibility.PUBLIC, "overtaken"),
        (HIDDEN, 5, Visibility.WITHDRAWN, "withdrawn"),
    ):
        ago = timedelta(minutes=minutes)
        await callback.say(event, content, account=account, ago=ago)
        assert (await callback.outcomes())[-1] == outcome, minutes
        seen = await callback.service.publication(published.id)
        assert seen.visibility is visibility, minutes


async def test_a_hidden_post_is_found_by_its_id_if_tiktok_leaves_the_publish_id_out(
    callback: Callback, published: Publication, account: Connection
) -> None:
    (post_id,) = published.post_ids
    await callback.say(HIDDEN, {"post_id": post_id})
    assert (await callback.outcomes())[-1] == "waiting"  # of another account
    await callback.say(HIDDEN, {"post_id": post_id}, account=account)
    assert (await callback.outcomes())[-1] == "withdrawn"
    seen = await callback.service.publication(published.id)
    assert seen.visibility is Visibility.WITHDRAWN


async def test_a_draft_is_public_as_long_as_one_of_its_posts_is(
    callback: Callback, published: Publication, account: Connection
) -> None:
    publish_id = (await callback.upload())["publish_id"]
    first, second = published.post_ids[0], "7000000000000000077"
    ago = iter(range(50, 0, -5))
    for event, post_id, visibility in (
        (PUBLIC, second, Visibility.PUBLIC),
        (HIDDEN, first, Visibility.PUBLIC),
        (HIDDEN, second, Visibility.WITHDRAWN),
        (PUBLIC, first, Visibility.PUBLIC),
    ):
        content = {"publish_id": publish_id, "post_id": post_id}
        minutes = timedelta(minutes=next(ago))
        await callback.say(event, content, account=account, ago=minutes)
        seen = await callback.service.publication(published.id)
        assert seen.visibility is visibility
        assert seen.post_ids == [first, second]
        assert first in seen.post_url


async def test_a_post_that_is_shown_only_later_gets_its_link_from_the_webhook(
    callback: Callback, account: Connection, video: Path
) -> None:
    service = callback.service
    await callback.tell("something.new")
    await service.control("PATCH", "settings", {"moderation_seconds": 7200})
    made = await service.publish(account, video)
    worker = service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    worker.cancel()
    service.workers.remove(worker)
    asked = len(await service.control.requests("status"))
    await service.advance(hours=3)
    await callback.told()
    seen = await service.publication(made.publication_id)
    (post,) = await service.control.posts()
    assert (seen.visibility, seen.post_ids) == (Visibility.PUBLIC, [post["post_id"]])
    assert post["post_id"] in seen.post_url
    service.start_worker()
    await service.until(made.publication_id, lambda seen: seen.lane is None)
    assert len(await service.control.requests("status")) == asked
