"""Takes bytes out of the store, into a file that nobody has yet."""

import asyncio
import shutil
from pathlib import Path

from postwright.cli.mending import OutExists, OutUnusable, place
from postwright.cli.opening import Desk
from postwright.media.fixing.workshop import workshop


async def refuse_taken(out: Path) -> None:
    """See before the work that the result can be put there.

    Raises:
        OutExists: there is a file already.
        OutUnusable: there is no such folder.
    """
    if await asyncio.to_thread(lambda: out.exists() or out.is_symlink()):
        raise OutExists(out)
    if not await asyncio.to_thread(out.parent.is_dir):
        raise OutUnusable(out, FileNotFoundError(2, "There is no such folder"))


async def take_out(desk: Desk, sha256: str, out: Path) -> None:
    """Write a copy of what the store holds, whole or not at all.

    Raises:
        MediaMissing: its bytes are gone.
        OutExists, OutUnusable: it cannot be put there.
    """
    async with desk.library.store.local(desk.workspace_id, sha256) as kept:
        with workshop(out.parent) as folder:
            # A copy: the stored file must not become writable by another name.
            await asyncio.to_thread(shutil.copyfile, kept, folder / "copy")
            await asyncio.to_thread(place, folder / "copy", out)
