"""The web part on loopback as TikTok's callback address, and TikTok that tells it things."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx2
from sqlalchemy import select, text

from postwright.cli.serving import serving
from postwright.connections.models import Connection, PlatformApp
from postwright.db.database import app_now
from postwright.media.models import MediaFile
from postwright.platforms.content import Mode
from postwright.publishing.inbox.models import WebhookEvent
from postwright.publishing.order import Order
from tests.factories.installation import PATIENCE_S, Service
from tiktok_emulator.webhooks.envelope import content_text, envelope, signature

APP = "demo-desktop-key"
SECRET = "demo-desktop-secret"
PATH = "/webhooks/tiktok"


@dataclass(slots=True)
class Callback:
    """What a test has in hand."""

    service: Service
    address: str
    http: httpx2.AsyncClient

    async def post(self, body: bytes, signed: str | None, path: str = PATH) -> httpx2.Response:
        """One message, from whoever it is."""
        headers = {} if signed is None else {"TikTok-Signature": signed}
        return await self.http.post(path, content=body, headers=headers)

    async def say(
        self,
        event: str,
        content: Mapping[str, object],
        *,
        account: Connection | None = None,
        ago: timedelta = timedelta(),
        signed_ago: timedelta | None = None,
    ) -> httpx2.Response:
        """A message of TikTok's, about something that happened a while ago."""
        now = await self.now()
        body = message(event, content, at=now - ago, who=account and account.external_id)
        signed = signature(SECRET, body, now - (signed_ago or timedelta()))
        return await self.post(body, signed)

    async def tell(self, event: str, username: str = "demo", **content: object) -> None:
        """Have the emulator tell of something, and wait until it has been taken."""
        await self.service.control(
            "POST",
            "webhooks",
            {"event": event, "client_key": APP, "username": username, "content": content},
        )
        await self.told()

    async def told(self) -> list[dict[str, Any]]:
        """What the emulator has told, once nothing of it is under way any more."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                found = (await self.service.control("GET", "webhooks"))["deliveries"]
                if not any(each["state"] == "waiting" and not each["attempts"] for each in found):
                    return found
                await asyncio.sleep(0.02)

    async def events(self) -> list[WebhookEvent]:
        """What is in the inbox."""
        async with self.service.database.transaction() as session:
            return list(await session.scalars(select(WebhookEvent).order_by(WebhookEvent.id)))

    async def outcomes(self) -> list[str]:
        """What became of each."""
        return [each.outcome.value for each in await self.events()]

    async def app(self) -> PlatformApp:
        """TikTok's app as it is stored."""
        async with self.service.database.transaction() as session:
            return (
                await session.scalars(select(PlatformApp).where(PlatformApp.client_key == APP))
            ).one()

    async def now(self) -> datetime:
        """By the database's clock."""
        async with self.service.database.transaction() as session:
            return await app_now(session)

    async def set(self, statement: str, **values: object) -> None:
        """Change a row by hand."""
        async with self.service.database.transaction() as session:
            await session.execute(text(statement), values)

    async def draft(self, account: Connection, video: MediaFile) -> str:
        """Schedule a draft; the publication's id."""
        settings = {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "a draft"}
        order = Order((video,), "a draft", settings, mode=Mode.DRAFT)
        return (await self.service.order(account, order)).publication_id

    async def upload(self) -> dict[str, Any]:
        """The newest upload, as the emulator knows it."""
        return (await self.service.control("GET", "state"))["uploads"][-1]


def message(
    event: str, content: Mapping[str, object], *, at: datetime, who: str | None, app: str = APP
) -> bytes:
    """The body of a message."""
    text = content_text(content)
    return envelope(event, client_key=app, user_openid=who, content=text, at=at.astimezone(UTC))


@asynccontextmanager
async def called_back(service: Service, base: str = "") -> AsyncGenerator[Callback]:
    """The web part at an address that TikTok knows."""
    web = service.settings.web.model_copy(update={"port": 0, "public_url": base})
    settings = service.settings.model_copy(update={"web": web})
    async with (
        serving(settings, service.database.url) as address,
        httpx2.AsyncClient(base_url=address, timeout=30, verify=False, trust_env=False) as http,
    ):
        await service.control("PATCH", f"apps/{APP}", {"webhook_url": f"{address}{PATH}"})
        yield Callback(service, address, http)
