"""The media store: that it keeps, gives back and forgets; and how much room there is."""

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from postwright.cli.doctor.verdict import Scene, Verdict, amber, by_error, green, red
from postwright.cli.printing import size
from postwright.config import Settings
from postwright.errors import AppError
from postwright.media.store import MediaStore, open_store

_SAMPLE_BYTES = 4_096
_NOBODY = "doctor"
# The largest video that TikTok takes, and a little.
_ROOM_BYTES = 5_000_000_000


async def check(scene: Scene) -> Sequence[Verdict]:
    """Keep a few bytes, read them, remove them; then look at the disks."""
    settings = scene.settings
    try:
        store = open_store(settings.media, settings.media_folder)
        verdict = await _tried(store, _place(settings))
    except AppError as error:
        verdict = by_error("media store", error)
    return [verdict, *_room(settings)]


async def _tried(store: MediaStore, place: str) -> Verdict:
    sample = os.urandom(_SAMPLE_BYTES)
    began = time.monotonic()
    with tempfile.NamedTemporaryFile(prefix="postwright-doctor-") as file:
        file.write(sample)
        file.flush()
        kept = await store.keep(_NOBODY, Path(file.name))
    try:
        found = await asyncio.to_thread(store.read, _NOBODY, kept.sha256, 0, _SAMPLE_BYTES)
    finally:
        await store.delete(_NOBODY, kept.sha256)
    if found != sample:
        do = "See what stands between here and the store: it gives other bytes than were kept."
        return red("media store", f"{place} gave back other bytes than were kept.", do)
    if await store.exists(_NOBODY, kept.sha256):
        do = "Let Postwright delete there, or media that nobody needs stays for ever."
        return amber("media store", f"{place} keeps what was to be removed.", do)
    took_ms = (time.monotonic() - began) * 1000
    return green("media store", f"{place} keeps, gives back and removes, in {took_ms:.0f} ms.")


def _place(settings: Settings) -> str:
    return settings.media.url or f"The folder {settings.media_folder}"


def _room(settings: Settings) -> list[Verdict]:
    """The disks of the data folder and of the media folder, if these are there already."""
    folders = [settings.data_dir]
    if not settings.media.url:
        folders.append(settings.media_folder)
    disks = dict[int, Path]()
    for folder in folders:
        if folder.exists():
            disks.setdefault(folder.stat().st_dev, folder)
    return [_disk(folder, settings.media.reserve_bytes) for folder in disks.values()]


def _disk(folder: Path, reserve_bytes: int) -> Verdict:
    usage = shutil.disk_usage(folder)
    says = f"{size(usage.free)} of {size(usage.total)} are free where {folder} is."
    if usage.free <= reserve_bytes:
        do = "Make room: what is left is the reserve (POSTWRIGHT_MEDIA__RESERVE_BYTES)."
        return red("disk", f"{says} No file will be taken.", do)
    if usage.free < reserve_bytes + _ROOM_BYTES:
        do = "Make room before long, or set POSTWRIGHT_MEDIA__FOLDER or POSTWRIGHT_MEDIA__URL."
        return amber("disk", f"{says} The largest videos would not fit.", do)
    return green("disk", says)
