"""`make demo`: a video, photos and a draft reach TikTok, each once; the emulator's books prove it.

python -m demo [--video PATH] [--keep]
"""

import argparse
import asyncio
import sys
import threading
import time
from collections.abc import Awaitable, Generator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.status import Status
from rich.table import Table

from demo.photos import make_photos
from demo.processes import Failed, Stage, http, stage
from demo.proof import Proof, prove_draft, prove_photos, prove_video, read_note, size_of
from demo.video import make_video

KEY = "first-light"
CAPTION = "First light #postwright"
CREATOR = "demo"
MIN_BYTES = 66_000_000  # above TikTok's 64 MB, so that it goes out in two chunks
UPLOAD_S = 4  # the emulator takes bytes no faster than this, so that there is something to see

console = Console(highlight=False)


@contextmanager
def step(doing: str) -> Generator[Status]:
    """A line that ends with a check mark and a time; the status says meanwhile what goes on."""
    began = time.monotonic()
    with console.status(f"{doing} …") as status:
        try:
            yield status
        except BaseException:
            console.print(f"[red]✗[/] {doing}")
            raise
    said = status.status if isinstance(status.status, str) else doing
    done = doing if said.endswith("…") else said
    console.print(f"[green]✓[/] {done}  [dim]{time.monotonic() - began:.1f} s[/]")


async def video_at(folder: Path) -> Path:
    """A vertical video of more than 64 MB, made on the spot."""
    stop = threading.Event()

    def make(status: Status) -> Path:
        def told(done: int, total: int) -> None:
            if stop.is_set():
                raise Failed("stopped")
            status.update(f"Make a video: {done * 100 // total} % …")

        path = folder / "first-light.mp4"
        return make_video(path, duration_s=8, min_bytes=MIN_BYTES, on_progress=told)

    with step("Make a video") as status:
        try:
            path = await asyncio.to_thread(make, status)
        finally:
            stop.set()
        size = path.stat().st_size
        status.update(f"A video was made: 1080 x 1920, H.264 and AAC, {size:,} bytes")
    return path


async def show(given: Path | None, *, keep: bool) -> None:
    """All of it, step by step.

    Raises:
        Failed: a step did not work, or the proof does not hold.
    """
    async with stage() as here:
        if given is not None:
            await preflight(here, given)
        # Meanwhile a video is made: both take seconds, and most machines have two cores.
        words = ("up", "--emulator", "--emulator-port", "0")
        starting = asyncio.ensure_future(here.start("postwright.cli", *words, until="TikTok  "))
        try:
            video = given or await video_at(here.folder)
            emulator = await start(here, starting, video)
        finally:
            starting.cancel()
        await connect(here, emulator)
        proofs = [
            await publish_video(here, emulator, video),
            await publish_photos(here, emulator),
            await deliver_draft(here, emulator),
        ]
        with step("Open the phone page") as status:
            page = (await http(f"{emulator}/@{CREATOR}")).decode()
            if not all(proof.link.removeprefix(emulator) in page for proof in proofs):
                raise Failed("The phone page does not show all of them.")
            status.update(f"All three are on the phone page, {emulator}/@{CREATOR}")
        tell(proofs)
        if keep:
            console.print(f"Look at them: [bold]{emulator}/@{CREATOR}[/]   Ctrl-C ends it.")
            await asyncio.Event().wait()


async def preflight(here: Stage, video: Path) -> None:
    """Look into the file; what is wrong with it is said in the command's own words."""
    with step(f"Look into {video.name}") as status:
        found = await here.ask("check", str(video))
        if found.get("ok"):
            status.update(f"{video.name} is fit for TikTok")
            return
        status.stop()
        await here.run("check", str(video))
        raise Failed("Choose another file: make demo VIDEO=path")


