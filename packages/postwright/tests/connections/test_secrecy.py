"""No token, code or secret is in a log, an error, a repr or, unsealed, in the database."""

import logging
import traceback
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import text

from postwright.connections import credentials
from postwright.connections.connect import ConnectFailed, WrongAccount
from postwright.connections.disconnect import disconnect
from postwright.connections.rotation import rotate
from postwright.publishing.order import Order
from postwright.publishing.sealed import EVERYWHERE
from postwright.publishing.states import State
from tests.factories.installation import Service
from tests.factories.secrecy import dump, secrets_of

pytestmark = pytest.mark.slow

# TikTok lives in this process, too: what it logs of its requests, and fetches, is its own.
ITS_OWN = {"uvicorn.access", "httpx2"}


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """What we have logged, with the tracebacks."""
    ours = [each for each in caplog.records if each.name not in ITS_OWN]
    assert len(ours) > 20
    return "\n".join(caplog.handler.format(each) for each in ours)


async def test_a_run_with_everything_that_goes_wrong_leaves_no_secret(
    service: Service, video: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    seen = secrets_of(service)
    errors = list[str]()
    account = await service.connect()
    made = await service.publish(account, video)
    await service.advance(hours=2.5)
    await service.control.fault("oauth.refresh", "drop_before")
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
    for fault in ("drop_after", "error", "truncated"):
        more = {"status": 400, "code": "invalid_grant"} if fault == "error" else {}
        await service.control.fault("oauth.token", fault, **more)
        with pytest.raises(ConnectFailed) as failed:
            await service.connect()
        errors += traceback.format_exception(failed.value)
    with pytest.raises(WrongAccount) as wrong:
        await service.connect("private.pia", expected=account)
    errors += traceback.format_exception(wrong.value)
    async with service.database.transaction() as session:
        kept = await credentials.read(session, service.accounts.vault, account.id)
        row = (await session.execute(text("SELECT * FROM credentials"))).one()
    seen |= secrets_of(service)
    stored = await dump(service)
    await rotate(service.database, service.settings.key_file, EVERYWHERE)
    seen |= secrets_of(service)
    stored += await dump(service) + repr(kept) + repr(service.accounts.vault) + repr(row)
    await disconnect(service.accounts, account, actor="test")
    stored += await dump(service)
    told = logged(caplog) + "".join(errors) + stored
    assert len(seen) > 8
    assert [secret for secret in seen if secret in told] == []


async def test_uploads_and_pulls_that_go_wrong_leave_no_address(
    service: Service, big_video: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    account = await service.connect()
    photos = (await service.add_photo(tmp_path, 1), await service.add_photo(tmp_path, 2))
    settings = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "two"}
    for operation, fault in (("upload", "drop_after"), ("upload", "error"), ("pull", "error")):
        await service.control.fault(operation, fault, status=500)
    async with service.reachable():
        first = await service.publish(account, big_video)
        second = await service.order(account, Order(photos, "two", settings))
        service.start_worker()
        await service.until(first.publication_id, State.PUBLISHED)
        await service.until(second.publication_id, lambda seen: seen.state.is_end)
        stored = await dump(service)
        seen = secrets_of(service)
        async with httpx2.AsyncClient() as http:
            web = service.settings.web.public_url
            paths = ("/m/x/y/z.jpg", "/webhooks/tiktok", "/nothing")
            answers = [(await http.post(f"{web}{path}", content=b"{}")).text for path in paths]
    told = "".join((logged(caplog), stored, *answers))
    assert len(seen) > 6
    assert [secret for secret in seen if secret in told] == []
