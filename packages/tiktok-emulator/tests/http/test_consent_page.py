"""The consent page, as a browser without scripts uses it."""

import re
from typing import Any

import httpx2

from .conftest import Caller


def _page_id(page: httpx2.Response) -> str:
    match = re.search(r'name="page_id" value="(\w+)"', page.text)
    assert match
    return match[1]


async def _decide(caller: Caller, page_id: str, **form: Any) -> httpx2.Response:
    return await caller.http.post("/v2/auth/authorize/", data={"page_id": page_id, **form})


async def test_the_page_lists_the_creators_and_the_scopes(caller: Caller) -> None:
    page = await caller.authorize()
    assert page.status_code == 200
    for word in ("@demo", "@private.pia", "@banned.ben", "video.publish", "demo-desktop-key"):
        assert word in page.text
    assert not re.search(r'(?:src|href|action)="(?!/)', page.text.replace('href="#main"', ""))


async def test_accepting_sends_the_browser_back_with_the_ticked_scopes(caller: Caller) -> None:
    page_id = _page_id(await caller.authorize())
    answer = await _decide(
        caller, page_id, username="private.pia", decision="accept", scopes=["video.upload"]
    )
    assert answer.status_code == 302
    query = httpx2.URL(answer.headers["location"]).params
    assert query["scopes"] == "user.info.basic,video.upload"
    grant = (await caller.exchange(query["code"])).json()
    assert grant["scope"] == "user.info.basic,video.upload"


async def test_cancelling_sends_the_browser_back_with_an_error(caller: Caller) -> None:
    page_id = _page_id(await caller.authorize())
    answer = await _decide(caller, page_id, decision="refuse")
    assert httpx2.URL(answer.headers["location"]).params["error"] == "access_denied"


async def test_a_page_counts_once(caller: Caller) -> None:
    page_id = _page_id(await caller.authorize())
    await _decide(caller, page_id, username="demo", decision="accept")
    again = await _decide(caller, page_id, username="demo", decision="accept")
    assert again.status_code == 400
    assert "location" not in again.headers


async def test_a_page_is_too_old_after_an_hour(caller: Caller) -> None:
    page_id = _page_id(await caller.authorize())
    await caller.control("clock", advance_s=3601)
    assert (await _decide(caller, page_id, username="demo", decision="accept")).status_code == 400


async def test_an_unknown_account_gets_no_code(caller: Caller) -> None:
    page_id = _page_id(await caller.authorize())
    answer = await _decide(caller, page_id, username="nobody", decision="accept")
    assert answer.status_code == 400


async def test_what_is_wrong_is_shown_and_nothing_is_sent_to_the_app(caller: Caller) -> None:
    page = await caller.authorize(code_challenge=None)
    assert page.status_code == 400
    assert "code_challenge" in page.text
    assert "location" not in page.headers
    assert (await caller.last_request())["rule"] == "oauth.authorize.code-challenge"


async def test_everything_on_the_pages_is_escaped(caller: Caller) -> None:
    page = await caller.authorize(redirect_uri="http://127.0.0.1:1/<script>alert(1)</script>")
    assert "<script>" not in page.text
    await caller.control("seed", creators=[{"username": "eve", "nickname": "<img src=x>"}])
    assert "<img src=x>" not in (await caller.authorize()).text
    assert "<img src=x>" not in (await caller.http.get("/@eve")).text
    assert "<img" not in (await caller.http.get("/avatar/eve.svg")).text


async def test_a_signed_in_browser_skips_the_page_only_when_asked_to(caller: Caller) -> None:
    await caller.sign_in()
    assert (await caller.authorize(disable_auto_auth="0")).status_code == 302
    assert (await caller.authorize(disable_auto_auth="1")).status_code == 200
    assert (await caller.authorize()).status_code == 200
    await caller.control("grants/revoke", username="demo", client_key=caller.key)
    assert (await caller.authorize(disable_auto_auth="0")).status_code == 200


async def test_a_standing_consent_with_a_count_is_used_up(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo", count=2)
    statuses = [(await caller.authorize()).status_code for _ in range(3)]
    assert statuses == [302, 302, 200]


async def test_a_new_standing_consent_replaces_the_lasting_one(caller: Caller) -> None:
    await caller.control("consent", client_key=caller.key, username="demo", decision="refuse")
    await caller.control("consent", client_key=caller.key, username="demo", decision="accept")
    answer = await caller.authorize()
    assert "code" in httpx2.URL(answer.headers["location"]).params
