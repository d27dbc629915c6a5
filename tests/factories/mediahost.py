"""A media host over a database and a store, and those who ask it."""

import hashlib
import os
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx2
from sqlalchemy import insert, select, text

from postwright.db.database import NOW, Database, app_now
from postwright.kit.ids import new_id
from postwright.media.host import addresses
from postwright.media.host.app import Limits, MediaHost
from postwright.media.host.serving import address_of, answering, listening
from postwright.media.host.signing import Signer
from postwright.media.models import MediaAddress, MediaFile, MediaKind
from postwright.media.store import MediaStore
from postwright.media.store.folder import FolderStore
from postwright.workspaces.default import default_workspace

KEY = bytes(range(32))


@dataclass(slots=True)
class Site:
    """What a test has in hand."""

    database: Database
    store: MediaStore
    folder: Path
    signer: Signer
    workspace_id: str
    base_url: str
    port: int
    http: httpx2.AsyncClient

    async def keep(
        self, content: bytes, content_type: str = "video/mp4", *, workspace_id: str = ""
    ) -> str:
        """Put bytes into the store; the id of their file."""
        path = self.folder / "given"
        path.write_bytes(content)
        return await self.keep_file(path, content_type, workspace_id=workspace_id)

    async def keep_file(
        self, path: Path, content_type: str = "video/mp4", *, workspace_id: str = ""
    ) -> str:
        """Put a file into the store; its id."""
        workspace_id = workspace_id or self.workspace_id
        stored = await self.store.keep(workspace_id, path)
        values: dict[str, Any] = {
            "id": new_id("media"), "workspace_id": workspace_id, "sha256": stored.sha256,
            "size_bytes": stored.size_bytes, "name": "a name of my own.mp4", "probe": {},
            "content_type": content_type, "kind": MediaKind.VIDEO, "changes": [],
            "created_at": NOW, "used_at": NOW,
        }  # fmt: skip
        async with self.database.transaction() as session:
            await session.execute(insert(MediaFile).values(values))
        return values["id"]

    async def issue(
        self,
        *media_ids: str,
        attempt_id: str = "att_1",
        early: bool = False,
        released: bool = True,
        lives: timedelta = timedelta(hours=1),
    ) -> tuple[str, ...]:
        """Make addresses of an attempt, as publishing does."""
        async with self.database.transaction() as session:
            paths = await addresses.issue(
                session,
                self.workspace_id,
                attempt_id,
                media_ids,
                signer=self.signer,
                expires_at=await app_now(session) + lives,
                serves_early=early,
            )
        if released:
            await self.release(attempt_id)
        return paths

    async def of(self, content: bytes, **options: Any) -> str:
        """The path of an address with this content."""
        (path,) = await self.issue(await self.keep(content), **options)
        return path

    async def release(self, attempt_id: str = "att_1") -> None:
        """Let an attempt's addresses be served."""
        async with self.database.transaction() as session:
            await addresses.release(session, self.workspace_id, attempt_id)

    async def void(self, attempt_id: str = "att_1", *, workspace_id: str = "") -> bool:
        """Declare an attempt's addresses void."""
        async with self.database.transaction() as session:
            return await addresses.void(session, workspace_id or self.workspace_id, attempt_id)

    async def rows(self, attempt_id: str = "att_1") -> list[MediaAddress]:
        """An attempt's addresses, in their order."""
        async with self.database.transaction() as session:
            found = await session.scalars(
                select(MediaAddress)
                .where(MediaAddress.attempt_id == attempt_id)
                .order_by(MediaAddress.position)
            )
            return list(found)

    async def advance(self, **time: float) -> None:
        """Let time pass for the database."""
        async with self.database.transaction() as session:
            await session.execute(
                text("UPDATE app_clock SET is_test = true, ahead = ahead + :time"),
                {"time": timedelta(**time)},
            )

    async def another_workspace(self) -> str:
        """The id of a workspace beside the usual one."""
        async with self.database.transaction() as session:
            await session.execute(
                text(
                    "INSERT INTO workspaces (id, name, created_at) VALUES ('ws_2', 'b', app_now())"
                )
            )
        return "ws_2"

    async def ask(
        self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None
    ) -> httpx2.Response:
        """One request, following nothing."""
        return await self.http.request(method, path, headers=headers)


@asynccontextmanager
async def running_site(
    database_url: str,
    folder: Path,
    *,
    limits: Limits | None = None,
    proofs: Mapping[str, str] | None = None,
    base: str = "",
    connections: int = 64,
    request_s: float = 10,
) -> AsyncGenerator[Site]:
    """A host on any free port."""
    database = Database(database_url)
    store = FolderStore(folder / "media", reserve_bytes=0)
    signer = Signer(KEY)
    host = MediaHost(database, store, signer, limits=limits, proofs=proofs, base=base)
    async with database.transaction() as session:
        workspace_id = await default_workspace(session)
    try:
        with listening("127.0.0.1", 0) as listener:
            url, port = address_of(listener), listener.getsockname()[1]
            async with (
                answering(host, listener, connections=connections, request_s=request_s),
                httpx2.AsyncClient(base_url=url, timeout=30, verify=False, trust_env=False) as http,
            ):
                yield Site(database, store, folder, signer, workspace_id, url, port, http)
    finally:
        await database.close()


def noise(size: int) -> bytes:
    """Bytes that are like no others."""
    return os.urandom(size)


def sha256(content: bytes) -> str:
    """Their hash."""
    return hashlib.sha256(content).hexdigest()
