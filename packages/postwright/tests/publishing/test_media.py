"""A post whose file is gone, changed, or cannot be had just now."""

import asyncio
import os
from collections.abc import Generator
from pathlib import Path

import pytest
from pydantic import SecretStr

from postwright.publishing.models import Publication
from postwright.publishing.states import State
from tests.factories.bucket import BucketServer, kept_port, running_bucket_server
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


@pytest.fixture
def in_bucket(service: Service, tmp_path: Path) -> Generator[BucketServer]:
    """The service keeps its media in a bucket."""
    with running_bucket_server(tmp_path / "s3.log") as server:
        server.make("media")
        keep_in(service, server)
        yield server


def keep_in(service: Service, server: BucketServer) -> None:
    media = server.settings("media", secret_access_key=SecretStr("test"))
    service.settings = service.settings.model_copy(update={"media": media})


def held(publication: Publication) -> bool:
    return publication.state is State.HELD


async def test_a_file_that_is_gone_fails_the_post_and_says_so(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    media = await service.add(video)
    await service.library.store.delete(service.workspace_id, media.sha256)
    service.start_worker()

    failed = await service.until(made.publication_id, State.FAILED)

    assert failed.end_code == "media_missing"
    assert media.sha256[:12] in failed.detail
    assert (await service.control("GET", "state"))["uploads"] == []


async def test_a_file_that_has_changed_fails_the_post_before_anything_is_announced(
    service: Service, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    media = await service.add(video)
    place = service.settings.media_folder / service.workspace_id / media.sha256[:2]
    (place / media.sha256[2:]).write_bytes(os.urandom(media.size_bytes))
    service.start_worker()

    failed = await service.until(made.publication_id, State.FAILED)

    assert failed.end_code == "media_damaged"
    assert await service.control.posts() == []
    uploads = (await service.control("GET", "state"))["uploads"]
    assert uploads == []


async def test_a_file_in_a_bucket_is_published_from_there(
    service: Service, in_bucket: BucketServer, big_video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, big_video)
    assert in_bucket.keys("media") != []
    service.start_worker()

    await service.until(made.publication_id, State.PUBLISHED)

    (post,) = await service.control.posts()
    assert post["size_bytes"] == big_video.stat().st_size


async def test_a_bucket_that_is_away_holds_the_post_until_it_is_back(
    service: Service, tmp_path: Path, video: Path
) -> None:
    account = await service.connect()
    made = await service.publish(account, video)
    with kept_port() as port:
        keep_in(service, BucketServer(port))
        worker = service.start_worker()

        waiting = await service.until(made.publication_id, held)

        assert waiting.hold_reason == "unreachable"
        assert "does not answer" in waiting.detail
        # Whoever looks into the bucket that is back before the file is in it again finds it gone.
        service.workers.remove(worker)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
        with running_bucket_server(tmp_path / "s3.log", port) as server:
            server.make("media")
            await service.add(video)
            await service.advance(hours=1)
            service.start_worker()
            await service.until(made.publication_id, State.PUBLISHED)
