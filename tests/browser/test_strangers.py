"""A page of somebody else's in the same browser can neither drive the emulator nor read it."""

import asyncio

import pytest
from playwright.async_api import Browser

from tests.browser.looks import sheet
from tests.browser.stage import Stage
from tests.factories.loopback import reply, serve, whole_body

pytestmark = [pytest.mark.asyncio(loop_scope="session"), pytest.mark.slow]

ATTACK = """<!doctype html><title>Harmless</title>
<iframe name="dark"></iframe>
<form method="post" target="dark" action="{at}/_controls/reset"><input name="seed" value="1"></form>
<form method="post" target="dark" action="{at}/_control/reset" enctype="text/plain">
<input name='{{"seed": 1, "x": "' value='"}}'></form>
<form method="post" target="dark" action="{at}/@demo/apps"><input name="client_key" value="studio">
</form>"""
TRIES = """async (at) => {
  const send = (path, body, type) => fetch(at + path, { method: "POST", body, mode: "no-cors",
    credentials: "include", headers: type ? { "Content-Type": type } : {} });
  for (const form of document.forms) { form.submit(); await new Promise(r => setTimeout(r, 150)); }
  await send("/_control/reset", "{}");
  await send("/_control/clock", '{"advance_s": 3600}', "text/plain");
  await send("/_controls/clock", new URLSearchParams({ advance_s: "3600" }));
  const read = await fetch(at + "/_control/state").then(a => a.text(), () => "not readable");
  return [read, frames.length];
}"""


async def test_a_strangers_page_changes_nothing_and_reads_nothing(
    browser: Browser, stage: Stage
) -> None:
    async def show(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, head: bytes) -> None:
        await whole_body(reader, head)
        page = ATTACK.format(at=stage.base_url).encode()
        writer.write(reply("200 OK", page, "Content-Type: text/html\r\n"))
        await writer.drain()

    world = stage.emulator.state
    async with serve(show) as stranger, sheet(browser, stranger.base) as shown:
        # Another site to a browser, although it is the same machine.
        await shown.page.goto(stranger.base.replace("127.0.0.1", "localhost"))
        read, _ = await shown.page.evaluate(TRIES, stage.base_url)
    assert read == "not readable"
    assert world.grants[("studio", "demo")].revoked_at is None
    assert abs(world.clock.offset.total_seconds()) < 1
