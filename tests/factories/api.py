"""A served API for tests, and the keys to it."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx2
from sqlalchemy import text

from postwright.cli.serving import serving
from postwright.config import Settings
from postwright.kit.ids import new_id
from postwright.workspaces import api_keys
from postwright.workspaces.models import Scope
from tests.factories.installation import Service


@dataclass(slots=True)
class Api:
    """A served API: its address, and what stands behind it."""

    url: str
    service: Service
    http: httpx2.AsyncClient

    async def key(
        self,
        scope: Scope = Scope.ADMIN,
        *,
        profile_ids: list[str] | None = None,
        workspace_id: str | None = None,
        days: int | None = None,
    ) -> str:
        """The text of a new key; it may be bound, of another workspace, or soon end."""
        async with self.service.database.transaction() as session:
            made = await api_keys.create_key(
                session,
                workspace_id or self.service.workspace_id,
                name="test",
                scope=scope,
                profile_ids=profile_ids,
                days=days,
                actor="test",
            )
        return made.text

    async def other_workspace(self) -> str:
        """The id of a new workspace beside the one that the service works for."""
        workspace_id = new_id("ws")
        async with self.service.database.transaction() as session:
            await session.execute(
                text("INSERT INTO workspaces (id, name, created_at) VALUES (:id, :id, app_now())"),
                {"id": workspace_id},
            )
        return workspace_id

    async def ask(
        self, method: str, path: str, key: str | None = None, **more: Any
    ) -> httpx2.Response:
        """One request, with a key if one is given."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {key}"
        return await self.http.request(method, path, headers=headers, **more)


def beside(settings: Settings, **api: Any) -> Settings:
    """The settings of another web process on this machine; some of the API's may differ."""
    return settings.model_copy(
        update={
            "web": settings.web.model_copy(update={"port": 0}),
            "api": settings.api.model_copy(update=api),
        }
    )


@asynccontextmanager
async def served_api(service: Service, settings: Settings | None = None) -> AsyncGenerator[Api]:
    """The API of a service, on its web port, or as other settings say."""
    async with (
        serving(settings or service.settings, service.database.url) as url,
        httpx2.AsyncClient(base_url=url, verify=False) as http,
    ):
        yield Api(url, service, http)
