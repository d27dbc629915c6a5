"""Alerts go out as signed webhooks: once, again if need be, and only where they may."""

import asyncio
import base64
import hashlib
import hmac
import logging
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text

from postwright.alerts.kinds import Kind
from postwright.alerts.models import Alert
from postwright.alerts.queries import unsent
from postwright.alerts.send import Sender
from postwright.alerts.tell import tell
from postwright.config import AlertSettings
from postwright.db.database import Database
from postwright.workspaces.default import default_workspace
from tests.factories.receiver import Receiver, listening

pytestmark = pytest.mark.slow

KEY = bytes(range(32))
SECRET = SecretStr("whsec_" + base64.b64encode(KEY).decode())


@dataclass
class Desk:
    """What a test has in hand."""

    database: Database
    workspace_id: str
    receiver: Receiver

    def sender(self, url: str = "", *, allow_private: bool = True, proxy: str = "") -> Sender:
        where = SecretStr(url or f"{self.receiver.url}?key=1")
        settings = AlertSettings(url=where, secret=SECRET, allow_private=allow_private)
        return Sender(self.database, settings, proxy)

    async def tell(self, subject: str = "pub_1", **facts: Any) -> None:
        async with self.database.transaction() as session:
            await tell(
                session,
                self.workspace_id,
                Kind.PUBLICATION_FAILED,
                subject,
                says="It failed.",
                **facts,
            )

    async def rows(self) -> list[Alert]:
        async with self.database.transaction() as session:
            return list(await session.scalars(select(Alert).order_by(Alert.subject)))

    async def advance(self, **time: float) -> None:
        async with self.database.transaction() as session:
            await session.execute(
                text("UPDATE app_clock SET ahead = ahead + :time"), {"time": timedelta(**time)}
            )


@pytest.fixture
async def desk(database_url: str) -> AsyncGenerator[Desk]:
    database = Database(database_url)
    async with database.transaction() as session:
        await session.execute(text("UPDATE app_clock SET is_test = true"))
        workspace_id = await default_workspace(session)
    try:
        async with listening() as receiver:
            yield Desk(database, workspace_id, receiver)
    finally:
        await database.close()


