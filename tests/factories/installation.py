"""A service with its own database and its own TikTok, for tests: real ones, on this machine."""

import asyncio
import socket
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from PIL import Image
from pydantic import SecretStr
from sqlalchemy import text

from postwright.cli.serving import serving
from postwright.config import MediaSettings, Settings, TikTokSettings, WebSettings, WorkerSettings
from postwright.connections import connect, queries
from postwright.connections.accounts import Accounts
from postwright.connections.consent import scopes_of
from postwright.connections.models import Connection
from postwright.db.database import Database
from postwright.media.keep import Incoming, incoming, keep
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaKind
from postwright.media.probe import probe
from postwright.media.store import open_store
from postwright.platforms.purpose import Purpose
from postwright.publishing.models import Publication
from postwright.publishing.order import Order, Target
from postwright.publishing.queries import posts_needing
from postwright.publishing.schedule import Scheduled, schedule
from postwright.publishing.states import State
from postwright.worker import Worker
from postwright.workspaces.default import default_workspace
from tiktok_emulator import DEMO, Emulator

PATIENCE_S = 60

# Only short pauses that the protocol chose: not the time a post was scheduled for, nor a hold.
_SKIP = text("""
    UPDATE app_clock SET ahead = ahead + (due_at - app_now()) FROM publications
    WHERE id = :id AND state IN ('preparing', 'submitting', 'uploading', 'processing')
      AND due_at > app_now() AND NOT EXISTS (SELECT 1 FROM lanes WHERE lease_until IS NOT NULL)
""")

_IN_HAND = text("SELECT count(*) FROM lanes WHERE lease_until IS NOT NULL")

_WAITS = text("""
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
      AND query_start < clock_timestamp() - interval '1.5 seconds'
""")


@dataclass(slots=True)
class Control:
    """The emulator's control plane, over HTTP as any tester would use it."""

    base_url: str

    async def __call__(self, method: str, path: str, body: Any = None) -> Any:
        """One request to `/_control/{path}`; its JSON answer."""
        async with httpx2.AsyncClient(base_url=self.base_url, verify=False) as http:
            answer = await http.request(method, f"/_control/{path}", json=body)
            answer.raise_for_status()
            return answer.json() if answer.content else None

    async def fault(self, operation: str, kind: str, **more: Any) -> None:
        """Order a fault for the next call of an operation."""
        await self("POST", "faults", {"operation": operation, "kind": kind, **more})

    async def posts(self) -> list[dict[str, Any]]:
        """What has been published."""
        return (await self("GET", "state"))["posts"]

    async def requests(self, operation: str) -> list[dict[str, Any]]:
        """The request log of one operation."""
        log: list[dict[str, Any]] = (await self("GET", "requests"))["requests"]
        return [entry for entry in log if entry["operation"] == operation]


