"""The master key changes under everything that is sealed, while others work, killed or not."""

import asyncio
import secrets
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, text

from postwright.connections import credentials, sealed
from postwright.connections.ledger import OnBehalf
from postwright.connections.networks import secret_context
from postwright.connections.refresh import AccessToken
from postwright.connections.rotation import Rotated, rotate, seal_everything
from postwright.connections.sealed import look
from postwright.db.base import Base
from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys, read, write
from postwright.kit.vault import Vault
from postwright.media.host.signing import Signer
from postwright.publishing.sealed import EVERYWHERE
from postwright.publishing.states import State
from tests.factories.installation import Service

pytestmark = pytest.mark.slow

_ADDRESS = text("""
    WITH file AS (
        INSERT INTO media_files (id, workspace_id, sha256, size_bytes, name, content_type, probe,
                                 kind, changes, created_at, used_at)
        SELECT 'media_1', id, 'x', 1, 'x.mp4', 'video/mp4', '{}', 'video', '[]', app_now(),
               app_now()
        FROM workspaces RETURNING id, workspace_id
    )
    INSERT INTO media_addresses (id, workspace_id, attempt_id, media_id, position, created_at,
                                 expires_at, serves_early)
    SELECT 'adr_1', workspace_id, 'att_1', id, 0, app_now() - interval '1 minute',
           app_now() + interval '1 hour', false
    FROM file
""")


# Of what was secret: nothing can be opened.
HASHES = {
    "api_calls.fingerprint",
    "api_keys.hash",
    "consents.state_hash",
    "ingests.url_hash",
    "publications.content_hash",
}

_LATE_APP = text("""
    INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret, kind,
                               redirect_uri, base_url, source, created_at)
    SELECT 'app_late', workspace_id, platform, 'late', :sealed, kind, redirect_uri, base_url,
           source, created_at
    FROM platform_apps
""")


def begin(service: Service) -> "asyncio.Task[Rotated]":
    return asyncio.get_running_loop().create_task(
        rotate(service.database, service.settings.key_file, EVERYWHERE)
    )


def keys(service: Service) -> list[bytes]:
    return read(service.settings.key_file)


async def works(service: Service) -> bool:
    """Whether a process that ran all the while gets a token of each account."""
    for workspace_id, connection_id in await accounts(service):
        network = await service.accounts.networks.of(workspace_id, connection_id)
        who = OnBehalf(workspace_id, connection_id)
        if not isinstance(await service.accounts.keeper.fresh(who, network), AccessToken):
            return False
    return True


async def accounts(service: Service) -> list[tuple[str, str]]:
    async with service.database.transaction() as session:
        rows = await session.execute(text("SELECT workspace_id, id FROM connections"))
        return [(workspace_id, connection_id) for workspace_id, connection_id in rows]


def test_every_sealed_column_is_known() -> None:
    known = {str(place) for place in EVERYWHERE}
    tables = Base.metadata.tables.values()
    stored = {str(c) for table in tables for c in table.c if isinstance(c.type, LargeBinary)}
    assert known == stored - HASHES


async def test_everything_opens_with_the_new_key_and_nothing_with_the_old(
    service: Service,
) -> None:
    for name in ("demo", "private.pia"):
        await service.connect(name)
    (old,) = keys(service)
    done = await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert (done.resealed, done.kept) == (5, "")
    (new,) = keys(service)
    assert new != old
    assert service.settings.key_file.stat().st_mode & 0o777 == 0o600
    assert (await look(service.database, Vault(MasterKeys(new)), EVERYWHERE)).current == 5
    assert len((await look(service.database, Vault(MasterKeys(old)), EVERYWHERE)).unreadable) == 5
    assert await works(service)


async def test_a_rotation_that_was_cut_off_goes_on(service: Service) -> None:
    await service.connect()
    new, (old,) = secrets.token_bytes(32), keys(service)
    write(service.settings.key_file, [new, old])
    both = Vault(MasterKeys(new, old))
    await seal_everything(service.database, both, sealed.PLACES[:1])
    assert await works(service)
    done = await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert done.resealed == 2
    assert keys(service) == [new]
    assert await works(service)


