"""Faults that spoil answers, and the ways to say which calls they hit."""

import json
import re

import httpx2
import pytest

from .conftest import Caller

STATUS = {"publish_id": "v_pub_file~v2-1.1"}


async def test_a_gateways_page_comes_in_the_answers_place_and_nothing_is_done(
    caller: Caller,
) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind="html", status=502)
    answer = await caller.init(100)
    assert (answer.status_code, answer.headers["content-type"]) == (502, "text/html")
    assert answer.text.startswith("<html>")
    assert (await caller.state())["uploads"] == []


@pytest.mark.parametrize("kind", ["malformed", "truncated"])
async def test_a_spoilt_answer_is_no_json_although_it_was_done(caller: Caller, kind: str) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind=kind)
    answer = await caller.init(100)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    assert len((await caller.state())["uploads"]) == 1


async def test_an_answer_can_break_off_in_its_middle(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind="reset_in_answer")
    with pytest.raises(httpx2.TransportError):
        await caller.init(100)
    assert len((await caller.state())["uploads"]) == 1
    assert "half of the answer" in (await caller.last_request())["why"]


async def test_an_upload_can_break_off_in_its_middle_and_leaves_no_trace(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(video))
    half = len(video) // 2
    await caller.control("faults", operation="upload", kind="reset_in_body", after_bytes=half)
    with pytest.raises(httpx2.TransportError):
        await caller.put(begun["upload_url"], video)
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == 0
    assert (await caller.put(begun["upload_url"], video)).status_code == 201


async def test_a_token_can_be_called_stale_once(caller: Caller) -> None:
    grant = await caller.sign_in()
    await caller.control("faults", operation="creator_info", kind="stale_token")
    answer = await caller.call("creator_info/query")
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "access_token_invalid"
    assert (await caller.call("creator_info/query")).status_code == 200
    await caller.control("faults", operation="oauth.refresh", kind="stale_token")
    assert (await caller.refresh(grant["refresh_token"])).json()["error"] == "invalid_grant"


async def test_display_has_its_own_shape_for_ordered_errors(caller: Caller) -> None:
    await caller.control("faults", operation="user_info", kind="error", status=503, code="busy")
    answer = await caller.http.get("/v2/user/info/", params={"fields": "open_id"})
    assert answer.json()["data"] == {}
    assert answer.json()["error"]["code"] == "busy"


async def test_a_match_looks_into_the_body(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="video.init", kind="error", match="#fox")
    assert (await caller.init(100, title="a hare")).status_code == 200
    assert (await caller.init(100, title="a #fox")).status_code == 500


async def test_a_fault_can_be_for_one_app(caller: Caller, unaudited: Caller) -> None:
    await caller.control(
        "faults", operation="oauth.token", kind="error", client_key=unaudited.key, status=503
    )
    assert "access_token" in await caller.sign_in()
    code = await unaudited.code("private.pia")
    assert (await unaudited.exchange(code)).status_code == 503


async def test_chance_is_the_same_with_the_same_seed(caller: Caller) -> None:
    runs: list[list[int]] = []
    for _ in range(2):
        await caller.control("reset", seed=3)
        await caller.control(
            "faults", operation="status", kind="error", probability=0.5, count=None
        )
        answers = [await caller.call("status/fetch", STATUS) for _ in range(20)]
        runs.append([answer.status_code for answer in answers])
    assert runs[0] == runs[1]
    assert {401, 500} == set(runs[0])


async def test_a_fault_ends_by_the_emulators_clock(caller: Caller) -> None:
    await caller.control("faults", operation="status", kind="error", count=None, for_s=60)
    assert (await caller.call("status/fetch", STATUS)).status_code == 500
    await caller.control("clock", advance_s=61)
    assert (await caller.call("status/fetch", STATUS)).status_code == 401


@pytest.mark.parametrize(
    ("operation", "kind", "words"),
    [
        ("status", "reset_in_body", "upload"),
        ("upload", "fetch_first", "video.init"),
        ("status", "duplicate", "webhook"),
    ],
)
async def test_a_fault_that_cannot_be_is_refused(
    caller: Caller, operation: str, kind: str, words: str
) -> None:
    order = {"operation": operation, "kind": kind}
    answer = await caller.http.post("/_control/faults", json=order)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


async def test_scenarios_are_listed_played_and_ended(caller: Caller) -> None:
    listed = (await caller.http.get("/_control/scenario")).json()
    assert listed["playing"] == "calm"
    assert all(each["good_client"] for each in listed["scenarios"])
    await caller.control("scenario", name="legacy-tokens")
    assert (await caller.sign_in())["expires_in"] == 86_400
    await caller.control("scenario", name="calm")
    assert (await caller.sign_in())["expires_in"] == 7_200
    unknown = await caller.http.post("/_control/scenario", json={"name": "storm"})
    assert unknown.status_code == 400
    assert "flaky" in unknown.json()["error"]


async def test_a_refusal_names_the_rule_its_source_and_what_mends_it(caller: Caller) -> None:
    await caller.sign_in()
    await caller.init(50_000_123, chunk=10_000_000, count=6)
    entry = await caller.last_request()
    assert entry["rule"] == "posting.init.chunk-count"
    assert re.fullmatch(r"[\w-]+, \d{4}.*", entry["source"])
    assert entry["basis"] in {"official", "observed", "assumed"}
    assert entry["says"]
    assert "floor" in entry["why"]
