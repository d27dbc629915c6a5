"""What a person does on the pages, from the first click to what became of it."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.actor import authorize_query
from tests.browser.looks import PHONE, sheet
from tests.browser.pictures import video
from tests.browser.stage import Stage
from tests.factories.loopback import reply, serve, whole_body

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

PLAYED = """async (video) => {
  video.muted = true;
  await video.play();
  while (!video.currentTime) await new Promise((done) => requestAnimationFrame(done));
  return video.currentTime;
}"""


async def state_of(stage: Stage) -> Any:
    return (await stage.actor.http.get("/_control/state")).json()


@asynccontextmanager
async def receiver(*statuses: str) -> AsyncGenerator[str]:
    """A program that answers with these statuses in turn, the last one for ever."""
    left = list(statuses)

    async def answer(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes
    ) -> None:
        await whole_body(reader, head)
        writer.write(reply(left.pop(0) if len(left) > 1 else left[0], b"Arrived."))
        await writer.drain()

    async with serve(answer) as served:
        yield served.base


async def _consent(page: Page, redirect: str) -> dict[str, list[str]]:
    """Wait until the browser has come back to the app; what it brought along."""
    await page.wait_for_url(f"{redirect}?*")
    return parse_qs(urlsplit(page.url).query)


async def test_consent_is_given_to_a_part_of_what_was_asked(browser: Browser, stage: Stage) -> None:
    async with receiver("200 OK") as app, sheet(browser, stage.base_url, PHONE) as shown:
        redirect, page = f"{app}/callback/", shown.page
        query = urlencode(authorize_query("studio", redirect=redirect))
        await page.goto(f"/v2/auth/authorize/?{query}")
        assert await page.get_by_role("switch", name="Know who you are").is_disabled()
        await page.get_by_role("switch", name="Post for you").uncheck()
        await page.get_by_role("searchbox").fill("@private")
        await page.get_by_role("button", name="Search").click()
        await page.get_by_role("radio", name="Private Pia").check()
        assert not await page.get_by_role("switch", name="Post for you").is_checked()
        assert not await shown.looks_well()
        await page.get_by_role("button", name="Allow").click()
        brought = await _consent(page, redirect)
        assert brought["scopes"] == ["user.info.basic,video.upload"]
        assert brought["state"] == ["s1"]


async def test_consent_is_refused(browser: Browser, stage: Stage) -> None:
    async with receiver("200 OK") as app, sheet(browser, stage.base_url) as shown:
        redirect = f"{app}/callback/"
        query = urlencode(authorize_query("studio", redirect=redirect))
        await shown.page.goto(f"/v2/auth/authorize/?{query}")
        await shown.page.get_by_role("button", name="Refuse").click()
        assert (await _consent(shown.page, redirect))["error"] == ["access_denied"]


async def test_a_draft_is_finished_and_then_posted_again(browser: Browser, stage: Stage) -> None:
    await stage.actor.draft_video(video())
    async with sheet(browser, stage.base_url, PHONE) as shown:
        page = shown.page
        await page.goto("/@demo/inbox")
        await page.get_by_role("link", name=re.compile("^Finish")).click()
        await page.get_by_label("Caption").fill("By hand & <with> care")
        await page.get_by_role("radio", name="Everyone").check()
        await page.get_by_role("switch", name="Duet").uncheck()
        await page.get_by_role("switch", name="Your brand").check()
        await page.get_by_role("button", name="Post").click()
        await expect(page.get_by_text("By hand & <with> care")).to_be_visible()
        await expect(page.get_by_text("Promotional content")).to_be_visible()
        await page.goto("/@demo?shelf=drafts")
        await page.get_by_role("link", name="Post again").click()
        await page.get_by_role("radio", name="Only you").check()
        await page.get_by_role("button", name="Post").click()
        await expect(page.locator(".said").get_by_text("Only you")).to_be_visible()
        assert not await shown.looks_well()
    first, second = (await state_of(stage))["posts"]
    assert first["publish_id"] == second["publish_id"]
    assert (first["disable_duet"], first["brand_organic"]) == (True, True)
    assert second["privacy_level"] == "SELF_ONLY"


async def test_branded_content_for_nobody_else_is_explained(browser: Browser, stage: Stage) -> None:
    await stage.actor.draft_video(video())
    async with sheet(browser, stage.base_url) as shown:
        page = shown.page
        await page.goto("/@demo/inbox")
        await page.get_by_role("link", name=re.compile("^Finish")).click()
        await page.get_by_label("Caption").fill("Kept")
        await page.get_by_role("radio", name="Only you").check()
        await page.get_by_role("switch", name="Branded content").check()
        await page.get_by_role("button", name="Post").click()
        await expect(page.get_by_role("alert")).to_contain_text("cannot be set to private")
        await expect(page.get_by_label("Caption")).to_have_value("Kept")
    assert not (await state_of(stage))["posts"]


async def test_a_video_plays_is_hidden_and_deleted(browser: Browser, stage: Stage) -> None:
    await stage.actor.post_video(video(), title="Short lived")
    async with sheet(browser, stage.base_url) as shown:
        page = shown.page
        await page.goto("/@demo")
        await page.get_by_role("link", name="Short lived").click()
        assert await page.locator("video").evaluate(PLAYED) > 0
        await page.get_by_label("Who can see it").select_option("SELF_ONLY")
        await page.get_by_role("button", name="Change").click()
        await expect(page.get_by_text("not told by the API")).to_be_visible()
        await page.get_by_text("Delete this post").click()
        await page.get_by_role("button", name="Delete it").click()
        await expect(page.get_by_role("heading", name="Demo Creator")).to_be_visible()
        await expect(page.get_by_role("link", name="Short lived")).to_have_count(0)
        assert not await shown.looks_well()
    [post] = (await state_of(stage))["posts"]
    assert post["deleted_at"] is not None


async def test_photos_are_leafed_through_without_scripts(browser: Browser, stage: Stage) -> None:
    await stage.actor.send_photos(stage.photos(3), title="Leaf")
    async with sheet(browser, stage.base_url, PHONE, java_script_enabled=False) as shown:
        await shown.page.goto("/@demo")
        await shown.page.get_by_role("link", name="Leaf").click()
        third = shown.page.get_by_alt_text("Photo 3 of 3")
        await expect(third).not_to_be_in_viewport()
        await shown.page.get_by_role("link", name="Photo 3").click()
        await expect(third).to_be_in_viewport(ratio=0.6)


async def test_an_app_is_disconnected(browser: Browser, stage: Stage) -> None:
    async with sheet(browser, stage.base_url) as shown:
        await shown.page.goto("/@demo/apps")
        await shown.page.get_by_role("button", name="Disconnect studio").click()
        await expect(shown.page.get_by_text("No app is connected")).to_be_visible()
    answer = await stage.actor.call("creator_info/query", {})
    assert answer["error"]["code"] == "access_token_invalid"


async def test_an_account_becomes_private(browser: Browser, stage: Stage) -> None:
    async with sheet(browser, stage.base_url, PHONE) as shown:
        await shown.page.goto("/@demo/settings")
        await shown.page.get_by_role("switch", name="Private account").check()
        await shown.page.get_by_label("Posts in 24 hours").fill("-1")
        await shown.page.locator("form").evaluate("f => f.noValidate = true")
        await shown.page.get_by_role("button", name="Save").first.click()
        await expect(shown.page.get_by_role("alert")).to_contain_text("daily_post_cap")
        await shown.page.get_by_label("Posts in 24 hours").fill("3")
        await shown.page.get_by_role("button", name="Save").first.click()
        await expect(shown.page.get_by_text("Saved.")).to_be_visible()
    [demo] = [c for c in (await state_of(stage))["creators"] if c["username"] == "demo"]
    assert (demo["private"], demo["daily_post_cap"]) == (True, 3)


async def test_an_app_is_made_and_its_secret_shown(browser: Browser, stage: Stage) -> None:
    async with sheet(browser, stage.base_url) as shown:
        page = shown.page
        await page.goto("/_portal/apps")
        await page.get_by_role("link", name="New app").click()
        await page.get_by_label("Redirect addresses").fill("http://example.com/no")
        await page.get_by_role("button", name="Make the app").click()
        await expect(page.get_by_role("alert")).to_contain_text("127.0.0.1")
        await page.get_by_label("Redirect addresses").fill("http://localhost:*/back/")
        await page.get_by_role("button", name="Make the app").click()
        await expect(page.get_by_text("The app was made.")).to_be_visible()
        app = next(reversed(stage.emulator.state.apps.values()))
        secret = page.get_by_text(app.client_secret)
        await expect(secret).not_to_be_visible()
        await page.get_by_text("Show the secret").click()
        await expect(secret).to_be_visible()
        await page.get_by_label("Domain or prefix").fill("media.example.com")
        await page.get_by_role("button", name="Add").click()
        await page.get_by_role("button", name="Verify media.example.com").click()
        await expect(page.get_by_text("verified", exact=True)).to_be_visible()
        assert not await shown.looks_well()


async def test_a_webhook_is_sent_again(browser: Browser, stage: Stage) -> None:
    async with (
        receiver("500 Internal Server Error", "200 OK") as app,
        sheet(browser, stage.base_url) as shown,
    ):
        await stage.actor.http.patch("/_control/apps/studio", json={"webhook_url": f"{app}/hook"})
        await stage.actor.draft_video(video())
        await shown.page.goto("/_portal/webhooks")
        await shown.page.get_by_role("link", name="post.publish.inbox_delivered").click()
        await shown.page.get_by_role("button", name="Send it again").click()
        await expect(shown.page.get_by_text("Sent again, and taken.")).to_be_visible()
        await expect(shown.page.get_by_text("TikTok-Signature: t=").first).to_be_visible()
    [delivery] = stage.emulator.state.outbox.deliveries
    assert delivery.state == "delivered"


async def test_a_call_appears_in_the_log_by_itself(browser: Browser, stage: Stage) -> None:
    async with sheet(browser, stage.base_url) as shown:
        await shown.page.goto("/_log")
        await stage.actor.call("video/init", {"post_info": {}, "source_info": {}})
        refused = shown.page.locator(".entry.refused").first
        await expect(refused).to_contain_text("invalid_params")
        await refused.locator("summary").click()
        await expect(refused.get_by_text("posting.init")).to_be_visible()
        await stage.actor.call("creator_info/query", {})
        await expect(shown.page.get_by_text("creator_info").first).to_be_visible()
        await expect(refused.get_by_text("posting.init")).to_be_visible()


async def test_the_controls_do_what_the_control_plane_does(browser: Browser, stage: Stage) -> None:
    world = stage.emulator.state
    async with sheet(browser, stage.base_url, PHONE) as shown:
        page = shown.page
        await page.goto("/_controls")
        await page.get_by_role("button", name="+25 hours").click()
        await expect(page.get_by_role("link", name="Emulator's time")).to_contain_text("+1 d 1 h")
        await page.get_by_label("Call", exact=True).select_option("status")
        await page.get_by_label("What happens").select_option("error")
        await page.get_by_label("HTTP status").fill("503")
        await page.get_by_role("button", name="Order the fault").click()
        [fault] = world.faults.waiting
        assert (fault.operation, fault.status) == ("status", 503)
        await page.get_by_role("switch", name="rotate refresh").uncheck()
        await page.get_by_role("button", name="Save the switches").click()
        await expect(page.get_by_text("Saved.")).to_be_visible()
        assert world.settings == world.settings.model_copy(update={"rotate_refresh": False})
        assert not world.settings.rotate_refresh
        await page.get_by_role("button", name="Play flaky").click()
        assert world.scenario == "flaky"
        await page.get_by_text("Reset everything").click()
        await page.get_by_role("button", name="Reset", exact=True).click()
        await expect(page.get_by_text("Everything is as after the start.")).to_be_visible()
        assert not world.faults.waiting
        assert not await shown.looks_well()
