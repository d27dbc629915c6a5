"""One Chromium for all tests of a process, and emulators to look at.

Browser, emulators and tests share one event loop for the whole session: a browser cannot move
from loop to loop. Playwright talks to its driver through a pipe, so no socket rule is in its way.
"""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

import httpx2
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests.browser.actor import Actor
from tests.browser.chromium import need_chromium
from tests.browser.looks import DESKTOP, PHONE, Sheet, sheet
from tests.browser.stage import SEED, Stage, fill, gallery
from tiktok_emulator import Emulator


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The browser; fails and says what to install if there is none."""
    async with async_playwright() as playwright:
        program = need_chromium(playwright.chromium.executable_path)
        launched = await playwright.chromium.launch(executable_path=program)
        yield launched
        await launched.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def windows(browser: Browser, filled: Stage) -> AsyncIterator[tuple[Sheet, Sheet]]:
    """A dark phone and a light desktop to look at the filled emulator with."""
    async with (
        sheet(browser, filled.base_url, PHONE, color_scheme="dark") as phone,
        sheet(browser, filled.base_url, DESKTOP, color_scheme="light") as desktop,
    ):
        yield phone, desktop


@asynccontextmanager
async def _stage() -> AsyncGenerator[Stage]:
    async with (
        Emulator.serve(base=SEED, seed=7) as emulator,
        gallery() as pictures,
        httpx2.AsyncClient(base_url=emulator.base_url, timeout=20) as http,
    ):
        yield Stage(emulator, pictures, Actor(http, "studio", "studio-secret", "demo"))


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def filled() -> AsyncIterator[Stage]:
    """An emulator in which much has happened; tests only look at it."""
    async with _stage() as stage:
        await fill(stage)
        yield stage


@pytest_asyncio.fixture(loop_scope="session")
async def stage() -> AsyncIterator[Stage]:
    """An emulator of one's own, with apps and creators and nothing else."""
    async with _stage() as stage:
        await stage.actor.sign_in()
        yield stage
