"""A creator's account at a TikTok: the emulator, or with `--live` the real one."""

import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx2

from tests.contract.desk import PUBLISH
from tiktok_client import (
    AppKeys,
    AsyncSlotLimiter,
    AsyncTikTok,
    AsyncTransport,
    Endpoints,
    PublishStatus,
    TokenGrant,
)

PREFIX = "TIKTOK_LIVE_"
# A token that ends sooner is refreshed before a test begins.
ENOUGH = timedelta(minutes=15)
CALLS_PER_MINUTE = {
    "video.init": 6,
    "inbox.video.init": 6,
    "photo.init": 6,
    "creator_info": 20,
    "status": 30,
    "cancel": 6,
    "display": 60,
}


class LiveRefused(Exception):
    """The live tests cannot run like this; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class LiveKeys:
    """What someone gives for the live tests. Secrets are in no `repr`."""

    app: AppKeys = field(repr=False)
    refresh_token: str | None = field(repr=False)
    access_token: str | None = field(repr=False)
    token_file: Path | None
    photo_url: str | None
    takes_risks: bool
    base_url: str | None

    @property
    def endpoints(self) -> Endpoints:
        """TikTok's own hosts, or what stands in for them."""
        return Endpoints.at(self.base_url) if self.base_url else Endpoints()

    def lacks(self, needed: str) -> str:
        """The variable that is missing for a test that needs this, or nothing."""
        has, variable = {
            "refresh": (self.refresh_token is not None, "REFRESH_TOKEN"),
            "photo_url": (self.photo_url is not None, "PHOTO_URL"),
            "risks": (self.takes_risks and self.refresh_token is not None, "RISKS=1"),
        }[needed]
        return "" if has else PREFIX + variable


def read_keys(given: Mapping[str, str]) -> LiveKeys:
    """The keys in these environment variables.

    Raises LiveRefused if one is missing, or on a build server: keys that everyone's changes could
    read are no secret, and each run costs quota.
    """
    if given.get("CI"):
        raise LiveRefused("--live never runs on a build server (CI is set)")
    values = {name: given.get(PREFIX + name) or None for name in NAMES}
    if not values["CLIENT_KEY"] or not values["CLIENT_SECRET"]:
        raise LiveRefused(f"--live needs {PREFIX}CLIENT_KEY and {PREFIX}CLIENT_SECRET of your app")
    if not values["REFRESH_TOKEN"] and not values["ACCESS_TOKEN"]:
        raise LiveRefused(f"--live needs {PREFIX}REFRESH_TOKEN (or {PREFIX}ACCESS_TOKEN)")
    if values["REFRESH_TOKEN"] and not values["TOKEN_FILE"]:
        raise LiveRefused(
            f"--live needs {PREFIX}TOKEN_FILE beside {PREFIX}REFRESH_TOKEN: each refresh gives a "
            "new token and kills the one before, so the new one is written there"
        )
    return LiveKeys(
        app=AppKeys(values["CLIENT_KEY"], values["CLIENT_SECRET"]),
        refresh_token=values["REFRESH_TOKEN"],
        access_token=values["ACCESS_TOKEN"],
        token_file=Path(values["TOKEN_FILE"]) if values["TOKEN_FILE"] else None,
        photo_url=values["PHOTO_URL"],
        takes_risks=values["RISKS"] == "1",
        base_url=values["BASE_URL"],
    )


NAMES = (
    "CLIENT_KEY",
    "CLIENT_SECRET",
    "REFRESH_TOKEN",
    "ACCESS_TOKEN",
    "TOKEN_FILE",
    "PHOTO_URL",
    "RISKS",
    "BASE_URL",
)


