"""An account that is connected again is the same one, and nobody else's."""

from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.connections import credentials, queries
from postwright.connections.connect import ConnectFailed, WrongAccount
from postwright.connections.models import Connection, ConnectionState
from postwright.platforms.purpose import Purpose
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow


async def now(service: Service, account: Connection) -> Connection:
    async with service.database.transaction() as session:
        return await queries.connection_by_id(session, service.workspace_id, account.id)


async def living_grants(service: Service) -> list[str]:
    grants = (await service.control("GET", "state"))["grants"]
    return sorted(each["username"] for each in grants if each["revoked_at"] is None)


async def test_several_accounts_live_beside_each_other(service: Service) -> None:
    made = [await service.connect(name) for name in ("demo", "private.pia")]
    again = await service.connect("demo")
    assert again.id == made[0].id
    assert made[1].id != made[0].id
    async with service.database.transaction() as session:
        found = await queries.connections(session, service.workspace_id)
    assert [each.handle for each in found] == ["demo", "private.pia"]


async def test_the_tokens_of_a_reconnected_account_are_new(service: Service) -> None:
    account = await service.connect()
    vault = service.accounts.vault
    async with service.database.transaction() as session:
        before = await credentials.read(session, vault, account.id)
    again = await service.connect(expected=account)
    async with service.database.transaction() as session:
        after = await credentials.read(session, vault, account.id)
    assert isinstance(before, credentials.Tokens)
    assert isinstance(after, credentials.Tokens)
    assert (again.id, after.version) == (account.id, before.version + 1)
    assert after.refresh_token != before.refresh_token


async def test_another_account_than_the_expected_one_changes_nothing_and_is_given_back(
    service: Service,
) -> None:
    account = await service.connect("demo")
    with pytest.raises(WrongAccount, match=r"That was @private\.pia, not @demo"):
        await service.connect("private.pia", expected=account)
    async with service.database.transaction() as session:
        found = await queries.connections(session, service.workspace_id)
    assert [each.handle for each in found] == ["demo"]
    assert await living_grants(service) == ["demo"]


async def test_a_wrong_account_that_is_connected_itself_stays_connected(service: Service) -> None:
    account, other = await service.connect("demo"), await service.connect("private.pia")
    with pytest.raises(WrongAccount):
        await service.connect("private.pia", expected=account)
    assert await living_grants(service) == ["demo", "private.pia"]
    assert (await now(service, other)).state is ConnectionState.CONNECTED


async def test_what_it_was_connected_for_is_remembered_and_what_was_left_out_is_off(
    service: Service,
) -> None:
    both = frozenset({Purpose.PUBLISH, Purpose.DRAFT})
    account = await service.connect(purposes=both, leaves_on=["user.info.basic", "video.publish"])
    assert account.state is ConnectionState.CONNECTED
    assert account.purposes == ["draft", "publish"]
    assert account.granted == ["profile", "publish"]
    again = await service.connect(purposes=both)
    assert again.granted == ["draft", "profile", "publish"]


async def test_without_any_permission_to_post_nobody_is_connected(service: Service) -> None:
    with pytest.raises(ConnectFailed, match=r"the permission to publish is missing \(video.pub"):
        await service.connect(leaves_on=["user.info.basic"])
    async with service.database.transaction() as session:
        assert await queries.connections(session, service.workspace_id) == []


async def test_thousands_that_wait_on_one_account_do_not_hide_those_of_another(
    service: Service, video: Path
) -> None:
    await service.connect("demo")
    mine = await service.connect("private.pia")
    made = await service.publish(mine, video, privacy="SELF_ONLY")
    async with service.database.transaction() as session:
        held = {"id": made.publication_id}
        await session.execute(
            text(
                "UPDATE publications SET due_at = NULL, state = 'held', hold_reason = 'revoked'"
                " WHERE id = :id"
            ),
            held,
        )
    service.start_worker()
    await service.until(made.publication_id, State.PUBLISHED)
