"""How a post stands: the code and the database say the same, whatever its publications do."""

import itertools
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.posts.models import Post
from postwright.publishing.cancel import cancel
from postwright.publishing.models import Publication
from postwright.publishing.states import State
from postwright.publishing.summary import PostStatus, post_status
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

EVERY = [
    states
    for count in range(4)
    for states in itertools.combinations_with_replacement(list(State), count)
]


async def test_the_database_sums_up_as_the_code_does(service: Service) -> None:
    async with service.database.transaction() as session:
        said = await session.scalars(
            text(
                "SELECT post_status(string_to_array(states, ',')) "
                "FROM unnest(CAST(:every AS text[])) WITH ORDINALITY AS given (states, n) "
                "ORDER BY n"
            ),
            {"every": [",".join(states) for states in EVERY]},
        )
        assert list(said) == [post_status(states) for states in EVERY]


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ([], PostStatus.DRAFT),
        ([State.DRAFT, State.DRAFT], PostStatus.DRAFT),
        ([State.HELD], PostStatus.SCHEDULED),
        ([State.SCHEDULED, State.PUBLISHED], PostStatus.PUBLISHING),
        ([State.UNCONFIRMED], PostStatus.PUBLISHING),
        ([State.PUBLISHED, State.DELIVERED], PostStatus.PUBLISHED),
        ([State.PUBLISHED, State.CANCELLED], PostStatus.PUBLISHED),
        ([State.PUBLISHED, State.FAILED], PostStatus.PARTIAL),
        ([State.FAILED, State.CANCELLED], PostStatus.FAILED),
        ([State.CANCELLED], PostStatus.CANCELLED),
    ],
)
def test_a_post_stands_as_its_publications_do(states: list[State], status: PostStatus) -> None:
    assert post_status(states) is status


async def test_a_post_and_its_events_follow_its_publication(service: Service, video: Path) -> None:
    made = await service.publish(await service.connect(), video)
    assert await _status(service, made.post_id) == (PostStatus.SCHEDULED, "post.scheduled")
    async with service.database.transaction() as session:
        publication = await session.get_one(Publication, made.publication_id)
        await cancel(session, publication, actor="test")
    assert await _status(service, made.post_id) == (PostStatus.CANCELLED, "post.cancelled")
    async with service.database.transaction() as session:
        post = await session.get_one(Post, made.post_id)
        assert post.scheduled_for == publication.publish_at == post.listed_at
        kinds = list(
            await session.scalars(
                text("SELECT kind FROM events WHERE publication_id = :id ORDER BY id"),
                {"id": made.publication_id},
            )
        )
    assert kinds == ["post.platform.scheduled", "post.platform.cancelled"]


async def _status(service: Service, post_id: str) -> tuple[str, str]:
    async with service.database.transaction() as session:
        post = await session.get_one(Post, post_id)
        last = await session.scalar(
            text(
                "SELECT kind FROM events WHERE post_id = :id AND publication_id IS NULL "
                "ORDER BY id DESC LIMIT 1"
            ),
            {"id": post_id},
        )
    return post.status, str(last)
