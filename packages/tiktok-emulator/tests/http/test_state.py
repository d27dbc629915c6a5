"""The state of the world: the same twice with the same seed and clock, and moved elsewhere."""

import asyncio
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tiktok_emulator import DEMO, Emulator

from .conftest import Caller

NOON = "2026-11-21T12:00:00+00:00"
BAD: list[dict[str, Any]] = [
    {"format": 2},
    {"apps": [["k", {"type": "App"}]]},
    {"posts": 5},
    {"publishes": [["x", {"type": "Grant"}]]},
    {"access_tokens": [["t", {"grant": 9, "scopes": [], "expires_at": NOON}]]},
    {"media": {"../../etc/passwd": ""}},
    {"dice": []},
    {"dice": ["1", "2", "3", "4"]},
    {"now": "yesterday"},
    {"settings": {"access_token_s": -1}},
    {"scenario": "storm"},
]


async def _a_day(caller: Caller, video: bytes) -> None:
    """A bit of everything, under a clock that stands still."""
    await caller.control("reset", seed=5)
    await caller.control("clock", freeze=True, to=NOON)
    await caller.control("scenario", name="long-moderation")
    caller.verifier = "v" * 43
    await caller.sign_in()
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    await caller.begin(11_000_000, chunk=5_500_000, count=2)
    await caller.control("clock", advance_s=1801)
    await caller.control("clock", advance_s=60)
    await caller.status(begun["publish_id"])
    await caller.control("faults", operation="status", kind="error", probability=0.5, count=3)
    for _ in range(4):
        await caller.call("status/fetch", {"publish_id": begun["publish_id"]})


async def test_two_runs_with_the_same_seed_and_clock_give_identical_dumps(
    caller: Caller, video: bytes, tmp_path: Path
) -> None:
    dumps: list[Any] = []
    for number in range(2):
        async with (
            Emulator.serve(base=DEMO, spool=tmp_path / str(number), seed=5) as emulator,
            httpx2.AsyncClient(base_url=emulator.base_url, verify=False) as http,
        ):
            await _a_day(type(caller)(http), video)
            everything = (await http.get("/_control/state?secrets=1&media=1")).text
            requests = (await http.get("/_control/requests")).text
            dumps.append((everything + requests).replace(emulator.base_url, "http://here"))
    assert dumps[0] == dumps[1]


async def test_a_state_goes_on_in_another_emulator(
    caller: Caller, long_video: bytes, tmp_path: Path
) -> None:
    await caller.sign_in()
    post = await caller.post(long_video)
    half = await caller.begin(len(long_video), chunk=5_500_000, count=2)
    await caller.put(half["upload_url"], long_video[:5_500_000], 0, len(long_video))
    await caller.control("clock", freeze=True)
    taken = (await caller.http.get("/_control/state?secrets=1&media=1")).json()
    async with (
        Emulator.serve(spool=tmp_path / "other") as other,
        httpx2.AsyncClient(base_url=other.base_url, verify=False) as http,
    ):
        assert (await http.post("/_control/state", json=taken)).json() == {"ok": True}
        again = (await http.get("/_control/state?secrets=1&media=1")).json()
        assert again["snapshot"] == taken["snapshot"]
        bearer = {"Authorization": f"Bearer {caller.token}"}
        path = "/v2/post/publish/status/fetch/"
        asked = await http.post(path, json={"publish_id": post}, headers=bearer)
        assert asked.json()["data"]["status"] == "PUBLISH_COMPLETE"
        url = half["upload_url"].replace(str(caller.http.base_url).rstrip("/"), other.base_url)
        rest = long_video[5_500_000:]
        sent = await http.put(
            url,
            content=rest,
            headers={
                "Content-Type": "video/mp4",
                "Content-Range": f"bytes 5500000-{len(long_video) - 1}/{len(long_video)}",
            },
        )
        assert sent.status_code == 201
        async with asyncio.timeout(10):
            while len((await http.get("/_control/state")).json()["posts"]) < 2:
                pass
        posts = (await http.get("/_control/state")).json()["posts"]
        assert len({each["sha256"] for each in posts}) == 1
        media = await http.get(f"/media/{posts[0]['post_id']}")
        assert media.content == long_video


async def test_a_dump_has_secrets_only_when_asked_for(caller: Caller) -> None:
    await caller.sign_in()
    assert caller.token not in (await caller.http.get("/_control/state")).text
    assert "demo-desktop-secret" not in (await caller.http.get("/_control/state")).text
    assert caller.token in (await caller.http.get("/_control/state?secrets=1")).text


async def test_without_its_media_an_unfinished_upload_begins_anew(
    caller: Caller, long_video: bytes
) -> None:
    await caller.sign_in()
    begun = await caller.begin(len(long_video), chunk=5_500_000, count=2)
    await caller.put(begun["upload_url"], long_video[:5_500_000], 0, len(long_video))
    taken = (await caller.http.get("/_control/state?secrets=1")).json()
    await caller.control("state", **taken)
    assert (await caller.status(begun["publish_id"]))["uploaded_bytes"] == 0


async def test_what_was_not_looked_into_yet_is_looked_into_after_loading(
    caller: Caller, video: bytes
) -> None:
    await caller.sign_in()
    await caller.settings(processing={"mode": "after_seconds", "value": 3_600})
    begun = await caller.begin(len(video))
    await caller.put(begun["upload_url"], video)
    taken = (await caller.http.get("/_control/state?secrets=1&media=1")).json()
    [[_, publish]] = taken["snapshot"]["publishes"]
    publish |= {"is_probed": False, "facts": None, "cover": None}
    await caller.control("state", **taken)
    await caller.settings(processing={"mode": "immediate"})
    assert (await caller.decided(begun["publish_id"]))["status"] == "PUBLISH_COMPLETE"


@pytest.mark.parametrize("change", BAD, ids=str)
async def test_a_bad_state_is_refused_and_changes_nothing(
    caller: Caller, change: dict[str, Any]
) -> None:
    await caller.sign_in()
    taken = (await caller.http.get("/_control/state?secrets=1")).json()["snapshot"]
    answer = await caller.http.post("/_control/state", json={"snapshot": taken | change})
    assert answer.status_code == 400, answer.text
    after = (await caller.http.get("/_control/state?secrets=1")).json()["snapshot"]
    assert {**after, "now": ""} == {**taken, "now": ""}
