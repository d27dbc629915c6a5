"""What the parts play on: PostgreSQL with accounts, a key and a video, and servers over it."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
from psycopg import sql
from pydantic import SecretStr
from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash import processes
from demo.video import make_video
from postwright.config import Settings, TikTokSettings
from postwright.connections import connect
from postwright.connections.accounts import Accounts
from postwright.connections.models import Connection, ConnectionState
from postwright.db import embedded
from postwright.db.database import Database
from postwright.db.migrate import migrate
from postwright.media.keep import incoming, keep
from postwright.media.library import Library
from postwright.media.probe import probe
from postwright.media.references import FOLDER
from postwright.media.store import open_store
from postwright.publishing.queries import posts_needing
from postwright.workspaces import api_keys
from postwright.workspaces.default import default_workspace
from postwright.workspaces.models import Scope

# What the network said of each account a moment ago, and for as long as a benchmark runs.
_FACTS: dict[str, Any] = {
    "privacy_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
    "comment_disabled": False,
    "duet_disabled": False,
    "stitch_disabled": False,
    "max_duration_s": 600,
}
_SCOPES = ["user.info.basic", "video.publish", "video.upload"]


@dataclass(frozen=True, slots=True)
class Stage:
    """A database with what a post needs. `postmaster_pid` is PostgreSQL's first process."""

    folder: Path
    url: str
    owner_url: str
    postmaster_pid: int
    workspace_id: str
    key: str
    media_id: str
    accounts: tuple[str, ...]

    @property
    def video_url(self) -> str:
        """What stands for the video in a post."""
        return f"https://bench.example{FOLDER}{self.media_id}/video.mp4"

    def environment(self) -> dict[str, str]:
        """The settings of a process that works here."""
        return {
            "POSTWRIGHT_DATABASE_URL": self.url,
            "POSTWRIGHT_DATA_DIR": str(self.folder / "data"),
            "POSTWRIGHT_KEY_FILE": str(self.folder / "key"),
            "POSTWRIGHT_MEDIA__FOLDER": str(self.folder / "media"),
            "POSTWRIGHT_WEB__PORT": "0",
            "POSTWRIGHT_API__REQUESTS_PER_MINUTE": "100000000",
        }

    def run(self, script: Sequence[str], **values: Any) -> None:
        """Run statements as the owner of the tables, each in a transaction of its own."""
        asyncio.run(_run(self.owner_url, script, values))

    def vacuum(self, tables: Sequence[str]) -> None:
        """Vacuum and analyse tables."""
        with psycopg.connect(plain(self.owner_url), autocommit=True) as connection:
            connection.execute(
                sql.SQL("VACUUM (ANALYZE) {}").format(
                    sql.SQL(", ").join(map(sql.Identifier, tables))
                )
            )


@dataclass(frozen=True, slots=True)
class Server:
    """A process that answers HTTP on this machine."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"


@contextmanager
def set_up(accounts: int = 1) -> Generator[Stage]:
    """A database in processes of its own, gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="postwright-bench-") as name:
        folder = Path(name)
        try:
            server = embedded.ensure_running(folder / "postgres")
            migrate(server.owner_url, app_role="postwright")
            pidfile = next((folder / "postgres").rglob("postmaster.pid"))
            pid = int(pidfile.read_text().splitlines()[0])
            yield asyncio.run(_filled(folder, server.app_url, server.owner_url, pid, accounts))
        finally:
            embedded.stop(folder / "postgres", mode="immediate")


@contextmanager
def served(command: Sequence[str], environment: dict[str, str]) -> Generator[Server]:
    """A server that prints a line of JSON with its `address` when it listens."""
    with subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        text=True,
        cwd=processes.ROOT,
        env=processes.environment(environment),
    ) as process:
        assert process.stdout is not None
        try:
            told = json.loads(process.stdout.readline())
            port = urlsplit(str(told["address"])).port
            assert port is not None
            yield Server(port, process.pid)
        finally:
            process.send_signal(signal.SIGTERM)


@contextmanager
def postwright(stage: Stage) -> Generator[Server]:
    """`postwright web`."""
    with served(["-m", "postwright.cli", "web", "--json"], stage.environment()) as server:
        yield server


async def _filled(
    folder: Path, url: str, owner_url: str, postmaster_pid: int, accounts: int
) -> Stage:
    settings = Settings(
        database_url=SecretStr(url),
        data_dir=folder / "data",
        key_file=folder / "key",
        tiktok=TikTokSettings(client_key="bench", client_secret=SecretStr("bench")),
    )
    settings = settings.model_copy(
        update={"media": settings.media.model_copy(update={"folder": folder / "media"})}
    )
    database = Database(url)
    ours = Accounts(settings, database)
    try:
        async with database.transaction() as session:
            workspace_id = await default_workspace(session)
            app = await connect.register_app(session, ours.vault, workspace_id, settings.tiktok)
            made = await api_keys.create_key(
                session, workspace_id, name="bench", scope=Scope.ADMIN, actor="bench"
            )
            rows = [_account(workspace_id, app.id, n) for n in range(accounts)]
            await session.execute(insert(Connection), rows)
        video = make_video(folder / "video.mp4", width=540, height=960, duration_s=4)
        store = open_store(settings.media, settings.media_folder)
        library = Library(database, store, settings.media, posts_needing)
        kept = await keep(library, workspace_id, incoming(video, await probe(video)), actor="bench")
        ids = tuple(row["id"] for row in rows)
        return Stage(folder, url, owner_url, postmaster_pid, workspace_id, made.text, kept.id, ids)
    finally:
        await ours.close()
        await database.close()


def _account(workspace_id: str, app_id: str, n: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": f"conn_bench{n}",
        "workspace_id": workspace_id,
        "platform_app_id": app_id,
        "platform": "tiktok",
        "external_id": f"-000bench{n}",
        "handle": f"bench{n}",
        "display_name": f"bench{n}",
        "scopes": _SCOPES,
        "purposes": ["publish"],
        "granted": ["publish"],
        "state": ConnectionState.CONNECTED,
        "state_detail": "",
        "created_at": now,
        "connected_at": now,
        "facts": _FACTS,
        "facts_at": now + timedelta(days=1),
    }


def plain(url: str) -> str:
    """The address as psycopg takes it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


async def _run(url: str, script: Sequence[str], values: dict[str, Any]) -> None:
    database = Database(url)
    try:
        for statement in script:
            async with database.transaction() as session:
                await _do(session, statement, values)
    finally:
        await database.close()


async def _do(session: AsyncSession, statement: str, values: dict[str, Any]) -> None:
    wanted = text(statement)
    await session.execute(wanted, {name: values[name] for name in wanted.compile().params})


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0))
