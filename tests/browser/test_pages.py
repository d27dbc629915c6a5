"""Every page at the width of a phone and of a desktop: quiet, accessible, nothing cut off."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import pytest
from playwright.async_api import Browser

from tests.browser.actor import authorize_query
from tests.browser.looks import PHONE, Sheet, sheet
from tests.browser.stage import Stage

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PAGES = [
    "/",
    "/?q=nobody-at-all",
    "/feed",
    "/@demo",
    "/@demo?shelf=private",
    "/@demo?shelf=drafts",
    "/@eve",
    "/@demo/inbox",
    "{video_draft}",
    "{photo_draft}",
    "{video}",
    "{photos}",
    "{seeded}",
    "/@demo/apps",
    "/@demo/settings",
    "/v2/auth/authorize/?{consent}",
    "/v2/auth/authorize/?{sandbox}",
    "/v2/auth/authorize/?client_key=nobody",
    "/_portal/apps",
    "/_portal/new",
    "/_portal/app/studio",
    "/_portal/webhooks",
    "/_portal/webhooks/1",
    "/_log",
    "/_log?outcome=refused",
    "/_controls",
    "/@nobody",
]


async def _places(stage: Stage) -> Mapping[str, str]:
    """Where things are in this world."""
    state: Any = (await stage.actor.http.get("/_control/state")).json()
    posts = {post["title"]: post for post in state["posts"]}
    drafts = [u["publish_id"] for u in state["uploads"] if u["status"] == "SEND_TO_USER_INBOX"]
    seeded = next(iter(stage.emulator.state.videos))
    return {
        "video": f"/@demo/video/{posts['First light']['post_id']}",
        "photos": f"/@demo/photo/{posts['Three views']['post_id']}",
        "seeded": f"/@demo/video/{seeded}",
        "video_draft": f"/@demo/drafts/{drafts[0]}",
        "photo_draft": f"/@demo/drafts/{drafts[1]}",
        "consent": urlencode(authorize_query("studio")),
        "sandbox": urlencode(authorize_query("sandboxed")),
    }


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_looks_well_on_every_screen(
    windows: tuple[Sheet, Sheet], filled: Stage, path: str
) -> None:
    address = path.format_map(await _places(filled))
    problems: list[str] = []
    for window in windows:
        window.trouble.clear()
        answer = await window.page.goto(address)
        assert answer is not None
        assert "no-store" in answer.headers["cache-control"]
        problems += await window.looks_well()
    assert not problems


async def test_nothing_that_people_write_becomes_part_of_a_page(
    browser: Browser, filled: Stage
) -> None:
    async with sheet(browser, filled.base_url) as shown:
        for path in ("/", "/@eve", "/@demo", "/@demo?shelf=private", "/_log", "/_portal/webhooks"):
            await shown.page.goto(path)
            assert await shown.page.title() not in ("1", "2")
            assert await shown.page.locator("main script, main img[src=x]").count() == 0
        assert not shown.trouble


async def test_the_pages_are_as_complete_without_scripts(browser: Browser, filled: Stage) -> None:
    async with sheet(browser, filled.base_url, PHONE, java_script_enabled=False) as shown:
        await shown.page.goto("/_log?outcome=refused")
        await shown.page.locator("summary").first.click()
        told = shown.page.locator(".told").first
        assert "Rule" in await told.inner_text()
        await shown.page.goto("/")
        await shown.page.get_by_role("searchbox").fill("pia")
        await shown.page.get_by_role("button", name="Search").click()
        assert await shown.page.locator(".person").count() == 1
