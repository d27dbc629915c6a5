"""What goes wrong on order, for each operation, with and without a socket."""

import asyncio

import httpx2
import pytest

from tiktok_emulator import DEMO, ConnectionDropped, World, create_app

from .conftest import Caller


async def test_a_dropped_answer_is_a_broken_connection_and_nothing_was_done(
    caller: Caller,
) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind="drop_before")
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.init(100)
    assert (await caller.state())["uploads"] == []
    entry = await caller.last_request()
    assert (entry["fault"], entry["status"]) == ("drop_before", None)
    assert (await caller.init(100)).status_code == 200


async def test_an_answer_dropped_after_acting_leaves_the_act(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind="drop_after")
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.init(100)
    assert len((await caller.state())["uploads"]) == 1


async def test_a_refresh_whose_answer_is_dropped_has_rotated(caller: Caller) -> None:
    grant = await caller.sign_in()
    await caller.control("faults", operation="oauth.refresh", kind="drop_after")
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.refresh(grant["refresh_token"])
    assert (await caller.refresh(grant["refresh_token"])).json()["error"] == "invalid_grant"


async def test_an_exchange_whose_answer_is_dropped_has_used_the_code(caller: Caller) -> None:
    code = await caller.code()
    await caller.control("faults", operation="oauth.token", kind="drop_after", creator="demo")
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.exchange(code)
    assert (await caller.exchange(code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("kind", ["drop_before", "drop_after"])
async def test_a_dropped_last_chunk_is_stored_or_not_as_ordered(
    caller: Caller, long_video: bytes, kind: str
) -> None:
    await caller.sign_in()
    size = len(long_video)
    begun = await caller.begin(size, chunk=5_500_000, count=2)
    url = begun["upload_url"]
    await caller.control("faults", operation="upload", kind=kind, last_chunk=True)
    first = await caller.put(url, long_video[:5_500_000], 0, size)
    assert first.status_code == 206
    with pytest.raises(httpx2.TransportError):
        await caller.put(url, long_video[5_500_000:], 5_500_000, size)
    received = (await caller.status(begun["publish_id"]))["uploaded_bytes"]
    assert received == (size if kind == "drop_after" else 5_500_000)
    again = await caller.put(url, long_video[5_500_000:], 5_500_000, size)
    assert again.status_code == (416 if kind == "drop_after" else 201)
    await caller.decided(begun["publish_id"])
    assert len((await caller.state())["posts"]) == 1


@pytest.mark.parametrize(
    ("operation", "path"),
    [("creator_info", "creator_info/query"), ("status", "status/fetch")],
)
async def test_an_error_comes_in_the_shape_of_posting(
    caller: Caller, operation: str, path: str
) -> None:
    await caller.sign_in()
    await caller.control("faults", operation=operation, kind="error", status=503, code="busy")
    answer = await caller.call(path)
    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "busy")


async def test_an_error_comes_in_the_flat_shape_of_oauth(caller: Caller) -> None:
    await caller.control(
        "faults", operation="oauth.refresh", kind="error", status=200, code="server_error"
    )
    answer = await caller.refresh("rft.any")
    assert (answer.status_code, answer.json()["error"]) == (200, "server_error")


async def test_an_upload_error_is_a_bare_status_and_stores_nothing(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.control("faults", operation="upload", kind="error", status=502)
    answer = await caller.put(begun["upload_url"], video)
    assert (answer.status_code, answer.content) == (502, b"")
    assert (await caller.put(begun["upload_url"], video)).status_code == 201


async def test_a_fault_can_wait_for_one_creator(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="creator_info", kind="error", creator="private.pia")
    assert (await caller.call("creator_info/query")).status_code == 200
    await caller.sign_in("private.pia")
    assert (await caller.call("creator_info/query")).status_code == 500


@pytest.mark.parametrize("kind", ["delay_before", "delay_after"])
async def test_a_delayed_answer_that_nobody_waits_for_has_still_acted(
    caller: Caller, kind: str
) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind=kind, delay_s=0.3)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await caller.init(100)
    async with asyncio.timeout(5):
        while not (await caller.state())["uploads"]:
            pass


async def test_a_slow_intake_can_be_ordered_for_one_upload(caller: Caller, video: bytes) -> None:
    await caller.sign_in()
    url = (await caller.begin(len(video)))["upload_url"]
    rate = len(video) * 4
    await caller.control("faults", operation="upload", kind="slow_intake", bytes_per_second=rate)
    loop = asyncio.get_running_loop()
    started = loop.time()
    assert (await caller.put(url, video)).status_code == 201
    assert loop.time() - started > 0.2


async def test_faults_can_be_listed_and_taken_back(caller: Caller) -> None:
    await caller.control("faults", operation="status", kind="error", count=3, skip=1)
    listed = (await caller.http.get("/_control/faults")).json()["faults"]
    assert (listed[0]["count"], listed[0]["skip"]) == (3, 1)
    assert (await caller.http.delete("/_control/faults")).json()["faults"] == []


async def test_the_consent_page_can_be_dropped(caller: Caller) -> None:
    await caller.control("faults", operation="oauth.authorize", kind="drop_before")
    with pytest.raises(httpx2.RemoteProtocolError):
        await caller.authorize()


async def test_without_a_socket_a_drop_is_raised_out_of_the_app() -> None:
    world = World(base=DEMO)
    transport = httpx2.ASGITransport(create_app(world))
    async with httpx2.AsyncClient(transport=transport, base_url="http://emulator") as http:
        assert (await http.get("/_control/state")).json()["posts"] == []
        order = {"operation": "status", "kind": "drop_before"}
        await http.post("/_control/faults", json=order)
        with pytest.raises(ConnectionDropped):
            await http.post("/v2/post/publish/status/fetch/")
        answer = await http.post("/v2/post/publish/status/fetch/")
        assert answer.status_code == 401
    world.close()
