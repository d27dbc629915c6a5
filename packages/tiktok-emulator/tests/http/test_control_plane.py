"""Reset, seed, clock, dump, log, switches."""

import json
from typing import Any

import pytest

from .conftest import Caller


async def test_the_index_lists_each_endpoint_with_what_it_does(caller: Caller) -> None:
    endpoints = (await caller.http.get("/_control/")).json()["endpoints"]
    assert ("POST", "/_control/reset") in [(each["method"], each["path"]) for each in endpoints]
    assert all(entry["does"] for entry in endpoints)


async def test_a_reset_forgets_all_but_what_was_there_from_the_start(
    caller: Caller, video: bytes, emulator: Any
) -> None:
    await caller.control("seed", creators=[{"username": "zoe"}])
    await caller.settings(upload_url_s=5)
    await caller.control("clock", freeze=True, advance_s=1000)
    await caller.sign_in()
    await caller.post(video)
    folder = emulator.state.spool
    assert len(list(folder.iterdir())) == 1
    await caller.control("reset")
    state = await caller.state()
    assert (state["posts"], state["uploads"], state["grants"]) == ([], [], [])
    assert [creator["username"] for creator in state["creators"]] == [
        "demo",
        "private.pia",
        "banned.ben",
    ]
    assert list(folder.iterdir()) == []
    assert (await caller.http.get("/_control/settings")).json()["upload_url_s"] == 3600
    assert not (await caller.http.get("/_control/clock")).json()["is_frozen"]
    assert (await caller.call("creator_info/query")).status_code == 401


async def test_a_seeded_reset_repeats_every_id(caller: Caller) -> None:
    seen: list[object] = []
    for _ in range(2):
        await caller.control("reset", seed=42)
        await caller.control("clock", freeze=True)
        grant = await caller.sign_in()
        seen.append((grant["access_token"], await caller.begin(1000)))
    assert seen[0] == seen[1]


async def test_the_dump_and_the_log_hold_no_token_and_no_secret(
    caller: Caller, video: bytes
) -> None:
    grant = await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    await caller.refresh(grant["refresh_token"])
    told = json.dumps(await caller.state())
    told += (await caller.http.get("/_control/requests")).text
    secrets = [
        grant["access_token"],
        grant["refresh_token"],
        begun["upload_url"].partition("upload_token=")[2],
        caller.secret,
        caller.verifier,
    ]
    assert not [secret for secret in secrets if secret in told]


async def test_the_log_tells_which_rule_was_broken_and_what_mends_it(caller: Caller) -> None:
    await caller.sign_in()
    answer = await caller.init(50_000_123, chunk=10_000_000, count=6)
    entry = await caller.last_request()
    assert entry["operation"] == "video.init"
    assert entry["username"] == "demo"
    assert (entry["status"], entry["code"]) == (400, "invalid_params")
    assert entry["rule"] == "posting.init.chunk-count"
    assert "is 5" in entry["why"]
    assert entry["log_id"] == answer.json()["error"]["log_id"]
    later = await caller.http.get("/_control/requests", params={"after": entry["n"]})
    assert later.json()["requests"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "words"),
    [
        ("PATCH", "settings", {"intake": 5}, "intake"),
        ("PATCH", "settings", {"rate_limits": {"init": 0}}, "rate_limits.init"),
        ("PATCH", "settings", [], "object"),
        ("POST", "clock", {}, "advance_s"),
        ("POST", "clock", {"advance": 5}, "advance"),
        ("POST", "clock", {"advance_s": "soon"}, "advance_s"),
        ("POST", "faults", {"operation": "video.init"}, "kind"),
        ("POST", "faults", {"operation": "init", "kind": "error"}, "operation"),
        ("POST", "faults", {"operation": "status", "kind": "slow_intake"}, "upload"),
        ("POST", "faults", {"operation": "status", "kind": "error", "last_chunk": True}, "upload"),
        ("POST", "faults", {"operation": "status", "kind": "delay_after"}, "delay_s"),
        ("POST", "seed", {"creators": [{"username": "x"}]}, "creators.0.username"),
        ("POST", "seed", {"apps": [{"client_key": "new"}]}, "client_secret"),
        ("POST", "consent", {"client_key": "demo-desktop-key"}, "username"),
        ("POST", "outcomes", {"outcome": "bad_luck"}, "outcome"),
        ("PATCH", "creators/demo", {"username": "x"}, "username"),
        ("PATCH", "creators/demo", {"private": None}, "private"),
        ("POST", "reset", {"seed": "x"}, "seed"),
    ],
)
async def test_a_bad_order_is_400_and_says_what_is_wrong(
    caller: Caller, method: str, path: str, body: object, words: str
) -> None:
    answer = await caller.http.request(method, f"/_control/{path}", json=body)
    assert answer.status_code == 400
    assert words in answer.json()["error"]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "consent", {"client_key": "nope", "username": "demo"}),
        ("POST", "consent", {"client_key": "demo-desktop-key", "username": "nobody"}),
        ("POST", "grants/revoke", {"client_key": "demo-desktop-key", "username": "demo"}),
        ("PATCH", "creators/nobody", {"private": True}),
        ("PATCH", "apps/nope", {"audited": True}),
        ("GET", "nothing", None),
        ("PUT", "state", None),
    ],
)
async def test_what_does_not_exist_is_404_and_says_so(
    caller: Caller, method: str, path: str, body: object
) -> None:
    answer = await caller.http.request(method, f"/_control/{path}", json=body)
    assert answer.status_code == 404
    assert answer.json()["error"]


async def test_no_json_at_all_is_400(caller: Caller) -> None:
    answer = await caller.http.post("/_control/clock", content=b"advance")
    assert answer.status_code == 400
    assert "JSON" in answer.json()["error"]


async def test_a_bad_seed_changes_nothing(caller: Caller) -> None:
    body = {
        "apps": [{"client_key": "bad", "client_secret": "s", "redirect_uris": ["ftp://x/"]}],
        "creators": [{"username": "zoe"}],
    }
    assert (await caller.http.post("/_control/seed", json=body)).status_code == 400
    assert "zoe" not in [creator["username"] for creator in (await caller.state())["creators"]]


async def test_an_app_can_be_audited_while_it_runs(unaudited: Caller) -> None:
    await unaudited.sign_in()
    assert (await unaudited.init(100)).status_code == 403
    await unaudited.http.patch(f"/_control/apps/{unaudited.key}", json={"audited": True})
    assert (await unaudited.init(100)).status_code == 200


async def test_an_account_can_be_made_private_while_it_runs(caller: Caller) -> None:
    await caller.sign_in()
    answer = await caller.http.patch("/_control/creators/demo", json={"private": True})
    assert answer.json()["private"] is True
    refused = await caller.init(100)
    assert refused.json()["error"]["code"] == "privacy_level_option_mismatch"


async def test_the_clock_can_stand_still_and_go_back(caller: Caller) -> None:
    frozen = await caller.control("clock", freeze=True)
    again = (await caller.http.get("/_control/clock")).json()
    assert (again["now"], again["is_frozen"]) == (frozen["now"], True)
    moved = await caller.control("clock", advance_s=-60, freeze=False)
    assert not moved["is_frozen"]
    assert -61 < moved["offset_s"] < -59
