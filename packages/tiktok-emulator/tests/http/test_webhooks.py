"""Events on their way to an app: what they say, whom they reach, what they hold up."""

import asyncio
import hashlib
import hmac
import json
import ssl
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests.factories.receiver import Receiver, listening
from tiktok_emulator import AppSeed, CreatorSeed, Emulator, Seed, World, create_app
from tiktok_emulator.tls.authority import certificates
from tiktok_emulator.webhooks.state import State

from .conftest import Caller
from .telling import all_are, deliveries, tell, tried, until


async def test_revoking_is_told_with_reason_5_and_signed(
    caller: Caller, receiver: Receiver
) -> None:
    grant = await caller.sign_in()
    form = {
        "client_key": caller.key,
        "client_secret": caller.secret,
        "token": grant["access_token"],
    }
    await caller.http.post("/v2/oauth/revoke/", data=form)
    (told,) = await until(caller, all_are("delivered"))
    (arrival,) = receiver.arrivals
    event = arrival.event
    assert event["event"] == told["event"] == "authorization.removed"
    assert (event["client_key"], event["user_openid"]) == (caller.key, grant["open_id"])
    assert json.loads(event["content"]) == {"reason": 5}
    assert isinstance(event["create_time"], int)
    assert arrival.headers["content-type"] == "application/json"
    signed = dict(part.split("=") for part in arrival.headers["tiktok-signature"].split(","))
    message = signed["t"].encode() + b"." + arrival.body
    assert signed["s"] == hmac.new(caller.secret.encode(), message, hashlib.sha256).hexdigest()
    assert told["attempts"][0]["signature"] == arrival.headers["tiktok-signature"]


@pytest.mark.parametrize(("order", "reason"), [({}, 1), ({"reason": 3}, 3)])
async def test_a_user_who_disconnects_is_told_with_reason_1_or_another(
    caller: Caller, receiver: Receiver, order: dict[str, int], reason: int
) -> None:
    await caller.sign_in()
    await caller.control("grants/revoke", username="demo", client_key=caller.key, **order)
    (told,) = await until(caller, all_are("delivered"))
    assert json.loads(told["content"]) == {"reason": reason}


@pytest.mark.parametrize(
    ("account", "reason"), [("deleted", 2), ("underage", 3), ("banned", 4), ("active", None)]
)
async def test_the_end_of_an_account_takes_it_from_every_app(
    caller: Caller, receiver: Receiver, account: str, reason: int | None
) -> None:
    await caller.sign_in()
    await caller.http.patch("/_control/creators/demo", json={"account": account})
    if reason is None:
        assert await deliveries(caller) == []
        assert (await caller.call("creator_info/query")).status_code == 200
        return
    (told,) = await until(caller, all_are("delivered"))
    assert json.loads(told["content"]) == {"reason": reason}
    assert (await caller.call("creator_info/query")).status_code == 401
    assert "@demo" not in (await caller.authorize()).text


async def test_an_app_without_an_address_is_not_told_but_the_event_is_kept(
    caller: Caller,
) -> None:
    await tell(caller)
    (told,) = await deliveries(caller)
    assert (told["state"], told["attempts"]) == ("no_url", [])


async def test_events_arrive_in_their_order(caller: Caller, receiver: Receiver) -> None:
    for number in range(10):
        await tell(caller, f"event.{number}")
    await until(caller, all_are("delivered"))
    assert receiver.events() == [f"event.{number}" for number in range(10)]


async def test_the_emulator_stops_while_a_receiver_hangs(tmp_path: Any) -> None:
    async with (
        asyncio.timeout(5),
        listening() as hanging,
        Emulator.serve(spool=tmp_path) as emulator,
    ):
        hanging.hangs = True
        emulator.state.seed(_hooked(hanging.url))
        emulator.state.tell("e", client_key="k", username="ann", content={})
        await hanging.wait_for(1)


def _hooked(url: str) -> Seed:
    return Seed(
        apps=[AppSeed(client_key="k", client_secret="s", webhook_url=url)],
        creators=[CreatorSeed(username="ann")],
    )


async def test_a_world_without_a_loop_keeps_what_it_is_told() -> None:
    def outside() -> list[tuple[str, State]]:
        world = World(base=_hooked("http://127.0.0.1:1/"))
        world.tell("e", client_key="k", username="ann", content={})
        kept = [(each.event, each.state) for each in world.outbox.deliveries]
        world.close()
        return kept

    assert await asyncio.to_thread(outside) == [("e", State.WAITING)]


async def test_an_address_that_tiktok_would_not_take_is_refused(caller: Caller) -> None:
    answer = await caller.http.patch(
        f"/_control/apps/{caller.key}", json={"webhook_url": "http://app.example.com/"}
    )
    assert answer.status_code == 400
    assert "https" in answer.json()["error"]


async def test_a_post_is_told_when_it_is_out_and_when_everyone_can_see_it(
    caller: Caller, receiver: Receiver, video: bytes
) -> None:
    await caller.settings(moderation_seconds=60)
    await caller.sign_in()
    publish_id = await caller.post(video)
    await caller.control("clock", advance_s=60)
    told = await until(caller, lambda told: len(told) == 2 and all_are("delivered")(told))
    assert receiver.events() == ["post.publish.complete", "post.publish.publicly_available"]
    contents = [json.loads(each["content"]) for each in told]
    assert all(content["publish_id"] == publish_id for content in contents)
    assert all(content["publish_type"] == "DIRECT_PUBLISH" for content in contents)
    assert isinstance(contents[1]["post_id"], str)


async def test_an_https_receiver_needs_a_certificate_that_the_machine_trusts(
    caller: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = certificates(tmp_path / "tls")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(files.leaf, files.leaf_key)
    async with listening(context) as secure:
        path = f"/_control/apps/{caller.key}"
        await caller.http.patch(path, json={"webhook_url": secure.url})
        number = await tell(caller)
        (told,) = await until(caller, tried(1))
        assert "CERTIFICATE_VERIFY_FAILED" in told["attempts"][0]["problem"]
        monkeypatch.setenv("SSL_CERT_FILE", str(files.bundle))
        again = await caller.http.post(f"/_control/webhooks/{number}/retry")
        assert again.json()["state"] == "delivered"
        assert len(secure.arrivals) == 1


async def test_in_process_no_request_waits_for_a_receiver(receiver: Receiver) -> None:
    world = World(base=_hooked(receiver.url))
    transport = httpx2.ASGITransport(app=create_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://localhost") as http:
        world.tell("first", client_key="k", username="ann", content={})
        await world.outbox.settle()
        assert receiver.events() == ["first"]
        receiver.hangs = True
        for _ in range(2):
            world.tell("second", client_key="k", username="ann", content={})
        async with asyncio.timeout(1):
            answer = await http.get("/v2/user/info/", params={"fields": "open_id"})
        assert answer.status_code == 401
        await world.outbox.stop()
    world.close()
