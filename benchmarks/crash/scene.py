"""What a run plays in: a database, an emulator, connected creators, files, publications."""

import tempfile
from collections.abc import AsyncGenerator, Generator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy import insert

from benchmarks.crash import processes
from postwright.config import Settings, TikTokSettings, WorkerSettings
from postwright.connections import connect, queries
from postwright.connections.accounts import Accounts
from postwright.connections.consent import scopes_of
from postwright.connections.models import Connection
from postwright.db import embedded
from postwright.db.database import NOW, Database
from postwright.db.migrate import migrate
from postwright.kit.ids import new_id
from postwright.media.models import MediaFile, MediaKind
from postwright.media.probe import Probe
from postwright.publishing.schedule import Order, schedule
from postwright.workspaces.default import default_workspace

CLIENT_KEY = "demo-desktop-key"
CLIENT_SECRET = "demo-desktop-secret"  # what the emulator's demo app has
_REDIRECT = "http://127.0.0.1:49152/callback/"


@dataclass(frozen=True, slots=True)
class Upload:
    """A file to publish, in the media store."""

    sha256: str
    size_bytes: int


@dataclass(slots=True)
class Scene:
    """Everything a run needs in hand."""

    folder: Path
    settings: Settings
    database: Database
    accounts: Accounts
    emulator_url: str
    emulator_pid: int
    workspace_id: str
    http: httpx2.AsyncClient
    creators: list[Connection] = field(default_factory=list[Connection])

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the emulator's control plane; its JSON answer."""
        answer = await self.http.request(method, f"/_control/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    def worker_env(self) -> Mapping[str, str]:
        """The settings as a worker process reads them."""
        worker, url = self.settings.worker, self.settings.database_url
        assert url is not None
        return {
            "POSTWRIGHT_DATABASE_URL": url.get_secret_value(),
            "POSTWRIGHT_DATA_DIR": str(self.settings.data_dir),
            "POSTWRIGHT_KEY_FILE": str(self.settings.key_file),
            "POSTWRIGHT_TIKTOK__BASE_URL": self.emulator_url,
            "POSTWRIGHT_TIKTOK__CLIENT_KEY": CLIENT_KEY,
            "POSTWRIGHT_TIKTOK__CLIENT_SECRET": CLIENT_SECRET,
            "POSTWRIGHT_WORKER__LEASE_S": str(worker.lease_s),
            "POSTWRIGHT_WORKER__SLOTS": str(worker.slots),
            "POSTWRIGHT_WORKER__POLL_S": str(worker.poll_s),
        }

    async def connect(self, username: str) -> None:
        """Make a creator and connect it through the whole consent, as a browser would."""
        await self.control("POST", "seed", {"creators": [{"username": username}]})
        await self.control(
            "POST",
            "consent",
            {"client_key": CLIENT_KEY, "username": username, "decision": "accept", "count": 1},
        )
        async with self.database.transaction() as session:
            app = await connect.register_app(
                session, self.accounts.vault, self.workspace_id, self.settings.tiktok
            )
        network = self.accounts.networks.of_app(app)
        consent = network.consent(_REDIRECT, scopes_of(network, connect.PUBLISHING), always_ask=True)
        answer = await self.http.get(consent.url)
        made = await connect.finish(self.accounts, app, consent, answer.headers["location"])
        async with self.database.transaction() as session:
            self.creators.append(
                await queries.connection_by_id(session, self.workspace_id, made.connection_id)
            )

    async def publish(self, upload: Upload, probe: Probe, creator: Connection) -> str:
        """Schedule a post for now; the publication's id."""
        async with self.database.transaction() as session:
            media = (
                await session.execute(
                    insert(MediaFile)
                    .values(
                        id=new_id("media"),
                        workspace_id=self.workspace_id,
                        sha256=upload.sha256,
                        size_bytes=upload.size_bytes,
                        name=f"{upload.sha256[:8]}.mp4",
                        content_type="video/mp4",
                        probe=asdict(probe) | {"size_bytes": upload.size_bytes},
                        kind=MediaKind.VIDEO,
                        changes=[],
                        created_at=NOW,
                        used_at=NOW,
                    )
                    .returning(MediaFile)
                )
            ).scalar_one()
            caption = f"{upload.size_bytes:,} bytes"
            options = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": caption}
            order = Order((media,), caption, options)
            return (await schedule(session, creator, order, actor="bench")).publication_id


@asynccontextmanager
async def running_scene(
    lease_s: float, slots: int, *emulator_options: str
) -> AsyncGenerator[Scene]:
    """A database and an emulator, both in processes of their own, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="postwright-bench-") as name:
        folder = Path(name)
        with (
            _database(folder / "postgres") as url,
            processes.emulator(folder, *emulator_options) as (base_url, pid),
        ):
            settings = _settings(
                folder, url, base_url, WorkerSettings(lease_s=lease_s, slots=slots, poll_s=0.5)
            )
            database = Database(url)
            accounts = Accounts(settings, database)
            async with httpx2.AsyncClient(base_url=base_url, timeout=30) as http:
                try:
                    async with database.transaction() as session:
                        workspace_id = await default_workspace(session)
                    yield Scene(
                        folder, settings, database, accounts, base_url, pid, workspace_id, http
                    )
                finally:
                    await accounts.close()
                    await database.close()


@contextmanager
def _database(folder: Path) -> Generator[str]:
    try:
        server = embedded.ensure_running(folder)
        migrate(server.owner_url, app_role="postwright")
        yield server.app_url
    finally:
        embedded.stop(folder, mode="immediate")


def _settings(folder: Path, url: str, base_url: str, worker: WorkerSettings) -> Settings:
    return Settings(
        database_url=SecretStr(url),
        data_dir=folder / "data",
        key_file=folder / "key",
        tiktok=TikTokSettings(
            base_url=base_url, client_key=CLIENT_KEY, client_secret=SecretStr(CLIENT_SECRET)
        ),
        worker=worker,
    )
