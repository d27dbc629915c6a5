"""Proves from the emulator's own books what the demonstration claims."""

import asyncio
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.processes import Failed, Stage, http


@dataclass(frozen=True, slots=True)
class Proof:
    """One post that is out as it should be."""

    what: str
    state: str
    sent: str
    holds: str
    link: str


def read_note(here: Stage) -> dict[str, Any]:
    """What `postwright up --emulator` has noted of its TikTok."""
    note: dict[str, Any] = json.loads((here.folder / "data" / "emulator.json").read_text())
    return note


async def prove_video(here: Stage, emulator: str, key: str, video: Path) -> Proof:
    """One post, and the bytes of the file: by the emulator's books and by what it plays.

    Raises:
        Failed: it is not so; the other proofs alike.
    """
    seen, post = await _one_post(here, emulator, key)
    sent, size_bytes = await asyncio.to_thread(_digest, video), size_of(video)
    if (post["sha256"], post["size_bytes"]) != (sent, size_bytes):
        raise Failed("The post has other bytes than the file.")
    page = await http(post["url"])
    played = await http(f"{emulator}/media/{post['post_id']}", read=_digest_answer)
    if post["post_id"].encode() not in page or played != sent:
        raise Failed("The page does not play what was sent.")
    uploads = json.loads(await http(f"{emulator}/_control/state"))["uploads"]
    (chunks,) = [
        upload["total_chunk_count"]
        for upload in uploads
        if upload["publish_id"] == seen["publish_id"]
    ]
    how = f"uploaded in {chunks} chunk{'s' * (chunks > 1)}"
    return Proof("video", seen["state"], how, f"sha256 {sent[:8]}… here and there", post["url"])


async def prove_photos(here: Stage, emulator: str, key: str, photos: Sequence[Path]) -> Proof:
    """One post with these photos, in this order."""
    seen, post = await _one_post(here, emulator, key)
    sent = [await asyncio.to_thread(_digest, photo) for photo in photos]
    if [photo["sha256"] for photo in post["photos"]] != sent:
        raise Failed("The post has other photos, or another order.")
    holds = f"{len(sent)} x sha256, in order"
    return Proof(f"{len(sent)} photos", seen["state"], "fetched by TikTok", holds, post["url"])


async def prove_draft(here: Stage, emulator: str, key: str) -> Proof:
    """Nothing is posted before the person posts it; then it is, once, and the service knows it."""
    seen = await here.ask("status", key)
    if seen["state"] != "delivered" or await _posts(emulator, seen["publish_id"]):
        raise Failed("The draft does not wait in the inbox.")
    await http(f"{emulator}/_control/drafts/{seen['publish_id']}/finish", {})
    async with asyncio.timeout(30):
        while not seen["url"]:
            await asyncio.sleep(0.2)
            seen = await here.ask("status", key)
    _, post = await _one_post(here, emulator, key)
    return Proof("draft", seen["state"], "uploaded", "posted by hand, once", post["url"])


async def _one_post(here: Stage, emulator: str, key: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """How it stands by both books: they have the same, one post."""
    seen = await here.ask("status", key)
    posts = await _posts(emulator, seen["publish_id"])
    if len(posts) != 1:
        raise Failed(f"There should be one post; there are {len(posts)}.")
    (post,) = posts
    if seen["tiktok_post_ids"] != [post["post_id"]] or seen["url"] != post["url"]:
        raise Failed("The post is another one than Postwright says.")
    return seen, post


async def _posts(emulator: str, publish_id: str) -> list[dict[str, Any]]:
    state: dict[str, Any] = json.loads(await http(f"{emulator}/_control/state"))
    return [post for post in state["posts"] if post["publish_id"] == publish_id]


def size_of(path: Path) -> int:
    """The bytes of a file."""
    return path.stat().st_size


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digest_answer(answer: Any) -> str:
    digest = hashlib.sha256()
    while block := answer.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()
