"""What a run plays in: a database, an emulator, connected creators, files, publications."""

import asyncio
import socket
import tempfile
from collections.abc import AsyncGenerator, Awaitable, Callable, Generator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from pydantic import SecretStr
from sqlalchemy import Row, insert, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash import processes
from benchmarks.crash.postmaster import Postmaster
from postwright.config import Settings, TikTokSettings, WebSettings, WorkerSettings
from postwright.connections import connect, queries
from postwright.connections.accounts import Accounts
from postwright.connections.consent import scopes_of
from postwright.connections.models import Connection
from postwright.db.database import NOW, Database, DatabaseGone
from postwright.db.migrate import migrate
from postwright.kit.ids import new_id
from postwright.media.host import readiness
from postwright.media.models import MediaFile, MediaKind
from postwright.media.probe import Probe
from postwright.platforms.purpose import Purpose
from postwright.publishing.order import Order, Target
from postwright.publishing.schedule import schedule
from postwright.workspaces.default import default_workspace

CLIENT_KEY = "demo-desktop-key"
CLIENT_SECRET = "demo-desktop-secret"  # what the emulator's demo app has
WEB = "crash-web"  # what the web part's connections are called
_REDIRECT = "http://127.0.0.1:49152/callback/"
_PURPOSES = connect.PUBLISHING | {Purpose.DRAFT}
_AGAIN_S = 0.1
_PATIENCE_S = 60

Given = TypeVar("Given")


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
    postmaster: Postmaster
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

    async def rows(self, query: str, **values: Any) -> Sequence[Row[Any]]:
        """What the database says, however long it is down."""

        async def ask(session: AsyncSession) -> Sequence[Row[Any]]:
            return (await session.execute(text(query), values)).all()

        return await self.surely(ask)

    async def surely(self, do: Callable[[AsyncSession], Awaitable[Given]]) -> Given:
        """Do something that may be repeated in a transaction, however long the database is down."""
        async with asyncio.timeout(_PATIENCE_S):
            while True:
                try:
                    async with self.database.transaction() as session:
                        return await do(session)
                except DatabaseGone:
                    await asyncio.sleep(_AGAIN_S)

    def worker_env(self) -> Mapping[str, str]:
        """The settings as a worker process reads them."""
        worker, web, url = self.settings.worker, self.settings.web, self.settings.database_url
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
            "POSTWRIGHT_WEB__PUBLIC_URL": web.public_url,
            "POSTWRIGHT_WEB__PORT": str(web.port),
            "POSTWRIGHT_WEB__BYTES_PER_SECOND": str(web.bytes_per_second),
        }

    def web_env(self) -> Mapping[str, str]:
        """The same for the web part, whose connections to the database have a name of their own."""
        env = dict(self.worker_env())
        url = make_url(env["POSTWRIGHT_DATABASE_URL"]).update_query_dict({"application_name": WEB})
        return env | {"POSTWRIGHT_DATABASE_URL": url.render_as_string(hide_password=False)}

    async def let_in(self) -> None:
        """TikTok may fetch from this machine, and tells the web part by webhooks."""
        callback = f"{self.settings.web.public_url}/webhooks/tiktok"
        order = {"allow_localhost_urls": True, "webhook_url": callback}
        await self.control("PATCH", f"apps/{CLIENT_KEY}", order)

    async def is_served(self) -> bool:
        """Whether the web part answers."""
        try:
            await self.http.get(f"{self.settings.web.public_url}{readiness.PATH}")
        except httpx2.TransportError:
            return False
        return True

    async def connect(self, username: str) -> None:
        """Make a creator and connect it through the whole consent, as a browser would."""
        await self.control("POST", "seed", {"creators": [{"username": username}]})
        connection_id = await self.consent(username)
        async with self.database.transaction() as session:
            self.creators.append(
                await queries.connection_by_id(session, self.workspace_id, connection_id)
            )

    async def consent(self, username: str) -> str:
        """Let a creator consent, for the first time or again; the connection's id."""
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
        consent = network.consent(_REDIRECT, scopes_of(network, _PURPOSES), always_ask=True)
        answer = await self.http.get(consent.url)
        made = await connect.finish(
            self.accounts, app, consent, answer.headers["location"], purposes=_PURPOSES
        )
        return made.connection_id

    async def publish(self, upload: Upload, probe: Probe, creator: Connection) -> str:
        """Schedule a video for now; the publication's id."""
        caption = f"{upload.size_bytes:,} bytes"
        options = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": caption}

        async def make(session: AsyncSession) -> str:
            media = await self.add(session, upload, probe, MediaKind.VIDEO)
            order = Order((media,), caption, options)
            workspace_id, targets = creator.workspace_id, [Target(creator)]
            made = await schedule(session, workspace_id, targets, order, actor="bench")
            return made.publication_id

        return await self.surely(make)

    async def add(
        self, session: AsyncSession, upload: Upload, probe: Probe, kind: MediaKind
    ) -> MediaFile:
        """Note a file that lies in the media store already; the same one again is the same row."""
        mine = MediaFile.workspace_id == self.workspace_id, MediaFile.sha256 == upload.sha256
        if (known := await session.scalar(select(MediaFile).where(*mine))) is not None:
            return known
        ending, media_type = {
            MediaKind.VIDEO: ("mp4", "video/mp4"),
            MediaKind.PHOTO: ("jpg", "image/jpeg"),
        }[kind]
        row = insert(MediaFile).values(
            id=new_id("media"),
            workspace_id=self.workspace_id,
            sha256=upload.sha256,
            size_bytes=upload.size_bytes,
            name=f"{upload.sha256[:8]}.{ending}",
            content_type=media_type,
            probe=asdict(probe) | {"size_bytes": upload.size_bytes},
            kind=kind,
            changes=[],
            created_at=NOW,
            used_at=NOW,
        )
        return (await session.execute(row.returning(MediaFile))).scalar_one()


