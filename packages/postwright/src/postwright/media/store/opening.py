"""Opens the store that the settings name: a folder, or a bucket by its address."""

from pathlib import Path

from postwright.config import MediaSettings
from postwright.media.store.folder import FolderStore
from postwright.media.store.interface import MediaStore


def open_store(settings: MediaSettings, folder: Path) -> MediaStore:
    """Open the store. Nothing is asked of it yet.

    Args:
        settings: say where it is.
        folder: where media is kept if they name no address; else where copies are made.

    Raises:
        Misconfigured: the address is none of a store.
    """
    if not settings.url:
        return FolderStore(folder, reserve_bytes=settings.reserve_bytes)
    from postwright.media.store.cloud import open_bucket  # noqa: PLC0415  # slow, and most have none

    return open_bucket(settings, folder)
