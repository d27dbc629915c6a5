"""The pages' forms: only our own pages can send them, and what is wrong is said on the page."""

import re
from typing import Any

import pytest

from .conftest import Caller

FOREIGN = {"Origin": "http://evil.com"}


async def _key(caller: Caller) -> str:
    page = await caller.http.get("/_controls")
    match = re.search(r'name="form_key" value="([^"]+)"', page.text)
    assert match
    return match[1]


async def _send(caller: Caller, path: str, **fields: Any) -> Any:
    return await caller.http.post(path, data={"form_key": await _key(caller), **fields})


FORMS = [
    "/_controls/reset",
    "/_controls/clock",
    "/_controls/settings",
    "/_portal/new",
    "/_portal/app/demo-desktop-key",
    "/_portal/properties/demo-desktop-key",
    "/_portal/webhooks/1",
    "/@demo/apps",
    "/@demo/settings",
    "/@demo/drafts/v_inbox_file~v2.1",
    "/@demo/video/1",
]


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_without_the_key_of_our_pages_is_refused(caller: Caller, path: str) -> None:
    before = await caller.state()
    for fields in ({}, {"form_key": ""}, {"form_key": "guessed"}):
        answer = await caller.http.post(path, data=fields)
        assert answer.status_code == 403
        assert "reload the page" in answer.text
    after = await caller.state()
    assert (before["apps"], before["creators"]) == (after["apps"], after["creators"])


@pytest.mark.parametrize("path", FORMS)
async def test_a_form_from_a_foreign_page_is_refused_even_with_the_key(
    caller: Caller, path: str
) -> None:
    data = {"form_key": await _key(caller)}
    answer = await caller.http.post(path, data=data, headers=FOREIGN)
    assert answer.status_code == 403
    assert "evil.com" in answer.text


async def test_the_control_plane_is_not_for_foreign_pages(caller: Caller) -> None:
    answer = await caller.http.post("/_control/reset", json={}, headers=FOREIGN)
    assert answer.status_code == 403
    assert "evil.com" in answer.json()["error"]
    rebound = {"Host": "evil.com:8700", "Origin": "http://evil.com:8700"}
    assert (await caller.http.post("/_control/reset", json={}, headers=rebound)).status_code == 403
    assert (await caller.http.get("/_control/state", headers=rebound)).status_code == 403
    assert (await caller.http.get("/", headers=rebound)).status_code == 403
    await caller.settings(trusted_hosts=["evil.com"])
    assert (await caller.http.get("/_control/state", headers=rebound)).status_code == 200


async def test_the_consent_page_is_not_for_foreign_pages(caller: Caller) -> None:
    page = await caller.authorize()
    match = re.search(r'name="page_id" value="(\w+)"', page.text)
    assert match
    form = {"page_id": match[1], "username": "demo", "decision": "accept"}
    answer = await caller.http.post("/v2/auth/authorize/", data=form, headers=FOREIGN)
    assert answer.status_code == 400
    assert (await caller.http.post("/v2/auth/authorize/", data=form)).status_code == 302


async def test_what_is_no_form_is_refused_in_words(caller: Caller) -> None:
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await caller.http.post("/_controls/clock", content=b"--x\r\nno", headers=head)
    assert answer.status_code in (400, 403)
    assert "was not taken" in answer.text


async def test_pages_forbid_scripts_and_frames_of_others(caller: Caller) -> None:
    for path in ("/", "/@demo", "/_log", "/_controls", "/_portal/apps"):
        policy = (await caller.http.get(path)).headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "script-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy


async def test_a_wrong_order_is_explained_and_changes_nothing(caller: Caller) -> None:
    answer = await _send(caller, "/_controls/clock", advance_s="a day")
    assert answer.status_code == 400
    assert "advance_s" in answer.text
    answer = await _send(caller, "/_controls/fault", operation="status", kind="slow_intake")
    assert answer.status_code == 400
    assert "slow_intake" in answer.text
    for seed in ("--5", "²", "9" * 5_000):
        answer = await _send(caller, "/_controls/reset", seed=seed)
        assert answer.status_code == 400
        assert "seed" in answer.text
    answer = await _send(caller, "/_controls/scenario", name="nothing")
    assert answer.status_code == 400
    assert (await caller.http.get("/_control/faults")).json()["faults"] == []


async def test_the_form_of_switches_keeps_every_switch_as_it_is(caller: Caller) -> None:
    before = (await caller.http.get("/_control/settings")).json()
    page = (await caller.http.get("/_controls")).text
    form = page.split('action="/_controls/settings"')[1].split("</form>")[0]
    fields: list[tuple[str, str]] = []
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        if found.get("type") != "checkbox" or " checked" in tag:
            fields.append((found["name"], found.get("value", "")))
    for name, options in re.findall(
        r'<select[^>]*name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL
    ):
        chosen = re.search(r'value="([^"]*)" selected', options)
        assert chosen, name
        fields.append((name, chosen[1]))
    answer = await caller.http.post("/_controls/settings", data=dict(fields))
    assert answer.status_code == 303, answer.text
    assert (await caller.http.get("/_control/settings")).json() == before


async def test_an_unknown_thing_has_a_page_that_says_so(caller: Caller) -> None:
    for path in ("/_portal/app/nobody", "/_portal/webhooks/99", "/@demo/drafts/x", "/_nothing"):
        answer = await caller.http.get(path)
        assert answer.status_code == 404
        assert "<h1>" in answer.text
