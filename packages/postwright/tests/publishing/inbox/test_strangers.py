"""Who is not TikTok gets nothing: no row, no reason, and no work done for long."""

import asyncio
import json
from collections.abc import AsyncGenerator

import pytest
from sqlalchemy import text

from postwright.connections.models import Connection, ConnectionState
from postwright.connections.networks import secret_context
from postwright.kit.failures import MOST
from postwright.publishing.inbox.route import MOST_BYTES
from tests.factories.callback import APP, PATH, SECRET, Callback, called_back, message
from tests.factories.installation import Service
from tiktok_emulator.webhooks.envelope import signature

pytestmark = pytest.mark.slow

GONE = ("authorization.removed", {"reason": 1})


async def test_what_is_not_signed_by_tiktok_is_refused_without_a_reason(
    callback: Callback, account: Connection
) -> None:
    now = await callback.now()
    body = message(*GONE, at=now, who=account.external_id)
    stranger = message(*GONE, at=now, who=account.external_id, app="some-other-app")
    forged = {
        "no signature": (body, None),
        "no header at all": (body, ""),
        "another secret": (body, signature("guessed", body, now)),
        "another body": (body.replace(b'"reason', b' "reason'), signature(SECRET, body, now)),
        "an unknown app": (stranger, signature(SECRET, stranger, now)),
        "no JSON": (b"hello", signature(SECRET, b"hello", now)),
        "nothing": (b"", signature(SECRET, b"", now)),
    }
    answers = {why: await callback.post(*each) for why, each in forged.items()}
    assert {(each.status_code, each.text) for each in answers.values()} == {(401, "No.\n")}
    assert await callback.events() == []
    assert (await callback.app()).webhook_at is None


