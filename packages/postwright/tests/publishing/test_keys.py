"""The master key is lost: accounts are connected again, and what was under way goes on."""

from contextlib import suppress
from pathlib import Path

import pytest

from postwright.connections.accounts import Accounts
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def test_an_upload_that_was_begun_under_a_lost_master_key_is_begun_anew(
    service: Service, big_video: Path
) -> None:
    account = await service.connect()
    await service.control("PATCH", "settings", {"intake_bytes_per_second": 20_000_000})
    made = await service.publish(account, big_video)
    worker = service.start_worker()
    await service.until(made.publication_id, State.UPLOADING)
    worker.cancel()
    with suppress(BaseException):
        await worker
    service.workers.clear()
    await service.control("PATCH", "settings", {"intake_bytes_per_second": None})
    service.settings.key_file.unlink()
    await service.accounts.close()
    service.accounts = Accounts(service.settings, service.database)
    await service.connect()
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    assert len(await service.control.posts()) == 1