async def test_an_alert_is_sent_once_and_signed(desk: Desk) -> None:
    await desk.tell(code="internal", account="demo")
    await desk.sender().send_due()
    await desk.sender().send_due()
    (arrival,) = desk.receiver.arrivals
    headers = arrival.headers
    (row,) = await desk.rows()
    said = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + arrival.body
    digest = base64.b64encode(hmac.new(KEY, said, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{digest}"
    assert headers["content-type"] == "application/json"
    told = arrival.event
    assert told["type"] == "publication.failed"
    assert told["data"] == {
        "workspace_id": desk.workspace_id, "subject": "pub_1", "says": "It failed.",
        "code": "internal", "account": "demo",
    }  # fmt: skip
    assert (row.id, row.tries, row.next_at, row.detail) == (headers["webhook-id"], 1, None, "")
    assert row.sent_at is not None


@pytest.mark.parametrize("status", [500, 302])
async def test_what_was_not_taken_is_sent_again_later_with_the_same_id(
    desk: Desk, status: int
) -> None:
    desk.receiver.statuses = [status]
    await desk.tell()
    await desk.sender().send_due()
    (row,) = await desk.rows()
    assert row.next_at is not None
    assert str(status) in row.detail
    await desk.sender().send_due()
    assert len(desk.receiver.arrivals) == 1  # not yet
    await desk.advance(seconds=6)
    await desk.sender().send_due()
    first, second = desk.receiver.arrivals
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert first.headers["webhook-timestamp"] != second.headers["webhook-timestamp"]
    assert first.body == second.body
    (row,) = await desk.rows()
    assert (row.next_at, row.tries, row.detail) == (None, 2, "")


async def test_a_receiver_that_is_away_for_hours_gets_it_and_one_for_a_day_does_not(
    desk: Desk,
) -> None:
    nowhere = socket.create_server(("127.0.0.1", 0))
    port = nowhere.getsockname()[1]
    nowhere.close()
    away = desk.sender(f"http://127.0.0.1:{port}/")
    await desk.tell("pub_1")
    for _ in range(12):
        await away.send_due()
        await desk.advance(hours=1)
    async with desk.database.transaction() as session:
        assert len(await unsent(session, desk.workspace_id)) == 1
    await desk.tell("pub_2")
    await desk.advance(hours=11)
    await away.send_due()
    await desk.advance(hours=2)
    await desk.sender().send_due()
    assert [row.sent_at is not None for row in await desk.rows()] == [False, True]
    await desk.advance(hours=24)
    await desk.sender().send_due()
    assert len(desk.receiver.arrivals) == 1


async def test_a_receiver_that_is_gone_for_good_is_left_alone(desk: Desk) -> None:
    desk.receiver.statuses = [410]
    await desk.tell()
    await desk.sender().send_due()
    await desk.advance(hours=1)
    await desk.sender().send_due()
    assert len(desk.receiver.arrivals) == 1


async def test_two_workers_send_each_alert_once(desk: Desk) -> None:
    for number in range(50):
        await desk.tell(f"pub_{number}")
    await asyncio.gather(*(desk.sender().send_due() for _ in range(4)))
    assert len(desk.receiver.arrivals) == 50
    assert len({each.headers["webhook-id"] for each in desk.receiver.arrivals}) == 50


async def test_a_worker_that_dies_over_it_leaves_it_to_the_next(desk: Desk) -> None:
    await desk.tell()
    sender = desk.sender()
    assert len(await sender.claim()) == 1
    await sender.send_due()
    assert desk.receiver.arrivals == []
    await desk.advance(minutes=3)
    await sender.send_due()
    assert len(desk.receiver.arrivals) == 1


async def test_nothing_is_sent_into_a_private_network(desk: Desk) -> None:
    port = desk.receiver.base.rpartition(":")[2]
    await desk.tell()
    (due,) = await desk.sender().claim()
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433"):
        sender = desk.sender(f"https://{host}:{port}/", allow_private=False)
        problem, _ = await sender.post(due)
        assert "private network" in problem
    assert desk.receiver.arrivals == []


async def test_a_name_is_looked_up_once_and_that_machine_is_connected_to(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = list[object]()

    async def answer(host: object, port: object, **more: object) -> list[object]:
        asked.append(host)
        address = "93.184.216.34" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    await desk.tell()
    due = (await desk.sender().claim())[0]
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    sender = desk.sender("https://hooks.example.com/", allow_private=False)
    # The fence around all tests shows where it went.
    with pytest.raises(UserWarning, match=r"93\.184\.216\.34"):
        await sender.post(due)
    assert asked == ["hooks.example.com"]


async def test_one_public_address_beside_a_private_one_is_not_enough(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def answer(host: object, port: object, **more: object) -> list[object]:
        found = ("93.184.216.34", "10.0.0.1")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    await desk.tell()
    due = (await desk.sender().claim())[0]
    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", answer)
    sender = desk.sender("https://hooks.example.com/", allow_private=False)
    problem, _ = await sender.post(due)
    assert "10.0.0.1" in problem


async def test_alerts_go_through_the_proxy(desk: Desk) -> None:
    asked = list[bytes]()

    async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        port = int(desk.receiver.base.rpartition(":")[2])
        there, to = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
        to.write(await reader.readuntil(b"}}"))
        writer.write(await there.readuntil(b"thanks"))
        writer.close()
        to.close()

    server = await asyncio.start_server(proxy, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        await desk.tell()
        sender = desk.sender("http://hooks.internal/x", proxy=f"http://me:word@127.0.0.1:{port}")
        await sender.send_due()
    assert asked[0].startswith(b"CONNECT hooks.internal:80 HTTP/1.1\r\n")
    assert len(desk.receiver.arrivals) == 1
    assert (await desk.rows())[0].sent_at is not None
    assert "word" not in repr(sender)


async def test_a_proxy_is_not_asked_for_what_is_known_to_be_private(desk: Desk) -> None:
    await desk.tell()
    sender = desk.sender("https://localhost/x", allow_private=False, proxy=desk.receiver.base)
    await sender.send_due()
    assert desk.receiver.arrivals == []
    assert "private network" in (await desk.rows())[0].detail


async def test_without_an_address_alerts_are_in_the_log_only(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        await desk.tell()
    assert "publication.failed pub_1: It failed." in caplog.text
    nowhere = Sender(desk.database, AlertSettings())
    await desk.advance(hours=25)
    await nowhere.send_due()
    assert (await desk.rows())[0].next_at is None
    await desk.sender().send_due()
    assert desk.receiver.arrivals == []


async def test_what_is_rolled_back_is_not_told(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    class Changed(Exception):
        pass

    async def change_and_fail() -> None:
        async with desk.database.transaction() as session:
            await tell(
                session, desk.workspace_id, Kind.CONNECTION_EXPIRED, "conn_1", says="It ended."
            )
            raise Changed

    with pytest.raises(Changed):
        await change_and_fail()
    assert await desk.rows() == []
    assert "conn_1" not in caplog.text


async def test_old_alerts_are_forgotten(desk: Desk) -> None:
    await desk.tell("pub_1")
    await desk.advance(days=89)
    await desk.sender().forget()
    assert len(await desk.rows()) == 1
    await desk.tell("pub_2")
    await desk.advance(days=2)
    await desk.sender().forget()
    assert [row.subject for row in await desk.rows()] == ["pub_2"]