async def test_only_posts_of_a_fit_size_to_the_right_place_are_looked_at(
    callback: Callback, account: Connection
) -> None:
    assert (await callback.http.get(PATH)).status_code == 405
    assert (await callback.http.put(PATH, content=b"x")).status_code == 405
    for path in ("/webhooks/", "/webhooks/another", f"{PATH}/", "/webhooks/tiktok%2f", "/webhooks"):
        answer = await callback.post(b"{}", "t=1,s=0", path)
        assert answer.status_code in {404, 405}, path
    long = message("x", {"y": "z" * MOST_BYTES}, at=await callback.now(), who=None)
    signed = signature(SECRET, long, await callback.now())
    assert (await callback.post(long, signed)).status_code == 413

    async def pieces() -> AsyncGenerator[bytes]:
        for _ in range(MOST_BYTES // 1024 + 1):
            yield b"x" * 1024

    answer = await callback.http.post(PATH, content=pieces())
    assert answer.status_code == 413
    assert await callback.events() == []


async def test_who_keeps_forging_is_cut_off_and_tiktok_behind_the_same_proxy_is_not(
    callback: Callback, account: Connection
) -> None:
    await callback.tell("something.new", n=1)
    body = message(*GONE, at=await callback.now(), who=account.external_id)
    answers = [await callback.post(body, f"t=1,s={n:064x}") for n in range(MOST + 5)]
    assert [each.status_code for each in answers] == [401] * MOST + [429] * 5
    assert answers[-1].headers["Retry-After"]
    await callback.tell("something.new", n=2)
    assert [each["state"] for each in await callback.told()] == ["delivered"] * 2
    assert len(await callback.events()) == 2


async def test_each_workspace_with_the_app_takes_what_its_secret_verifies(
    callback: Callback, account: Connection
) -> None:
    service = callback.service
    vault = service.accounts.vault
    for number, secret in ((2, "theirs"), (3, "theirs"), (4, "an old one")):
        sealed = vault.seal(secret, secret_context(f"app_{number}"))
        await callback.set(
            "INSERT INTO workspaces (id, name, created_at) VALUES (:id, :id, app_now())",
            id=f"ws_{number}",
        )
        await callback.set(
            "INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret,"
            " kind, redirect_uri, base_url, source, created_at) VALUES (:id, :ws, 'tiktok',"
            " 'shared-key', :sealed, 'web', '', '', 'upload', app_now())",
            id=f"app_{number}",
            ws=f"ws_{number}",
            sealed=sealed,
        )
    now = await callback.now()
    body = message("something.new", {}, at=now, who="somebody", app="shared-key")
    assert (await callback.post(body, signature("theirs", body, now))).status_code == 200
    found = await callback.events()
    assert [each.workspace_id for each in found] == ["ws_2", "ws_3"]
    assert (await callback.post(body, signature("an old one", body, now))).status_code == 200
    assert [each.workspace_id for each in await callback.events()] == ["ws_2", "ws_3", "ws_4"]


async def test_of_workspaces_with_the_same_app_only_the_accounts_own_takes_its_event(
    callback: Callback, account: Connection
) -> None:
    await callback.set(
        "INSERT INTO workspaces (id, name, created_at) VALUES ('ws_2', 'other', app_now())"
    )
    sealed = callback.service.accounts.vault.seal(SECRET, secret_context("app_2"))
    await callback.set(
        "INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret,"
        " kind, redirect_uri, base_url, source, created_at) VALUES ('app_2', 'ws_2', 'tiktok',"
        " :key, :sealed, 'web', '', '', 'upload', app_now())",
        key=APP,
        sealed=sealed,
    )
    await callback.say("something.new", {"n": 1}, account=account)
    assert [each.workspace_id for each in await callback.events()] == [account.workspace_id]
    await callback.say(*GONE, account=account)
    assert [each.workspace_id for each in await callback.events()] == [account.workspace_id] * 2


async def test_while_a_secret_is_changed_both_are_good(
    callback: Callback, account: Connection
) -> None:
    app = await callback.app()
    sealed = callback.service.accounts.vault.seal("the one before", secret_context(app.id))
    await callback.set("UPDATE platform_apps SET client_secret = :sealed", sealed=sealed)
    now = await callback.now()
    for number, secret in enumerate((SECRET, "the one before")):
        body = message("something.new", {"n": number}, at=now, who=None)
        assert (await callback.post(body, signature(secret, body, now))).status_code == 200
    assert len(await callback.events()) == 2


async def test_without_a_database_tiktok_is_asked_to_come_again(
    callback: Callback, account: Connection
) -> None:
    service = callback.service
    body = message(*GONE, at=await callback.now(), who=account.external_id)
    signed = signature(SECRET, body, await callback.now())
    away = Service(
        service.settings,
        type(service.database)("postgresql://nobody@127.0.0.1:1/nothing"),
        service.accounts,
        service.emulator,
        service.control,
        service.workspace_id,
    )
    async with called_back(away) as there:
        answer = await there.post(body, signed)
    await away.database.close()
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert (await callback.post(body, signed)).status_code == 200


async def test_the_same_event_at_the_same_time_is_taken_once(
    callback: Callback, account: Connection
) -> None:
    now = await callback.now()
    body = message("something.new", {}, at=now, who=account.external_id)
    signed = signature(SECRET, body, now)
    answers = await asyncio.gather(*(callback.post(body, signed) for _ in range(8)))
    assert {each.status_code for each in answers} == {200}
    assert len(await callback.events()) == 1


async def test_the_path_of_the_public_address_may_stay_in_front(
    service: Service, account: Connection
) -> None:
    async with called_back(service, "https://example.com/postwright") as callback:
        now = await callback.now()
        for number, path in enumerate((PATH, f"/postwright{PATH}")):
            body = message("something.new", {"n": number}, at=now, who=None)
            answer = await callback.post(body, signature(SECRET, body, now), path)
            assert answer.status_code == 200
        assert (await callback.http.get("/postwright/healthz")).json() == {"status": "ok"}


async def test_somebody_elses_event_touches_nobody(callback: Callback, account: Connection) -> None:
    answer = await callback.say(*GONE)
    assert answer.status_code == 200
    assert await callback.outcomes() == ["nobody"]
    async with callback.service.database.transaction() as session:
        state = await session.scalar(text("SELECT state FROM connections"))
    assert state == ConnectionState.CONNECTED
    (event,) = await callback.events()
    assert json.loads(event.body)["client_key"] == APP