@contextmanager
def _alone(path: Path) -> Generator[None]:
    """Hold a lock beside this file."""
    lock = os.open(path.with_name(path.name + ".lock"), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


class TokenFile:
    """Keeps the newest tokens on disk, so that a rotated refresh token is never lost.

    The file remembers which refresh token of the environment it began with: as long as that one is
    given, the file's newer one counts; another one given begins anew.
    """

    def __init__(self, path: Path, given: str) -> None:
        self.path = path
        self.began_with = hashlib.sha256(given.encode()).hexdigest()
        self.refresh_token = given
        self.access_token: str | None = None
        self.good_until = datetime.min.replace(tzinfo=UTC)
        self._read()

    def _read(self) -> None:
        """Take what is in the file, if it belongs to the token that was given."""
        if not self.path.exists():
            return
        kept: Mapping[str, str] = json.loads(self.path.read_text(encoding="utf-8"))
        if kept["began_with"] == self.began_with:
            self.refresh_token = kept["refresh_token"]
            self.access_token = kept["access_token"]
            self.good_until = datetime.fromisoformat(kept["good_until"])

    async def fresh(self, client: AsyncTikTok) -> str:
        """An access token with time left, after a refresh if need be."""
        if self.access_token is None or datetime.now(UTC) + ENOUGH > self.good_until:
            await self.renew(client)
        assert self.access_token is not None
        return self.access_token

    async def renew(self, client: AsyncTikTok) -> TokenGrant:
        """Refresh, and store what came before anyone sees it. Another run has to wait."""
        with _alone(self.path):
            self._read()  # another run may have been here
            self._write(self.path)  # whatever is wrong with the file shows while the token is good
            grant = await client.oauth.refresh(refresh_token=self.refresh_token)
            self.take(grant, datetime.now(UTC))
            try:
                self._write(self.path)
            except OSError as error:
                spare = Path(tempfile.mkstemp(prefix="tiktok-live-", suffix=".json")[1])
                self._write(spare)
                error.add_note(f"the only refresh token that works is now in {spare}")
                raise
        return grant

    def take(self, grant: TokenGrant, at: datetime) -> None:
        """Hold a grant that came at this moment."""
        self.refresh_token, self.access_token = grant.refresh_token, grant.access_token
        self.good_until = at + grant.expires_in

    def _write(self, path: Path) -> None:
        """Replace the file in one step, readable for its owner only, and on the disk for sure."""
        kept = {
            "began_with": self.began_with,
            "refresh_token": self.refresh_token,
            "access_token": self.access_token or "",
            "good_until": self.good_until.isoformat(),
        }
        draft = path.with_name(path.name + ".new")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(kept, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)


@dataclass
class Account:
    """One creator's account, reached over HTTP only, and without a control plane.

    `limiter` keeps a live run below TikTok's limits; it is None at an emulator of one's own.
    `tokens` is None where only an access token was given.
    """

    endpoints: Endpoints
    http: httpx2.AsyncClient
    transport: AsyncTransport
    app: AppKeys = field(repr=False)
    access_token: str = field(repr=False)
    tokens: TokenFile | None
    photo_url: str | None = None
    limiter: AsyncSlotLimiter | None = None

    def client(self, token: str | None = None, app: AppKeys | None = None) -> AsyncTikTok:
        """The client under test."""
        return AsyncTikTok(
            token=self.access_token if token is None else token,
            app=app or self.app,
            endpoints=self.endpoints,
            transport=self.transport,
            limiter=self.limiter,
            user="live",
        )

    async def raw(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
        **content: Any,
    ) -> httpx2.Response:
        """A request of any shape, with the creator's token (or this one), below the limit."""
        bearer = {"Authorization": f"Bearer {self.access_token if token is None else token}"}
        told = bearer | dict(headers or {})
        if self.limiter is None:
            return await self.http.request(method, path, headers=told, **content)
        await self.limiter.enter("live", operation)
        try:
            return await self.http.request(method, path, headers=told, **content)
        finally:
            await self.limiter.leave("live", operation, sent=True, wait_s=None)

    async def init(self, body: object, *, path: str = "/video/init/") -> httpx2.Response:
        """A raw init."""
        operation = {"/video/init/": "video.init", "/content/init/": "photo.init"}
        return await self.raw(
            operation.get(path, "inbox.video.init"), "POST", PUBLISH + path, json=body
        )

    async def form(self, values: Mapping[str, str]) -> httpx2.Response:
        """A raw token request, with the app's keys unless others are given."""
        keys = {"client_key": self.app.client_key, "client_secret": self.app.client_secret}
        return await self.http.post("/v2/oauth/token/", data={**keys, **values})

    async def decided(self, publish_id: str) -> PublishStatus:
        """Ask until it is decided: at TikTok as the client's plan has it, else without a pause."""
        client = self.client()
        if self.limiter is not None:
            return await client.posting.wait(publish_id)
        for _ in range(10_000):
            status = await client.posting.status(publish_id)
            if status.state.is_final:
                return status
        raise AssertionError("never decided")
