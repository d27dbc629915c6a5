"""Takes the pictures of the emulator's pages that the documentation shows.

python -m tests.browser.portraits docs/images
"""

import asyncio
import sys
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
from PIL import Image
from playwright.async_api import Page, async_playwright

from tests.browser.actor import Actor, authorize_query
from tests.browser.chromium import need_chromium
from tests.browser.looks import DESKTOP, PHONE, sheet
from tests.browser.stage import SEED, Stage, fill, gallery
from tiktok_emulator import Emulator

GAP = 28
GROUND = (228, 225, 238)


async def main(folder: Path) -> None:
    """Write emulator-phone.webp and emulator-log.webp."""
    async with (
        Emulator.serve(base=SEED, seed=7) as emulator,
        gallery() as pictures,
        httpx2.AsyncClient(base_url=emulator.base_url) as http,
        async_playwright() as playwright,
    ):
        stage = Stage(emulator, pictures, Actor(http, "studio", "studio-secret", "demo"))
        await fill(stage)
        program = need_chromium(playwright.chromium.executable_path)
        browser = await playwright.chromium.launch(executable_path=program)
        async with sheet(browser, stage.base_url, PHONE) as shown:
            phones = [await _shot(shown.page, path) for path in await _phone_pages(stage)]
        async with sheet(browser, stage.base_url, DESKTOP) as shown:
            await shown.page.goto("/_log")
            await shown.page.locator(".entry.refused summary").first.click()
            log = Image.open(BytesIO(await shown.page.screenshot()))
        await browser.close()
    _beside(phones).save(folder / "emulator-phone.webp", quality=82, method=6)
    log.convert("RGB").save(folder / "emulator-log.webp", quality=82, method=6)


async def _phone_pages(stage: Stage) -> list[str]:
    state: Any = (await stage.actor.http.get("/_control/state")).json()
    [photos] = [post for post in state["posts"] if post["title"] == "Three views"]
    return [
        f"/v2/auth/authorize/?{urlencode(authorize_query('studio'))}",
        "/@demo",
        f"/@demo/photo/{photos['post_id']}",
    ]


async def _shot(page: Page, path: str) -> Image.Image:
    await page.goto(path)
    return Image.open(BytesIO(await page.screenshot())).convert("RGB")


def _beside(pictures: list[Image.Image]) -> Image.Image:
    width = sum(each.width + GAP for each in pictures) + GAP
    sheet_of_all = Image.new("RGB", (width, pictures[0].height + 2 * GAP), GROUND)
    x = GAP
    for each in pictures:
        sheet_of_all.paste(each, (x, GAP))
        x += each.width + GAP
    return sheet_of_all


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
