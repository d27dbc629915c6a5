"""A permission that is gone is found before a post, and what does not need it goes on."""

from pathlib import Path

import pytest
from sqlalchemy import text

from postwright.connections import queries
from postwright.connections.ledger import OnBehalf
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.refresh import AccessToken, NoAccess
from postwright.platforms.answers import Refusal
from postwright.platforms.purpose import Purpose
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

BOTH = frozenset({Purpose.PUBLISH, Purpose.DRAFT})


async def now(service: Service, account: Connection) -> Connection:
    async with service.database.transaction() as session:
        return await queries.connection_by_id(session, service.workspace_id, account.id)


async def fresh(service: Service, account: Connection, purpose: Purpose) -> AccessToken | NoAccess:
    network = await service.accounts.networks.of(service.workspace_id, account.id)
    who = OnBehalf(service.workspace_id, account.id)
    return await service.accounts.keeper.fresh(who, network, purpose=purpose)


async def take_away(service: Service, *left: str) -> None:
    """The next refresh brings these permissions only."""
    state = service.emulator.state
    for token in state.refresh_tokens.values():
        token.scopes = left
    await service.advance(hours=1.55)


async def told(service: Service) -> list[str]:
    async with service.database.transaction() as session:
        return list(await session.scalars(text("SELECT kind FROM alerts ORDER BY created_at")))


async def test_a_permission_that_a_refresh_lacks_switches_that_purpose_off(
    service: Service,
) -> None:
    account = await service.connect(purposes=BOTH)
    await take_away(service, "user.info.basic", "video.upload")
    got = await fresh(service, account, Purpose.DRAFT)
    assert isinstance(got, AccessToken)
    got = await fresh(service, account, Purpose.PUBLISH)
    assert isinstance(got, NoAccess)
    assert got.refusal is Refusal.SCOPE
    assert got.detail == "the permission to publish is missing (video.publish)"
    seen = await now(service, account)
    assert (seen.state, seen.granted) == (ConnectionState.CONNECTED, ["draft", "profile"])
    assert await told(service) == ["connection.insufficient_scope"]


async def test_without_any_permission_to_post_the_account_says_so(service: Service) -> None:
    account = await service.connect()
    await take_away(service, "user.info.basic")
    await fresh(service, account, Purpose.PUBLISH)
    seen = await now(service, account)
    assert seen.state is ConnectionState.INSUFFICIENT_SCOPE
    assert seen.state_detail == "the permission to publish is missing (video.publish)"
    assert await told(service) == ["connection.insufficient_scope"]


async def test_a_post_without_its_permission_is_held_before_anything_is_asked(
    service: Service, video: Path
) -> None:
    account = await service.connect(purposes=BOTH, leaves_on=["user.info.basic", "video.upload"])
    made = await service.publish(account, video)
    service.start_worker()
    held = await service.until(made.publication_id, State.HELD)
    assert held.hold_reason == "insufficient_scope"
    assert "video.publish" in held.detail
    assert await service.control.requests("video.init") == []
    await service.connect(purposes=BOTH)
    await service.until(made.publication_id, State.PUBLISHED)


async def test_what_the_network_refuses_for_one_purpose_leaves_the_other_on(
    service: Service, video: Path
) -> None:
    account = await service.connect(purposes=BOTH)
    await service.control.fault("creator_info", "error", status=401, code="scope_not_authorized")
    made = await service.publish(account, video)
    service.start_worker()
    await service.until(made.publication_id, State.HELD)
    seen = await now(service, account)
    assert (seen.state, seen.granted) == (ConnectionState.CONNECTED, ["draft", "profile"])
