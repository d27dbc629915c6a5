"""A worker tells of a publication that failed."""

import asyncio
import base64
import json
from pathlib import Path

import pytest
from pydantic import SecretStr

from postwright.config import AlertSettings
from postwright.publishing.states import State
from tests.factories.installation import PATIENCE_S, Service
from tests.factories.loopback import reply, serve

pytestmark = pytest.mark.slow


async def test_a_publication_that_fails_is_told_to_whoever_wants_to_know(
    service: Service, video: Path
) -> None:
    sent = asyncio.get_running_loop().create_future()

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _: bytes) -> None:
        sent.set_result(json.loads(await reader.readuntil(b"}}")))
        writer.write(reply("204 No Content"))
        await writer.drain()

    async with serve(take) as receiver:
        alerts = AlertSettings(
            url=SecretStr(receiver.base),
            secret=SecretStr("whsec_" + base64.b64encode(bytes(32)).decode()),
            allow_private=True,
        )
        service.settings = service.settings.model_copy(update={"alerts": alerts})
        account = await service.connect()
        await service.control("POST", "outcomes", {"outcome": "file_format_check_failed"})
        made = await service.publish(account, video)
        service.start_worker()
        await service.until(made.publication_id, State.FAILED)
        async with asyncio.timeout(PATIENCE_S):
            told = await sent
    assert told["type"] == "publication.failed"
    assert told["data"]["subject"] == made.publication_id
    assert told["data"]["code"] == "file_format_check_failed"
    assert told["data"]["says"]
