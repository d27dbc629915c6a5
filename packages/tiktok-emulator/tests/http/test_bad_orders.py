"""What the control plane says to orders it cannot carry out: a clear 400 or 404, never a 500."""

from typing import Any

import pytest

from .conftest import Caller


@pytest.mark.parametrize("step", [1e9, -1e9])
async def test_time_does_not_leave_the_calendar(caller: Caller, step: float) -> None:
    answers = [
        await caller.http.post("/_control/clock", json={"advance_s": step}) for _ in range(70)
    ]
    answer = answers[-1]
    assert answer.status_code == 400
    assert "advance_s" in answer.json()["error"]
    assert (await caller.http.get("/_control/state")).status_code == 200


async def test_a_move_that_is_refused_does_not_freeze_either(caller: Caller) -> None:
    await caller.control("clock", advance_s=-1e9)
    answer = await caller.http.post("/_control/clock", json={"advance_s": -1e9, "freeze": True})
    assert answer.status_code == 400
    assert not (await caller.http.get("/_control/clock")).json()["is_frozen"]


@pytest.mark.parametrize("after", ["9" * 5000, "-1", "x", "\u00b2"])
async def test_the_log_starts_after_a_number(caller: Caller, after: str) -> None:
    answer = await caller.http.get("/_control/requests", params={"after": after})
    assert answer.status_code == 400
    assert "after" in answer.json()["error"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("access_token_s", "1e30"),
        ("refresh_token_s", "1" + "0" * 30),
        ("client_token_s", "1" + "0" * 30),
        ("code_lifetime_s", "1e999"),
        ("upload_url_s", "Infinity"),
        ("moderation_seconds", "NaN"),
        ("publish_id_visible_after_s", "1e30"),
        ("processing", '{"value": 1e999}'),
        ("rate_limits", '{"window_s": 1e30}'),
    ],
)
async def test_a_lifetime_is_at_most_a_hundred_years(caller: Caller, name: str, value: str) -> None:
    answer = await caller.http.patch("/_control/settings", content=f'{{"{name}": {value}}}')
    assert answer.status_code == 400
    assert name in answer.json()["error"]
    assert (await caller.http.get("/_control/settings")).status_code == 200


@pytest.mark.parametrize(
    ("path", "order", "word"),
    [
        ("seed", {"apps": [{"client_key": "k", "client_secret": "s", "scopes": ["x"]}]}, "scopes"),
        ("consent", {"client_key": "demo-desktop-key", "username": "demo", "scopes": ["x"]}, "sco"),
        ("faults", {"operation": "upload", "kind": "error", "status": 100}, "status"),
    ],
)
async def test_the_message_names_the_field(
    caller: Caller, path: str, order: Any, word: str
) -> None:
    answer = await caller.http.post(f"/_control/{path}", json=order)
    assert answer.status_code == 400
    assert word in answer.json()["error"].partition(":")[0]


@pytest.mark.parametrize(
    ("path", "order"),
    [
        ("faults", {"operation": "upload", "kind": "error", "creator": "nobody"}),
        ("outcomes", {"outcome": "stuck", "creator": "nobody"}),
    ],
)
async def test_an_order_for_nobody_is_told(caller: Caller, path: str, order: Any) -> None:
    answer = await caller.http.post(f"/_control/{path}", json=order)
    assert answer.status_code == 404
    assert "'nobody'" in answer.json()["error"]


@pytest.mark.parametrize("status", [204, 304])
async def test_an_ordered_status_without_a_body_leaves_the_connection_whole(
    caller: Caller, status: int, caplog: pytest.LogCaptureFixture
) -> None:
    await caller.sign_in()
    await caller.control("faults", operation="creator_info", kind="error", status=status)
    answer = await caller.call("creator_info/query")
    assert (answer.status_code, answer.content) == (status, b"")
    assert (await caller.call("creator_info/query")).status_code == 200
    assert caplog.records == []
