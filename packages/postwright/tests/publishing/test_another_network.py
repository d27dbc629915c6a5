"""A network that is not TikTok is published to by the same worker, which knows neither."""

import json
from pathlib import Path

import pytest

from postwright.connections import connect
from postwright.connections.models import Connection, PlatformApp
from postwright.connections.networks import secret_context
from postwright.connections.queries import connection_by_id
from postwright.db.database import app_now
from postwright.errors import Misconfigured
from postwright.publishing.order import Order
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

SETTINGS = {"title": "for the archive"}


async def app_of(service: Service, platform: str, place: Path) -> PlatformApp:
    """Register an app of this network."""
    async with service.database.transaction() as session:
        app = PlatformApp(
            id=f"app_{platform}",
            workspace_id=service.workspace_id,
            platform=platform,
            client_key="any",
            client_secret=service.accounts.vault.seal("any", secret_context(f"app_{platform}")),
            kind="desktop",
            redirect_uri="",
            base_url=str(place),
            source="upload",
            audited=None,
            audited_learned=None,
            webhook_at=None,
            created_at=await app_now(session),
        )
        session.add(app)
        await session.flush()
        return app


async def archive(service: Service, place: Path) -> Connection:
    """Connect a folder as any account is connected."""
    place.mkdir()
    app = await app_of(service, "folder", place)
    consent = service.accounts.networks.of_app(app).consent(
        "http://127.0.0.1:1/callback/", frozenset(), always_ask=True
    )
    made = await connect.finish(service.accounts, app, consent, consent.url)
    async with service.database.transaction() as session:
        return await connection_by_id(session, service.workspace_id, made.connection_id)


async def test_a_video_goes_to_a_folder_and_to_tiktok_by_one_worker(
    service: Service, big_video: Path, tmp_path: Path
) -> None:
    place = tmp_path / "archive"
    folder = await archive(service, place)
    account = await service.connect()
    order = Order([await service.add(big_video)], "for the archive", SETTINGS)
    kept = await service.order(folder, order)
    posted = await service.publish(account, big_video)
    service.start_worker()

    seen = await service.until(kept.publication_id, State.PUBLISHED)
    await service.until(posted.publication_id, State.PUBLISHED)

    [there] = [path for path in place.iterdir() if not path.name.startswith(".")]
    assert (there / "video.mp4").read_bytes() == big_video.read_bytes()
    assert json.loads((there / "settings.json").read_text("utf-8")) == SETTINGS
    assert (seen.post_ids, seen.post_url) == ([there.name], there.as_uri())
    assert [(said["setting"], said["outcome"]) for said in seen.report] == [("title", "applied")]
    assert len(await service.control.posts()) == 1


async def test_a_network_that_nobody_knows_is_a_clear_error(
    service: Service, tmp_path: Path
) -> None:
    app = await app_of(service, "myspace", tmp_path)

    with pytest.raises(Misconfigured, match="There is no network 'myspace'") as caught:
        service.accounts.networks.of_app(app)

    assert "tiktok, folder" in caught.value.why
