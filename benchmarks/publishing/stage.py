"""What the parts play on: PostgreSQL, an emulator, thousands of accounts, workers."""

import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr
from sqlalchemy import text

from benchmarks.crash import processes
from benchmarks.publishing import crowd, measuring
from demo.video import make_video
from postwright.config import Settings, TikTokSettings, WebSettings, WorkerSettings
from postwright.connections import connect
from postwright.connections.accounts import Accounts
from postwright.db import embedded
from postwright.db.database import Database
from postwright.db.migrate import migrate
from postwright.media.keep import incoming, keep
from postwright.media.library import Library
from postwright.media.probe import probe
from postwright.media.store import open_store
from postwright.publishing.queries import posts_needing
from postwright.workspaces.default import default_workspace

CLIENT_KEY = "demo-desktop-key"
CLIENT_SECRET = "demo-desktop-secret"  # what the emulator's demo app has
_PATIENCE_S = 400


@dataclass(slots=True)
class Stage:
    """Everything a part needs in hand. `tokens` are the accounts' access tokens, by number."""

    folder: Path
    settings: Settings
    database: Database
    http: httpx2.AsyncClient
    emulator_url: str
    emulator_pid: int
    postmaster_pid: int
    workspace_id: str
    app_id: str
    media_id: str
    video: Path
    tokens: list[str] = field(default_factory=list[str])
    planned: int = 0

    async def control(self, method: str, path: str, body: Any = None) -> Any:
        """One request to the emulator's control plane; its JSON answer."""
        answer = await self.http.request(method, f"/_control/{path}", json=body)
        answer.raise_for_status()
        return answer.json()

    async def sql(self, statement: str, **values: Any) -> Any:
        """Run one statement; its first row."""
        async with self.database.transaction() as session:
            return (await (await session.connection()).execute(text(statement), values)).first()

    async def do(self, statement: str, **values: Any) -> None:
        """Run one statement that gives nothing."""
        async with self.database.transaction() as session:
            await session.execute(text(statement), values)

    async def plan(
        self, count: int, *, first: int = 0, accounts: int, due_in: timedelta, apart: timedelta
    ) -> tuple[int, int]:
        """Schedule `count` publications over `accounts`, each `apart` from the one before.

        Returns:
            The number of the first one, and of the one after the last.
        """
        begin, self.planned = self.planned, self.planned + count
        [now] = await self.sql("SELECT app_now()")
        for statement in crowd.PLAN:
            await self.do(
                statement,
                now=now,
                begin=begin,
                end=self.planned - 1,
                first=first,
                accounts=accounts,
                due_in=due_in,
                apart=apart,
                workspace_id=self.workspace_id,
                media_id=self.media_id,
            )
        return begin, self.planned

    async def until(self, statement: str, *, at_most_s: float | None = None, **values: Any) -> bool:
        """Wait until a statement says true, or until it is too late: then it is not true."""
        deadline = time.monotonic() + (at_most_s or _PATIENCE_S)
        while not (await self.sql(statement, **values))[0]:
            if time.monotonic() > deadline:
                if at_most_s is None:
                    raise TimeoutError(statement)
                return False
            await crowd.nap(0.5)
        return True

    async def works(self, workers: int) -> None:
        """Wait until so many workers have begun to look for work."""
        await self.until(
            "SELECT count(*) >= :workers FROM workers "
            "WHERE beat_at > statement_timestamp() - interval '6 seconds'",
            workers=workers,
        )

    def postgres_s(self) -> float:
        """Seconds of CPU that PostgreSQL has used, those of connections that have ended too."""
        return measuring.cpu_s(measuring.family(self.postmaster_pid))

    @contextmanager
    def workers(self, count: int) -> Generator[list[int]]:
        """Worker processes, ended politely when the block ends; their numbers."""
        command = [str(Path(processes.sys.executable).with_name("postwright")), "worker"]
        env = processes.environment(self._worker_env())
        log = self.folder / "workers.log"
        running = [processes.start(command, env, log) for _ in range(count)]
        try:
            yield [process.pid for process in running]
        finally:
            for process in running:
                process.send_signal(signal.SIGTERM)
            for process in running:
                try:
                    process.wait(30)
                except subprocess.TimeoutExpired:
                    processes.kill(process)

    def _worker_env(self) -> dict[str, str]:
        url, worker = self.settings.database_url, self.settings.worker
        assert url is not None
        return {
            "POSTWRIGHT_DATABASE_URL": url.get_secret_value(),
            "POSTWRIGHT_DATA_DIR": str(self.settings.data_dir),
            "POSTWRIGHT_KEY_FILE": str(self.settings.key_file),
            "POSTWRIGHT_TIKTOK__BASE_URL": self.emulator_url,
            "POSTWRIGHT_TIKTOK__CLIENT_KEY": CLIENT_KEY,
            "POSTWRIGHT_TIKTOK__CLIENT_SECRET": CLIENT_SECRET,
            "POSTWRIGHT_WORKER__SLOTS": str(worker.slots),
        }


@asynccontextmanager
async def set_up(accounts: int, *, slots: int = 16) -> AsyncGenerator[Stage]:
    """A database and an emulator in processes of their own, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="postwright-bench-") as name:
        folder = Path(name)
        with (
            _server(folder / "postgres") as (url, postmaster_pid),
            processes.emulator(folder) as (base_url, emulator_pid),
        ):
            settings = _settings(folder, url, base_url, slots)
            database = Database(url)
            ours = Accounts(settings, database)
            async with httpx2.AsyncClient(base_url=base_url, timeout=300) as http:
                try:
                    async with database.transaction() as session:
                        workspace_id = await default_workspace(session)
                        app = await connect.register_app(
                            session, ours.vault, workspace_id, settings.tiktok
                        )
                    video, media_id = await _video(folder, settings, database, workspace_id)
                    stage = Stage(
                        folder, settings, database, http, base_url, emulator_pid,
                        postmaster_pid, workspace_id, app.id, media_id, video,
                    )  # fmt: skip
                    stage.tokens = await crowd.come(
                        stage.control, database, ours.vault, stage, accounts
                    )
                    yield stage
                finally:
                    await ours.close()
                    await database.close()


async def _video(
    folder: Path, settings: Settings, database: Database, workspace_id: str
) -> tuple[Path, str]:
    video = make_video(
        folder / "video.mp4", width=540, height=960, duration_s=4, min_bytes=1_000_000
    )
    store = open_store(settings.media, settings.media_folder)
    library = Library(database, store, settings.media, posts_needing)
    kept = await keep(library, workspace_id, incoming(video, await probe(video)), actor="bench")
    return video, kept.id


@contextmanager
def _server(folder: Path) -> Generator[tuple[str, int]]:
    try:
        server = embedded.ensure_running(folder)
        migrate(server.owner_url, app_role="postwright")
        pidfile = next(folder.rglob("postmaster.pid"))
        yield server.app_url, int(pidfile.read_text().splitlines()[0])
    finally:
        embedded.stop(folder, mode="immediate")


def _settings(folder: Path, url: str, base_url: str, slots: int) -> Settings:
    return Settings(
        database_url=SecretStr(url),
        data_dir=folder / "data",
        key_file=folder / "key",
        web=_web(),
        tiktok=TikTokSettings(
            base_url=base_url, client_key=CLIENT_KEY, client_secret=SecretStr(CLIENT_SECRET)
        ),
        worker=WorkerSettings(slots=slots),
    )


def _web() -> WebSettings:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return WebSettings(public_url=f"http://127.0.0.1:{port}", port=port)


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
