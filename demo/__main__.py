"""`make demo`: a video goes from a file to a profile, once, and the emulator's books prove it.

python -m demo [--video PATH]
"""

import argparse
import asyncio
import hashlib
import json
import sys
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.status import Status
from rich.table import Table

from demo.processes import Failed, Stage, http, stage
from demo.video import make_video

KEY = "first-light"
CAPTION = "First light #postwright"
CREATOR = "demo"
APP = {"CLIENT_KEY": "demo-desktop-key", "CLIENT_SECRET": "demo-desktop-secret"}
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


async def show(given: Path | None) -> None:
    """All of it, step by step.

    Raises:
        Failed: a step did not work, or the proof does not hold.
    """
    async with stage() as here:
        video = given or await video_at(here.folder)
        await preflight(here, video)
        emulator = await start_emulator(here, video)
        with step("Start a worker, with its own PostgreSQL") as status:
            await here.start("postwright.cli", "worker", until="Worker")
            status.update("A worker is running, with its own PostgreSQL")
        await connect(here, emulator)
        console.print(f"  Publish {video.name} in 4 seconds:", markup=False)
        code = await here.run(
            *("publish", str(video), "--account", f"@{CREATOR}", "--caption", CAPTION),
            *("--privacy", "public", "--key", KEY, "--at", "+4s", "--wait", "--timeout", "900"),
        )
        if code != 0:
            raise Failed("It was not published.")
        await prove(here, emulator, video)


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


async def start_emulator(here: Stage, video: Path) -> str:
    """A TikTok on this machine; its address."""
    with step("Start a TikTok on this machine") as status:
        ready = await here.start(
            "tiktok_emulator", "serve", "--port", "0", "--demo", until="tiktok-emulator ready"
        )
        address = ready.rpartition(" ")[2]
        pace = max(1_000_000, _size_bytes(video) // UPLOAD_S)
        await http(
            f"{address}/_control/settings",
            {
                "intake_bytes_per_second": pace,
                "processing": {"mode": "after_seconds", "value": 2},
            },
            method="PATCH",
        )
        here.environ["POSTWRIGHT_TIKTOK__BASE_URL"] = address
        for name, value in APP.items():
            here.environ[f"POSTWRIGHT_TIKTOK__{name}"] = value
        status.update(f"A TikTok on this machine: {address}")
    return address


async def connect(here: Stage, emulator: str) -> None:
    """The whole OAuth round trip: the address, the consent, the way back to the command."""
    with step(f"Connect @{CREATOR} through the consent page") as status:
        consent = {"client_key": APP["CLIENT_KEY"], "username": CREATOR, "decision": "accept"}
        await http(f"{emulator}/_control/consent", {**consent, "count": 1})
        address = await here.start(
            "postwright.cli", "connect", "tiktok", "--no-browser", until="http"
        )
        page = await http(address)
        if b"is connected" not in page or await here.processes.pop().wait() != 0:
            raise Failed("The account was not connected.")
        status.update(f"@{CREATOR} is connected, through the consent page and back")


async def prove(here: Stage, emulator: str, video: Path) -> None:
    """One post, and the bytes of the file: by the emulator's books and by what it plays."""
    with step("Compare with what TikTok has") as status:
        seen = await here.ask("status", KEY)
        state = json.loads(await http(f"{emulator}/_control/state"))
        posts: list[dict[str, Any]] = state["posts"]
        sent = await asyncio.to_thread(_digest, video)
        if len(posts) != 1:
            raise Failed(f"There should be one post; there are {len(posts)}.")
        (post,) = posts
        size_bytes = _size_bytes(video)
        if (post["sha256"], post["size_bytes"]) != (sent, size_bytes):
            raise Failed("The post has other bytes than the file.")
        if seen["tiktok_post_ids"] != [post["post_id"]] or seen["url"] != post["url"]:
            raise Failed("The post is another one than Postwright says.")
        page = await http(post["url"])
        played = await http(f"{emulator}/media/{post['post_id']}", read=_digest_answer)
        if post["post_id"].encode() not in page or played != sent:
            raise Failed("The page does not play what was sent.")
        status.update("Exactly one post, with the same bytes, and its page plays them")
    chunks: int = state["uploads"][0]["total_chunk_count"]
    table = Table(show_header=False, box=None, padding=(0, 2, 0, 2))
    table.add_column()
    table.add_column(overflow="fold")
    table.add_row("state", f"[green]{seen['state']}[/]")
    table.add_row("post", f"{seen['post_id']}, sent in {chunks} chunk{'s' * (chunks > 1)}")
    table.add_row("TikTok's id", post["post_id"])
    table.add_row("link", post["url"])
    table.add_row("bytes", f"{size_bytes:,}")
    table.add_row("sha256", f"{sent[:12]}…, the same here and there")
    console.print()
    console.print(table, soft_wrap=True)
    console.print()


def _size_bytes(path: Path) -> int:
    return path.stat().st_size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_answer(answer: Any) -> str:
    digest = hashlib.sha256()
    while block := answer.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def main() -> int:
    """Run it; 0 only if all of it holds."""
    parser = argparse.ArgumentParser(prog="python -m demo", description=(__doc__ or "").strip())
    parser.add_argument("--video", type=Path, help="a file of your own, instead of one made here")
    given: Path | None = parser.parse_args().video
    given = given and given.expanduser()
    began = time.monotonic()
    try:
        asyncio.run(show(given))
    except Failed as failed:
        console.print(f"[red]✗[/] {failed}", soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        return 130
    console.print(
        f"[green]✓[/] Done in {time.monotonic() - began:.0f} s, and all of it is cleared away. "
        "To play with it: [bold]make up[/]"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
