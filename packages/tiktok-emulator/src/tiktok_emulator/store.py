"""The world of one emulator: who is in it, what was uploaded, what was posted."""

import asyncio
import contextlib
import shutil
import tempfile
from collections import deque
from collections.abc import Coroutine, Iterable, Mapping
from datetime import datetime
from pathlib import Path

from starlette.requests import Request

from tiktok_emulator.clock import Clock
from tiktok_emulator.display.state import SeededVideo
from tiktok_emulator.due import Agenda
from tiktok_emulator.errors import SeedInvalid
from tiktok_emulator.faults import Faults
from tiktok_emulator.ids import Ids
from tiktok_emulator.journal import Journal
from tiktok_emulator.oauth.state import (
    App,
    ClientToken,
    Code,
    ConsentPage,
    Grant,
    Session,
    StandingConsent,
    Token,
)
from tiktok_emulator.posting.looks import Looks
from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.state import Creator, Outcome, Post
from tiktok_emulator.seeds import Seed, new_app, new_creator, new_video
from tiktok_emulator.settings import Settings
from tiktok_emulator.upload.state import Upload
from tiktok_emulator.webhooks.outbox import Outbox


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
        self.base_settings = settings or Settings()
        self._spool_parent = spool
        self._spool: Path | None = None
        self.publishes: dict[str, Publish] = {}
        self.tasks: set[asyncio.Task[None]] = set()
        self.downloads: set[asyncio.Task[None]] = set()
        self.closing = asyncio.Event()
        self.due = Agenda(self)
        self._start(seed)

    def _start(self, seed: int | None) -> None:
        self.settings = self.base_settings
        self.scenario = "calm"
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
        self.publishes = {}
        self.undecided: dict[str, Publish] = {}
        self.uploads_by_id: dict[str, Upload] = {}
        self.posts: dict[int, Post] = {}
        self.in_moderation: list[Post] = []
        self.outcomes: list[Outcome] = []
        self.looks = Looks()
        self.faults = Faults(self.clock.now, seed)
        self.journal = Journal()
        self.client_tokens: dict[str, ClientToken] = {}
        self.sessions: dict[str, Session] = {}
        self.videos: dict[int, SeededVideo] = {}
        self.outbox = Outbox(self)
        self.seed(self._base)

    def reset(self, seed: int | None = None) -> None:
        """Forget everything but the apps and creators it was started with; time is real again."""
        for publish in self.publishes.values():
            publish.is_forgotten = True
            publish.delete_files()
            if publish.work is not None:
                publish.work.cancel()
        self.outbox.clear()
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
        known = self.creators.keys() | {creator.username for creator in creators}
        for entry in seed.videos:
            if entry.username not in known:
                raise SeedInvalid(f"videos: there is no creator {entry.username!r}")
        self.apps.update((app.client_key, app) for app in apps)
        self.creators.update((creator.username, creator) for creator in creators)
        for entry in seed.videos:
            video = new_video(entry, self.ids.number(), self.clock.now())
            self.videos[video.post_id] = video

    def tell(
        self, event: str, *, client_key: str, username: str, content: Mapping[str, object]
    ) -> None:
        """Tell an app that something happened to one of its users, by webhook.

        Returns at once. An app without a callback address is not told, but the event is kept
        in `outbox.deliveries` all the same. A `post_id` in the content is sent as text.
        """
        self.outbox.put(event, client_key=client_key, username=username, content=content)

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
        """Stop what goes on by itself and delete the uploaded bytes."""
        for task in (*self.tasks, *self.downloads):
            task.cancel()
        self.outbox.clear()
        if self._spool is not None:
            shutil.rmtree(self._spool, ignore_errors=True)
            self._spool = None

    def spawn(self, work: Coroutine[object, object, None]) -> asyncio.Task[None]:
        """Let something go on by itself; it is cancelled when the emulator stops."""
        task = asyncio.get_running_loop().create_task(work)
        self.tasks.add(task)
        task.add_done_callback(self.tasks.discard)
        return task

    def add_publish(self, publish: Publish) -> None:
        """Remember what init has opened."""
        self.publishes[publish.publish_id] = publish
        self.undecided[publish.publish_id] = publish

    def publishes_of(self, username: str) -> Iterable[Publish]:
        """The publishes of one creator, by whichever app."""
        return (each for each in self.publishes.values() if each.username == username)

    def publish_of(self, post: Post) -> Publish:
        """The publish a post came from."""
        return self.publishes[post.publish_id]


def world_of(request: Request) -> World:
    """The world behind the app that answers this request."""
    world = request.app.state.world
    assert isinstance(world, World)
    return world