@dataclass(slots=True)
class Service:
    """Everything a test needs in hand."""

    settings: Settings
    database: Database
    accounts: Accounts
    emulator: Emulator
    control: Control
    workspace_id: str
    workers: list["asyncio.Task[None]"] = field(default_factory=list["asyncio.Task[None]"])

    async def connect(
        self,
        username: str = "demo",
        *,
        purposes: frozenset[Purpose] = connect.PUBLISHING,
        leaves_on: list[str] | None = None,
        expected: Connection | None = None,
    ) -> Connection:
        """Connect a creator through the whole consent, as a browser would.

        `leaves_on` are the permissions that the person grants, if not all.
        """
        await self.control(
            "POST",
            "consent",
            {
                "client_key": self.settings.tiktok.client_key,
                "username": username,
                "decision": "accept",
                "scopes": leaves_on,
                "count": 1,
            },
        )
        async with self.database.transaction() as session:
            app = await connect.register_app(
                session, self.accounts.vault, self.workspace_id, self.settings.tiktok
            )
        network = self.accounts.networks.of_app(app)
        consent = network.consent(
            "http://127.0.0.1:49152/callback/",
            scopes_of(network, purposes),
            always_ask=True,
        )
        async with httpx2.AsyncClient(verify=False) as http:
            answer = await http.get(consent.url)
        made = await connect.finish(
            self.accounts,
            app,
            consent,
            answer.headers["location"],
            purposes=purposes,
            expected=expected,
        )
        async with self.database.transaction() as session:
            return await queries.connection_by_id(session, self.workspace_id, made.connection_id)

    @property
    def library(self) -> Library:
        """Its media."""
        store = open_store(self.settings.media, self.settings.media_folder)
        return Library(self.database, store, self.settings.media, posts_needing)

    async def add(self, video: Path) -> MediaFile:
        """Put a file into the store without asking what is in it."""
        probe = {
            "container": "mp4", "video_codec": "h264", "audio_codec": "aac", "width": 1080,
            "height": 1920, "rotation": 0, "fps": 30.0, "variable_fps": False,
            "duration_ms": 5000, "size_bytes": video.stat().st_size, "pixel_format": "yuv420p",
            "hdr": False, "has_audio": True,
        }  # fmt: skip
        given = Incoming(video, MediaKind.VIDEO, "video/mp4", probe)
        return await keep(self.library, self.workspace_id, given, actor="test")

    async def add_photo(
        self, folder: Path, n: int, *, size: tuple[int, int] = (720, 960)
    ) -> MediaFile:
        """Put a photo into the store that TikTok takes; each `n` gives another one."""
        file = folder / f"photo-{n}.jpg"
        Image.new("RGB", size, (40 * n % 256, 90, 200)).save(file, quality=80)
        given = incoming(file, await probe(file))
        return await keep(self.library, self.workspace_id, given, actor="test")

    @asynccontextmanager
    async def reachable(self) -> AsyncGenerator[None]:
        """TikTok can fetch from us, and tell us by webhooks, while the block lasts."""
        await self.control(
            "PATCH", f"apps/{self.settings.tiktok.client_key}", {"allow_localhost_urls": True}
        )
        async with serving(self.settings, self.database.url):
            yield

    async def order(self, connection: Connection, order: Order) -> Scheduled:
        """Schedule this."""
        async with self.database.transaction() as session:
            targets = [Target(connection)]
            return await schedule(session, self.workspace_id, targets, order, actor="test")

    async def publish(
        self,
        connection: Connection,
        video: Path,
        *,
        caption: str = "first light",
        privacy: str = "PUBLIC_TO_EVERYONE",
        at: datetime | None = None,
        key: str | None = None,
        **more: Any,
    ) -> Scheduled:
        """Schedule a post of this file."""
        settings = {"privacy_level": privacy, "title": caption, **more}
        order = Order((await self.add(video),), caption, settings, publish_at=at, key=key)
        return await self.order(connection, order)

    def start_worker(self) -> "asyncio.Task[None]":
        """A worker in this process."""
        worker = Worker(self.settings, self.database.url)
        task = asyncio.get_running_loop().create_task(worker.run())
        self.workers.append(task)
        return task

    async def publication(self, publication_id: str) -> Publication:
        """The publication as it is now."""
        async with self.database.transaction() as session:
            return await session.get_one(Publication, publication_id)

    async def until(
        self, publication_id: str, done: Callable[[Publication], bool] | State
    ) -> Publication:
        """Wait until a publication is as wanted, or fail saying how it is."""

        def wanted(seen: Publication) -> bool:
            return seen.state is done if isinstance(done, State) else done(seen)

        try:
            async with asyncio.timeout(PATIENCE_S):
                while not wanted(seen := await self.publication(publication_id)):
                    if any(worker.done() for worker in self.workers):
                        await asyncio.gather(*self.workers)
                    await self._skip_waiting(publication_id)
                    await asyncio.sleep(0.05)
                return seen
        except TimeoutError:
            seen = await self.publication(publication_id)
            raise AssertionError(
                f"still {seen.state} ({seen.hold_reason} {seen.detail}) after {PATIENCE_S} s"
            ) from None

    async def until_somebody_waits_for_a_lock(self) -> None:
        """Wait until a statement does, and PostgreSQL has looked for a deadlock already."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with self.database.transaction() as session:
                    if await session.scalar(_WAITS):
                        return
                await asyncio.sleep(0.05)

    async def until_nothing_is_in_hand(self) -> None:
        """Wait until no worker holds a lane."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                async with self.database.transaction() as session:
                    if not await session.scalar(_IN_HAND):
                        return
                await asyncio.sleep(0.05)

    async def _skip_waiting(self, publication_id: str) -> None:
        """Let the pause before a publication's next step be over, if nobody works just now."""
        async with self.database.transaction() as session:
            await session.execute(_SKIP, {"id": publication_id})

    async def advance(self, *, hours: float, emulator_too: bool = True) -> None:
        """Let time pass for the database, and for TikTok."""
        async with self.database.transaction() as session:
            await session.execute(
                text("UPDATE app_clock SET ahead = ahead + make_interval(secs => :s)"),
                {"s": hours * 3600},
            )
        if emulator_too:
            await self.control("POST", "clock", {"advance_s": hours * 3600})


def _web() -> WebSettings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return WebSettings(public_url=f"http://127.0.0.1:{port}", port=port)


@asynccontextmanager
async def running_service(
    database_url: str, folder: Path, *, lease_s: float = 4
) -> AsyncGenerator[Service]:
    """A service over an empty, migrated database, with an emulator of its own."""
    async with Emulator.serve(port=0, base=DEMO, spool=folder / "spool", seed=1) as emulator:
        settings = Settings(
            database_url=SecretStr(database_url),
            data_dir=folder / "data",
            key_file=folder / "key",
            tiktok=TikTokSettings(
                base_url=emulator.base_url,
                client_key="demo-desktop-key",
                client_secret=SecretStr("demo-desktop-secret"),
            ),
            media=MediaSettings(reserve_bytes=0),
            web=_web(),
            worker=WorkerSettings(lease_s=lease_s, poll_s=0.2),
        )
        database = Database(database_url)
        accounts = Accounts(settings, database)
        async with database.transaction() as session:
            await session.execute(text("UPDATE app_clock SET is_test = true"))
            workspace_id = await default_workspace(session)
        service = Service(
            settings, database, accounts, emulator, Control(emulator.base_url), workspace_id
        )
        try:
            yield service
        finally:
            for task in service.workers:
                task.cancel()
            await asyncio.gather(*service.workers, return_exceptions=True)
            await service.accounts.close()
            await database.close()
