"""Media by itself: a database, a store and a workspace, with no network and no worker."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import text

from postwright.config import MediaSettings
from postwright.db.database import Database
from postwright.media.library import Library
from postwright.media.store.folder import FolderStore
from postwright.publishing.queries import posts_needing
from postwright.workspaces.default import default_workspace


@dataclass(slots=True)
class Shelf:
    """What a test has in hand."""

    database: Database
    store: FolderStore
    library: Library
    workspace_id: str

    def having(self, **changes: Any) -> Library:
        """The library with other settings."""
        settings = self.library.settings.model_copy(update=changes)
        return Library(self.database, self.store, settings, posts_needing)

    async def advance(self, *, hours: float) -> None:
        """Let time pass."""
        async with self.database.transaction() as session:
            await session.execute(
                text("UPDATE app_clock SET ahead = ahead + make_interval(secs => :s)"),
                {"s": hours * 3600},
            )


@asynccontextmanager
async def running_shelf(database_url: str, folder: Path) -> AsyncGenerator[Shelf]:
    """A shelf over an empty, migrated database."""
    database = Database(database_url)
    store = FolderStore(folder / "media", reserve_bytes=0)
    try:
        async with database.transaction() as session:
            await session.execute(text("UPDATE app_clock SET is_test = true"))
            workspace_id = await default_workspace(session)
        library = Library(database, store, MediaSettings(), posts_needing)
        yield Shelf(database, store, library, workspace_id)
    finally:
        await database.close()
