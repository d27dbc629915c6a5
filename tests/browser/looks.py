"""What is asked of every page: a quiet console, nothing grave for axe, no sideways scroll."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from playwright.async_api import Browser, ConsoleMessage, Page, Response

PHONE = {"width": 390, "height": 844}
DESKTOP = {"width": 1280, "height": 800}
GRAVE = ("serious", "critical")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@cache
def _axe() -> str:
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")


@dataclass
class Sheet:
    """A page in a browser window, and what went wrong on it so far."""

    page: Page
    trouble: list[str] = field(default_factory=list[str])

    async def looks_well(self) -> list[str]:
        """Everything that is wrong with what is shown now; empty is good."""
        width = await self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        found = list(self.trouble)
        if width > 0:
            found.append(f"scrolls {width} pixels sideways")
        await self.page.evaluate(_axe())
        options = {"resultTypes": ["violations"], "runOnly": RULES}
        result: dict[str, Any] = await self.page.evaluate("(o) => axe.run(document, o)", options)
        for violation in result["violations"]:
            if violation["impact"] in GRAVE:
                places = [node["target"] for node in violation["nodes"]]
                found.append(f"axe: {violation['id']} ({violation['impact']}) at {places}")
        return found


@asynccontextmanager
async def sheet(
    browser: Browser, base_url: str, size: dict[str, int] = DESKTOP, **options: Any
) -> AsyncGenerator[Sheet]:
    """A fresh window of that size, with its console and its answers watched."""
    context = await browser.new_context(
        base_url=base_url, viewport={"width": size["width"], "height": size["height"]}, **options
    )
    try:
        shown = Sheet(await context.new_page())

        def heard(message: ConsoleMessage) -> None:
            is_answer = "the server responded with a status" in message.text
            if message.type in ("error", "warning") and not is_answer:
                shown.trouble.append(f"console: {message.text}")

        def answered(response: Response) -> None:
            # A page may tell of a mistake; what it is made of may not be missing.
            if response.status >= 400 and response.request.resource_type != "document":
                shown.trouble.append(f"{response.status} for {response.url}")

        shown.page.on("console", heard)
        shown.page.on("pageerror", lambda error: shown.trouble.append(f"script: {error}"))
        shown.page.on("response", answered)
        yield shown
    finally:
        await context.close()
