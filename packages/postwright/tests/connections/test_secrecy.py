"""No token, code or secret is in a log, an error, a repr or, unsealed, in the database."""

import logging
import traceback
from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.connections import credentials
from postwright.connections.connect import ConnectFailed, WrongAccount
from postwright.connections.disconnect import disconnect
from postwright.connections.rotation import rotate
from postwright.kit.keys import as_text, read
from postwright.publishing.sealed import EVERYWHERE
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

_TABLES = text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")


def secrets_of(service: Service) -> set[str]:
    """Everything that the network has given out, and what we keep to ourselves."""
    state = service.emulator.state
    given = {*state.access_tokens, *state.refresh_tokens, *state.codes}
    keys = {as_text(key) for key in read(service.settings.key_file)}
    return {*given, *keys, service.settings.tiktok.client_secret.get_secret_value()}


async def dump(service: Service) -> str:
    """Every row of every table, as text."""
    async with service.database.transaction() as session:
        rows = list[str]()
        for table in await session.scalars(_TABLES):
            rows += await session.scalars(text(f'SELECT t::text FROM "{table}" AS t'))  # noqa: S608  # names of our own tables
    return "\n".join(rows)


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
    told = caplog.text + "".join(errors) + stored
    assert len(seen) > 8
    assert [secret for secret in seen if secret in told] == []
