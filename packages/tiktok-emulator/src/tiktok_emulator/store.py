"""The world of one emulator: who is in it, what was uploaded, what was posted."""

import asyncio
import contextlib
import shutil
import tempfile
from collections import deque
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from starlette.requests import Request

from tiktok_emulator.clock import Clock
from tiktok_emulator.faults import Faults
from tiktok_emulator.ids import Ids
from tiktok_emulator.journal import Journal
from tiktok_emulator.oauth.state import App, Code, ConsentPage, Grant, StandingConsent, Token
from tiktok_emulator.posting.state import Creator, Outcome, Post
from tiktok_emulator.seeds import Seed, new_app, new_creator
from tiktok_emulator.settings import Settings
from tiktok_emulator.upload.state import Upload


class World:
    """All state of one emulator, in memory; uploaded bytes lie in a folder of its own.

    `spool` is where that folder is made (the system's temporary folder if None). `base` is
    seeded at the start and again at every reset. One event loop uses it; it has no locks.
    """

    def __init__(
        self,
        *,
        base: Seed | None = None,
        settings: Settings | None = None,
        spool: Path | None = None,
        seed: int | None = None,
    ) -> None:
        self.clock = Clock()
        self._base = base or Seed()
        self._base_settings = settings or Settings()
        self._spool_parent = spool
        self._spool: Path | None = None
        self.uploads: dict[str, Upload] = {}
        self.closing = asyncio.Event()
        self._start(seed)

    def _start(self, seed: int | None) -> None:
        self.settings = self._base_settings
        self.ids = Ids(seed, self.clock.now())
        self.apps: dict[str, App] = {}
        self.creators: dict[str, Creator] = {}
        self.pages: dict[str, ConsentPage] = {}
        self.standing: list[StandingConsent] = []
        self.codes: dict[str, Code] = {}
        self.grants: dict[tuple[str, str], Grant] = {}
        self.access_tokens: dict[str, Token] = {}
        self.refresh_tokens: dict[str, Token] = {}
        self.windows: dict[tuple[str, str, str], deque[datetime]] = {}
        self.uploads = {}
        self.uploads_by_id: dict[str, Upload] = {}
        self.posts: dict[int, Post] = {}
        self.outcomes: list[Outcome] = []
        self.faults = Faults()
        self.journal = Journal()
        self.tasks: set[asyncio.Task[None]] = set()
        self.seed(self._base)

    def reset(self, seed: int | None = None) -> None:
        """Forget everything but the apps and creators it was started with; time is real again."""
        for upload in self.uploads.values():
            upload.is_forgotten = True
            upload.path.unlink(missing_ok=True)
        self.clock.reset()
        self._start(seed)

    def seed(self, seed: Seed) -> None:
        """Add or change apps and creators; facts that are not given stay as they are.

        Raises:
            SeedInvalid: something TikTok would not have; then nothing was changed.
        """
        apps = [new_app(self.apps.get(entry.client_key), entry) for entry in seed.apps]
        creators = [
            new_creator(self.creators.get(entry.username), entry) for entry in seed.creators
        ]
        self.apps.update((app.client_key, app) for app in apps)
        self.creators.update((creator.username, creator) for creator in creators)

    async def pause(self, seconds: float) -> bool:
        """Wait real seconds, or until the emulator stops; whether it stops."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.closing.wait(), seconds)
        return self.closing.is_set()

    @property
    def spool(self) -> Path:
        """The folder for uploaded bytes, made when it is first needed."""
        if self._spool is None:
            if self._spool_parent is not None:
                self._spool_parent.mkdir(parents=True, exist_ok=True)
            made = tempfile.mkdtemp(prefix="tiktok-emulator-", dir=self._spool_parent)
            self._spool = Path(made)
        return self._spool

    def close(self) -> None:
        """Delete the uploaded bytes."""
        if self._spool is not None:
            shutil.rmtree(self._spool, ignore_errors=True)
            self._spool = None

    def uploads_of(self, username: str) -> Iterable[Upload]:
        """The uploads of one creator, by whichever app."""
        return (upload for upload in self.uploads.values() if upload.username == username)

    def upload_of(self, post: Post) -> Upload:
        """The upload a post came from."""
        return self.uploads[post.publish_id]


def world_of(request: Request) -> World:
    """The world behind the app that answers this request."""
    world = request.app.state.world
    assert isinstance(world, World)
    return world
