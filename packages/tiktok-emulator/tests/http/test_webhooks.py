"""Events on their way to an app: signed, tried again, held back, sent twice."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import ssl
from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tiktok_emulator import AppSeed, CreatorSeed, Emulator, Seed, World, create_app
from tiktok_emulator.tls.authority import certificates

Caller = Any  # the fixture of conftest.py


class Receiver:
    """Somebody's webhook endpoint. `answers` are used up in order, then it is 200."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.hangs = False
        self.url = ""
        self._serving: set[asyncio.Task[None]] = set()

    def events(self) -> list[str]:
        return [json.loads(body)["event"] for _, body in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            try:
                await self._answer(reader, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        lines = [line.partition(": ") for line in head.splitlines()[1:] if line]
        headers = {name.lower(): value for name, _, value in lines}
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        if self.hangs:
            await reader.read()
            return
        answer = self.answers.pop(0) if self.answers else "200 OK"
        head = f"HTTP/1.1 {answer}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
        writer.write(head.encode())
        await writer.drain()

    @contextlib.asynccontextmanager
    async def listening(self, tls: ssl.SSLContext | None = None) -> AsyncGenerator["Receiver"]:
        """On a free port; whoever is being served at the end is cut off."""
        server = await asyncio.start_server(self.serve, "127.0.0.1", 0, ssl=tls)
        scheme = "https" if tls else "http"
        self.url = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
        async with server:
            try:
                yield self
            finally:
                for task in list(self._serving):
                    task.cancel()
                await asyncio.gather(*self._serving, return_exceptions=True)


@pytest.fixture
async def receiver(caller: Caller) -> AsyncGenerator[Receiver]:
    async with Receiver().listening() as made:
        await caller.http.patch(f"/_control/apps/{caller.key}", json={"webhook_url": made.url})
        yield made


async def _told(caller: Caller) -> list[dict[str, Any]]:
    return (await caller.http.get("/_control/webhooks")).json()["deliveries"]


async def _until(caller: Caller, fits: Callable[[list[dict[str, Any]]], bool]) -> Any:
    async with asyncio.timeout(5):
        while not fits(told := await _told(caller)):
            await asyncio.sleep(0.005)
    return told


async def _tell(caller: Caller, event: str = "post.publish.complete") -> int:
    order = {"event": event, "username": "demo", "content": {"publish_id": "p"}}
    return (await caller.control("webhooks", client_key=caller.key, **order))["n"]


def _all(state: str) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda told: bool(told) and all(each["state"] == state for each in told)


def _tried(times: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda told: len(told[-1]["attempts"]) == times


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
    (told,) = await _until(caller, _all("delivered"))
    ((headers, body),) = receiver.got
    event = json.loads(body)
    assert event["event"] == told["event"] == "authorization.removed"
    assert (event["client_key"], event["user_openid"]) == (caller.key, grant["open_id"])
    assert json.loads(event["content"]) == {"reason": 5}
    assert isinstance(event["create_time"], int)
    assert headers["content-type"] == "application/json"
    signed = dict(part.split("=") for part in headers["tiktok-signature"].split(","))
    message = signed["t"].encode() + b"." + body
    assert signed["s"] == hmac.new(caller.secret.encode(), message, hashlib.sha256).hexdigest()
    assert told["attempts"][0]["signature"] == headers["tiktok-signature"]


@pytest.mark.parametrize(("order", "reason"), [({}, 1), ({"reason": 3}, 3)])
async def test_a_user_who_disconnects_is_told_with_reason_1_or_another(
    caller: Caller, receiver: Receiver, order: dict[str, int], reason: int
) -> None:
    await caller.sign_in()
    await caller.control("grants/revoke", username="demo", client_key=caller.key, **order)
    (told,) = await _until(caller, _all("delivered"))
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
        assert await _told(caller) == []
        assert (await caller.call("creator_info/query")).status_code == 200
        return
    (told,) = await _until(caller, _all("delivered"))
    assert json.loads(told["content"]) == {"reason": reason}
    assert (await caller.call("creator_info/query")).status_code == 401
    assert "@demo" not in (await caller.authorize()).text


async def test_an_app_without_an_address_is_not_told_but_the_event_is_kept(
    caller: Caller,
) -> None:
    await _tell(caller)
    (told,) = await _told(caller)
    assert (told["state"], told["attempts"]) == ("no_url", [])


@pytest.mark.parametrize("answer", ["201 Created", "204 No Content", "302 Found", "500 Oh"])
async def test_only_200_counts(caller: Caller, receiver: Receiver, answer: str) -> None:
    await caller.control("clock", freeze=True)
    receiver.answers = [answer]
    await _tell(caller)
    (told,) = await _until(caller, _tried(1))
    assert told["state"] == "waiting"
    assert "only 200 counts" in told["attempts"][0]["problem"]
    await caller.control("clock", advance_s=15)
    (told,) = await _until(caller, _all("delivered"))
    assert receiver.got[0][1] == receiver.got[1][1]


async def test_pauses_double_until_72_hours_are_over(caller: Caller, receiver: Receiver) -> None:
    receiver.answers = ["500 Oh"] * 100
    await caller.control("clock", freeze=True)
    await _tell(caller)
    await _until(caller, _tried(1))
    for pause, tries in ((14, 1), (1, 2), (29, 2), (1, 3), (60, 4)):
        await caller.control("clock", advance_s=pause)
        await _until(caller, _tried(tries))
    await caller.control("clock", advance_s=72 * 3600)
    (told,) = await _until(caller, _all("dropped"))
    assert told["next_at"] is None
    begun = datetime.fromisoformat(told["told_at"])
    tried_at = [datetime.fromisoformat(attempt["at"]) for attempt in told["attempts"]]
    after_s = [(at - begun).total_seconds() for at in tried_at]
    assert after_s == [15 * (2**number - 1) for number in range(15)]
    sent = len(receiver.got)
    await caller.control("clock", advance_s=72 * 3600)
    assert len(receiver.got) == sent == len(told["attempts"])


async def test_a_receiver_that_does_not_answer_holds_nobody_up(
    caller: Caller, receiver: Receiver
) -> None:
    receiver.hangs = True
    await caller.settings(webhook_timeout_s=0.2)
    await caller.control("clock", freeze=True)
    await _tell(caller)
    assert (await caller.call("creator_info/query")).status_code == 401
    (told,) = await _until(caller, _tried(1))
    assert "no answer within 0.2 s" in told["attempts"][0]["problem"]


async def test_a_closed_port_is_tried_again(caller: Caller) -> None:
    url = "http://127.0.0.1:1/hook"
    await caller.http.patch(f"/_control/apps/{caller.key}", json={"webhook_url": url})
    await _tell(caller)
    (told,) = await _until(caller, _tried(1))
    assert told["attempts"][0]["problem"].startswith("no answer: ")
    assert told["state"] == "waiting"


async def test_a_webhook_can_be_sent_again_by_hand(caller: Caller, receiver: Receiver) -> None:
    number = await _tell(caller)
    await _until(caller, _all("delivered"))
    again = await caller.http.post(f"/_control/webhooks/{number}/retry")
    assert (again.json()["state"], len(again.json()["attempts"])) == ("delivered", 2)
    assert receiver.got[0][1] == receiver.got[1][1]
    assert (await caller.http.post("/_control/webhooks/9/retry")).status_code == 404


async def test_a_failed_retry_by_hand_leaves_the_plan_as_it_is(
    caller: Caller, receiver: Receiver
) -> None:
    receiver.answers = ["500 Oh", "500 Oh"]
    await caller.control("clock", freeze=True)
    number = await _tell(caller)
    await _until(caller, _tried(1))
    again = await caller.http.post(f"/_control/webhooks/{number}/retry")
    assert (again.json()["state"], len(again.json()["attempts"])) == ("waiting", 2)
    await caller.control("clock", advance_s=30)
    await _until(caller, _all("delivered"))


async def test_events_arrive_in_their_order(caller: Caller, receiver: Receiver) -> None:
    for number in range(10):
        await _tell(caller, f"event.{number}")
    await _until(caller, _all("delivered"))
    assert receiver.events() == [f"event.{number}" for number in range(10)]


async def test_a_fault_sends_twice(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="duplicate")
    await _tell(caller)
    await _until(caller, _all("delivered"))
    assert receiver.got[0][1] == receiver.got[1][1]
    assert len(receiver.got) == 2


async def test_a_fault_lets_a_later_event_overtake(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="reorder")
    await _tell(caller, "first")
    await _tell(caller, "second")
    await _until(caller, _all("delivered"))
    assert receiver.events() == ["second", "first"]


async def test_an_event_that_nothing_overtakes_goes_after_a_minute(
    caller: Caller, receiver: Receiver
) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind="reorder")
    await _tell(caller)
    await caller.control("clock", advance_s=59)
    assert receiver.got == []
    await caller.control("clock", advance_s=1)
    await _until(caller, _all("delivered"))


async def test_a_fault_loses_an_event_for_good(caller: Caller, receiver: Receiver) -> None:
    await caller.control("faults", operation="webhook", kind="lose")
    await _tell(caller, "lost")
    await _tell(caller, "kept")
    told = await _until(caller, lambda told: told[-1]["state"] == "delivered")
    assert [each["state"] for each in told] == ["lost", "delivered"]
    assert receiver.events() == ["kept"]


async def test_a_fault_delays_by_the_emulators_clock(caller: Caller, receiver: Receiver) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind="delay_before", delay_s=3600)
    await _tell(caller)
    await caller.control("clock", advance_s=3599)
    assert receiver.got == []
    await caller.control("clock", advance_s=1)
    await _until(caller, _all("delivered"))


@pytest.mark.parametrize(("kind", "sent"), [("drop_before", 1), ("drop_after", 2), ("error", 1)])
async def test_a_try_that_a_fault_breaks_is_made_again(
    caller: Caller, receiver: Receiver, kind: str, sent: int
) -> None:
    await caller.control("clock", freeze=True)
    await caller.control("faults", operation="webhook", kind=kind)
    await _tell(caller)
    await _until(caller, _tried(1))
    await caller.control("clock", advance_s=15)
    await _until(caller, _all("delivered"))
    assert len(receiver.got) == sent


async def test_a_reset_sends_nothing_more(caller: Caller, receiver: Receiver) -> None:
    receiver.answers = ["500 Oh"]
    await _tell(caller)
    await _until(caller, _tried(1))
    await caller.control("reset")
    assert await _told(caller) == []
    await caller.control("clock", advance_s=3600)
    assert len(receiver.got) == 1


async def test_the_emulator_stops_while_a_receiver_hangs(tmp_path: Any) -> None:
    hanging = Receiver()
    hanging.hangs = True
    async with asyncio.timeout(5), hanging.listening(), Emulator.serve(spool=tmp_path) as emulator:
        emulator.state.seed(_hooked(hanging.url))
        emulator.state.tell("e", client_key="k", username="ann", content={})
        while not hanging.got:
            await asyncio.sleep(0.005)


def _hooked(url: str) -> Seed:
    return Seed(
        apps=[AppSeed(client_key="k", client_secret="s", webhook_url=url)],
        creators=[CreatorSeed(username="ann")],
    )


async def test_a_world_without_a_loop_keeps_what_it_is_told() -> None:
    def outside() -> list[str]:
        world = World(base=_hooked("http://127.0.0.1:1/"))
        world.tell("e", client_key="k", username="ann", content={})
        world.close()
        return ["told"]

    assert await asyncio.to_thread(outside) == ["told"]


async def test_an_address_that_tiktok_would_not_take_is_refused(caller: Caller) -> None:
    answer = await caller.http.patch(
        f"/_control/apps/{caller.key}", json={"webhook_url": "http://app.example.com/"}
    )
    assert answer.status_code == 400
    assert "https" in answer.json()["error"]


async def test_what_was_dropped_or_had_nowhere_to_go_can_be_sent_by_hand(
    caller: Caller, receiver: Receiver
) -> None:
    path = f"/_control/apps/{caller.key}"
    await caller.http.patch(path, json={"webhook_url": None})
    nowhere = await _tell(caller)
    await caller.http.patch(path, json={"webhook_url": receiver.url})
    await caller.settings(webhook_retry_s=0)
    receiver.answers = ["500 Oh"]
    dropped = await _tell(caller)
    await _until(caller, lambda told: told[-1]["state"] == "dropped")
    for number, tries in ((nowhere, 1), (dropped, 2)):
        sent = (await caller.http.post(f"/_control/webhooks/{number}/retry")).json()
        assert (sent["state"], len(sent["attempts"])) == ("delivered", tries)
    assert len(receiver.got) == 3


async def test_a_post_is_told_when_it_is_out_and_when_everyone_can_see_it(
    caller: Caller, receiver: Receiver, video: bytes
) -> None:
    await caller.settings(moderation_seconds=60)
    await caller.sign_in()
    publish_id = await caller.post(video)
    await caller.control("clock", advance_s=60)
    told = await _until(caller, lambda told: len(told) == 2 and _all("delivered")(told))
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
    async with Receiver().listening(context) as secure:
        path = f"/_control/apps/{caller.key}"
        await caller.http.patch(path, json={"webhook_url": secure.url})
        number = await _tell(caller)
        (told,) = await _until(caller, _tried(1))
        assert "CERTIFICATE_VERIFY_FAILED" in told["attempts"][0]["problem"]
        monkeypatch.setenv("SSL_CERT_FILE", str(files.bundle))
        again = await caller.http.post(f"/_control/webhooks/{number}/retry")
        assert again.json()["state"] == "delivered"
        assert len(secure.got) == 1


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