async def start(here: Stage, starting: Awaitable[str], video: Path) -> str:
    """`postwright up --emulator`: service and TikTok in one process; TikTok's address."""
    with step("Start Postwright with its own PostgreSQL, and a TikTok on this machine") as status:
        await starting
        address = (await asyncio.to_thread(read_note, here))["base_url"]
        pace = max(1_000_000, size_of(video) // UPLOAD_S)
        await http(
            f"{address}/_control/settings",
            {
                "intake_bytes_per_second": pace,
                "processing": {"mode": "after_seconds", "value": 1},
            },
            method="PATCH",
        )
        status.update(f"Postwright is up, and has a TikTok of its own: {address}")
    return address


async def connect(here: Stage, emulator: str) -> None:
    """The whole OAuth round trip: the address, the consent, the way back to the command."""
    with step(f"Connect @{CREATOR} through the consent page") as status:
        app = await asyncio.to_thread(read_note, here)
        consent = {"client_key": app["client_key"], "username": CREATOR, "decision": "accept"}
        await http(f"{emulator}/_control/consent", {**consent, "count": 1})
        wishes = ("--for", "publish", "--for", "draft")
        address = await here.start(
            *("postwright.cli", "connect", "tiktok", "--no-browser"), *wishes, until="http"
        )
        page = await http(address)
        if b"is connected" not in page or await here.processes.pop().wait() != 0:
            raise Failed("The account was not connected.")
        status.update(f"@{CREATOR} is connected, through the consent page and back")


async def publish_video(here: Stage, emulator: str, video: Path) -> Proof:
    """A video, planned a few seconds ahead, uploaded in chunks."""
    console.print(f"  Publish {video.name} in 4 seconds:", markup=False)
    await _publish(
        here,
        *(str(video), "--caption", CAPTION, "--privacy", "public", "--key", KEY, "--at", "+4s"),
    )
    with step("Compare with what TikTok has") as status:
        proof = await prove_video(here, emulator, KEY, video)
        status.update("Exactly one video, with the same bytes, and its page plays them")
    return proof


async def publish_photos(here: Stage, emulator: str) -> Proof:
    """A carousel: TikTok fetches its photos from this machine, in their order."""
    photos = await asyncio.to_thread(make_photos, here.folder)
    console.print("  Publish three photos; TikTok fetches them:")
    words = ("--title", "Three suns", "--cover", "2", "--privacy", "public", "--music")
    await _publish(here, *map(str, photos), *words, "--key", "photos")
    with step("Compare with what TikTok has") as status:
        proof = await prove_photos(here, emulator, "photos", photos)
        status.update("Exactly one carousel, with the same photos in the same order")
    return proof


async def deliver_draft(here: Stage, emulator: str) -> Proof:
    """A draft: it waits in the inbox until its owner posts it on the phone."""
    small = here.folder / "idea.mp4"
    await asyncio.to_thread(make_video, small, width=540, height=960, duration_s=4)
    console.print("  Send a draft into the inbox:")
    await _publish(here, str(small), "--draft", "--key", "draft")
    with step("Finish it on the phone") as status:
        proof = await prove_draft(here, emulator, "draft")
        status.update("Finished on the phone: it is a post now, and Postwright has its link")
    return proof


async def _publish(here: Stage, *words: str) -> None:
    """Run `publish --wait` in sight.

    Raises:
        Failed: it is not out.
    """
    more = ("--account", f"@{CREATOR}", "--wait", "--timeout", "900")
    if await here.run("publish", *words, *more) != 0:
        raise Failed("It was not published.")


def tell(proofs: list[Proof]) -> None:
    """What there is now."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="bold")
    for title in ("what", "state", "sent", "proof"):
        table.add_column(title, overflow="fold")
    for proof in proofs:
        table.add_row(proof.what, f"[green]{proof.state}[/]", proof.sent, proof.holds)
    console.print()
    console.print(table)
    console.print()
    for proof in proofs:
        console.print(proof.link, soft_wrap=True)
    console.print()


def main() -> int:
    """Run it; 0 only if all of it holds."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=(__doc__ or "").strip())
    parser.add_argument("--video", type=Path, help="a file of your own, instead of one made here")
    parser.add_argument("--keep", action="store_true", help="leave it running, to look at it")
    given = parser.parse_args()
    video: Path | None = given.video and given.video.expanduser()
    began = time.monotonic()
    try:
        asyncio.run(show(video, keep=given.keep))
    except Failed as failed:
        console.print(f"[red]✗[/] {failed}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    console.print(
        f"[green]✓[/] Done in {time.monotonic() - began:.0f} s, and all of it is cleared away.\n"
        "  To look at the posts: [bold]make demo KEEP=1[/]   To play: [bold]make up[/]"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
