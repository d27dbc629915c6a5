"""The place where it plays: workspaces, apps, connected creators, scheduled posts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import SecretStr
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from benchmarks.crash.scene import Scene
from benchmarks.week.files import open_shelf
from benchmarks.week.items import Account, App, Item
from benchmarks.week.script import Script, usernames
from postwright.config import TikTokSettings
from postwright.connections import connect, queries
from postwright.connections.consent import scopes_of
from postwright.connections.models import Connection
from postwright.db.database import NOW
from postwright.kit import zones
from postwright.kit.ids import new_id
from postwright.media.models import MediaFile
from postwright.platforms.purpose import Purpose
from postwright.publishing.order import Order, Target
from postwright.publishing.schedule import schedule
from postwright.workspaces.models import Workspace

_REDIRECT = "http://127.0.0.1:49152/callback/"
_AT_ONCE = 50
_PURPOSES = frozenset({Purpose.PUBLISH, Purpose.DRAFT})
REFRESH_S = 0.4
ACTOR = "week"


@dataclass(slots=True)
class Town:
    """Who is there, what each post is made of, and the id of its publication."""

    scene: Scene
    workspaces: list[str] = field(default_factory=list[str])
    connections: dict[Account, Connection] = field(default_factory=dict[Account, Connection])
    files: dict[int, Sequence[MediaFile]] = field(default_factory=dict[int, Sequence[MediaFile]])
    publications: dict[int, str] = field(default_factory=dict[int, str])

    def worker_env(self) -> Mapping[str, str]:
        """A worker's settings: a quarter of a token's life is over in seconds here."""
        return {**self.scene.worker_env(), "POSTWRIGHT_WORKER__REFRESH_S": str(REFRESH_S)}

    async def settle(self, script: Script) -> None:
        """Make creators, apps and workspaces, and connect everybody."""
        await self._seed(script)
        async with self.scene.database.transaction() as session:
            for n in range(1 + max(account.workspace for account in script.accounts)):
                workspace_id = new_id("ws")
                made = {"id": workspace_id, "name": f"agency {n + 1}", "created_at": NOW}
                await session.execute(insert(Workspace).values(made))
                self.workspaces.append(workspace_id)
        for account in script.accounts:
            await self.consent(account)

    async def _seed(self, script: Script) -> None:
        people = [
            {"username": account.username, "private": account.private}
            for account in usernames(script.accounts)
        ]
        other = {
            "client_key": App.OTHER,
            "client_secret": App.OTHER.secret,
            "redirect_uris": ["http://127.0.0.1:*/callback/"],
            "audited": True,
        }
        await self.scene.control("POST", "seed", {"apps": [other], "creators": people})
        callback = f"{self.scene.settings.web.public_url}/webhooks/tiktok"
        for app in App:
            order = {"allow_localhost_urls": True, "webhook_url": callback}
            await self.scene.control("PATCH", f"apps/{app}", order)

    async def consent(self, account: Account) -> None:
        """Let a creator consent, for the first time or again, as a browser would."""
        scene, workspace_id = self.scene, self.workspaces[account.workspace]
        order = {"client_key": account.app, "username": account.username, "decision": "accept"}
        await scene.control("POST", "consent", {**order, "count": 1})
        settings = TikTokSettings(
            base_url=scene.emulator_url,
            client_key=account.app,
            client_secret=SecretStr(account.app.secret),
            audited=False if account.app is App.TRIAL else None,
        )
        async with scene.database.transaction() as session:
            app = await connect.register_app(session, scene.accounts.vault, workspace_id, settings)
        network = scene.accounts.networks.of_app(app)
        wanted = scopes_of(network, _PURPOSES)
        consent = network.consent(_REDIRECT, wanted, always_ask=True)
        answer = await scene.http.get(consent.url)
        made = await connect.finish(
            scene.accounts, app, consent, answer.headers["location"], purposes=_PURPOSES
        )
        async with scene.database.transaction() as session:
            self.connections[account] = await queries.connection_by_id(
                session, workspace_id, made.connection_id
            )

    async def schedule(self, script: Script) -> None:
        """Schedule everything, by what clocks show at each place."""
        shelf = await open_shelf(self.scene)
        for item in script.items:
            workspace_id = self.workspaces[item.account.workspace]
            self.files[item.number] = await shelf.files_for(item, workspace_id)
        for begin in range(0, len(script.items), _AT_ONCE):
            async with self.scene.database.transaction() as session:
                for item in script.items[begin : begin + _AT_ONCE]:
                    await self._order(session, item)

    async def _order(self, session: AsyncSession, item: Item) -> None:
        zone = item.account.zone.name
        local = zones.resolve(item.local, zones.zone(zone))
        assert isinstance(local, zones.Exact), f"{item.local} in {zone}"
        order = Order(
            self.files[item.number],
            item.text(),
            settings_of(item, item.text()),
            mode=item.mode,
            source=item.source,
            publish_at=local.at,
            timezone=zone,
            if_missed=item.if_missed,
            key=f"{item.number:04d}",
        )
        account = self.connections[item.account]
        made = await schedule(session, account.workspace_id, [Target(account)], order, actor=ACTOR)
        self.publications[item.number] = made.publication_id


def settings_of(item: Item, text: str) -> dict[str, Any]:
    """What TikTok is told."""
    return {"privacy_level": item.account.privacy, "title": text}