async def test_workers_go_on_while_the_key_changes(service: Service, video: Path) -> None:
    names = ("demo", "private.pia")
    made = [
        await service.publish(await service.connect(name), video, privacy="SELF_ONLY")
        for name in names
    ]
    await service.advance(hours=2.5)  # so that tokens are renewed meanwhile
    service.start_worker()
    before = keys(service)
    for _ in range(3):
        await rotate(service.database, service.settings.key_file, EVERYWHERE)
    for each in made:
        await service.until(each.publication_id, State.PUBLISHED)
    vault = Vault(MasterKeys(*keys(service)))
    found = await look(service.database, vault, EVERYWHERE)
    assert (found.older, found.unreadable) == (0, [])
    assert keys(service) != before


async def test_a_row_that_somebody_changes_meanwhile_is_sealed_anew_all_the_same(
    service: Service,
) -> None:
    account = await service.connect()
    old = Vault(MasterKeys(*keys(service)))
    late = {"sealed": old.seal("act.written-late", f"credentials:{account.id}:access")}
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE credentials SET access_token = :sealed"), late)
        rotating = begin(service)
        await service.until_somebody_waits_for_a_lock()
    await rotating
    found = await look(service.database, Vault(MasterKeys(*keys(service))), EVERYWHERE)
    assert (found.current, found.unreadable) == (3, [])
    async with service.database.transaction() as session:
        kept = await credentials.read(session, service.accounts.vault, account.id)
    assert isinstance(kept, credentials.Tokens)
    assert kept.access_token == "act.written-late"


async def test_a_row_that_nobody_sees_yet_is_waited_for(service: Service) -> None:
    await service.connect()
    old = Vault(MasterKeys(*keys(service)))
    late = {"sealed": old.seal("secret", secret_context("app_late"))}
    async with service.database.transaction() as session:
        await session.execute(_LATE_APP, late)
        rotating = begin(service)
        assert await asyncio.wait({rotating}, timeout=2) == (set(), {rotating})
    await rotating
    found = await look(service.database, Vault(MasterKeys(*keys(service))), EVERYWHERE)
    assert (found.current, found.unreadable) == (4, [])


async def test_the_old_key_stays_while_media_addresses_that_it_signed_live(
    service: Service,
) -> None:
    await service.connect()
    async with service.database.transaction() as session:
        await session.execute(_ADDRESS)
    signer = Signer(MasterKeys.load(None, service.settings.key_file))
    path = signer.path("adr_000000000000", "1.mp4", 2_000_000_000)
    done = await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert done.kept
    assert done.kept_until is not None
    assert len(keys(service)) == 2
    assert signer.read(path) is not None
    assert signer.path("adr_000000000000", "1.mp4", 2_000_000_000) != path
    await service.advance(hours=1.1)
    done = await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert (done.resealed, done.kept) == (0, "")
    assert signer.read(path) is None


async def test_what_no_key_opens_is_named_without_its_secret(service: Service) -> None:
    account = await service.connect()
    async with service.database.transaction() as session:
        await session.execute(text("UPDATE credentials SET refresh_token = 'rft.in-clear'"))
    done = await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert done.tally.unreadable == [f"credentials.refresh_token of {account.id}"]


async def test_two_rotations_at_once_are_one(service: Service) -> None:
    await service.connect()
    file = service.settings.key_file
    both = await asyncio.gather(
        *(rotate(service.database, file, EVERYWHERE) for _ in range(2)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in both) == ["Rotated", "RotationRuns"]
    assert len(keys(service)) == 1


async def test_a_key_file_that_is_no_key_file_is_left_as_it_is(service: Service) -> None:
    service.settings.key_file.write_text("not a key\n")
    with pytest.raises(Misconfigured):
        await rotate(service.database, service.settings.key_file, EVERYWHERE)
    assert service.settings.key_file.read_text() == "not a key\n"