@asynccontextmanager
async def running_scene(
    lease_s: float, slots: int, *emulator_options: str, served: int = 25_000_000
) -> AsyncGenerator[Scene]:
    """A database and an emulator, both in processes of their own, gone when the block ends.

    `served` is how many bytes per second the web part gives of one address.
    """
    with tempfile.TemporaryDirectory(prefix="postwright-bench-") as name:
        folder = Path(name)
        with (
            _postmaster(folder / "postgres") as postmaster,
            processes.emulator(folder, *emulator_options) as (base_url, pid),
        ):
            worker = WorkerSettings(lease_s=lease_s, slots=slots, poll_s=0.5)
            settings = _settings(folder, postmaster.url, base_url, worker, served)
            database = Database(postmaster.url)
            accounts = Accounts(settings, database)
            async with httpx2.AsyncClient(base_url=base_url, timeout=60) as http:
                try:
                    async with database.transaction() as session:
                        workspace_id = await default_workspace(session)
                    yield Scene(
                        folder, settings, database, postmaster, accounts, base_url, pid,
                        workspace_id, http,
                    )  # fmt: skip
                finally:
                    await accounts.close()
                    await database.close()


@contextmanager
def _postmaster(folder: Path) -> Generator[Postmaster]:
    postmaster = Postmaster(folder)
    try:
        migrate(postmaster.start().owner_url, app_role="postwright")
        yield postmaster
    finally:
        postmaster.stop()


def _settings(
    folder: Path, url: str, base_url: str, worker: WorkerSettings, served: int
) -> Settings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return Settings(
        database_url=SecretStr(url),
        data_dir=folder / "data",
        key_file=folder / "key",
        tiktok=TikTokSettings(
            base_url=base_url, client_key=CLIENT_KEY, client_secret=SecretStr(CLIENT_SECRET)
        ),
        worker=worker,
        web=WebSettings(public_url=f"http://127.0.0.1:{port}", port=port, bytes_per_second=served),
    )
