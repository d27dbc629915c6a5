"""Sends alerts to the address of the settings, again and again for a day if need be."""

import asyncio
import json
import logging
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import delete, text, update

from postwright.alerts.models import Alert
from postwright.alerts.signature import signed_headers
from postwright.config import AlertSettings, webhook_key
from postwright.db.database import NOW, Database
from postwright.kit.fetch import FetchFailed, Line, fetch

log = logging.getLogger(__name__)

PATIENCE = timedelta(days=1)
KEPT = timedelta(days=90)
TIMEOUT_S = 10.0

_AT_ONCE = 20
_PAUSES = tuple(timedelta(seconds=each) for each in (5, 30, 120, 600, 1800, 3600, 7200))
_GONE = 410  # the receiver says that it wants no more

# The lease is longer than a request may take. Who dies over it leaves the alert to the next one,
# so that it may come twice, with the same id.
_CLAIM = text("""
    UPDATE alerts SET next_at = app_now() + interval '2 minutes', tries = tries + 1
    WHERE id IN (
        SELECT id FROM alerts WHERE next_at <= app_now()
        ORDER BY next_at LIMIT :most FOR UPDATE SKIP LOCKED
    )
    RETURNING id, workspace_id, kind, subject, body, created_at, tries, app_now()
""")

_GIVE_UP = text("""
    UPDATE alerts SET next_at = NULL, detail = COALESCE(NULLIF(detail, ''), 'It was never sent.')
    WHERE next_at <= app_now() AND created_at < app_now() - CAST(:patience AS interval)
""")


@dataclass(frozen=True, slots=True)
class Due:
    """An alert that is to be sent now, for the nth time."""

    id: str
    workspace_id: str
    kind: str
    subject: str
    body: dict[str, Any]
    created_at: datetime
    tries: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Sender:
    """What a worker needs to send alerts.

    Args:
        database: where they are.
        settings: where they go; if nowhere, they are let lie for a day, then for good.
        proxy: through which they go, or empty.
        line: for tests, how to get there.
    """

    database: Database
    settings: AlertSettings
    proxy: str = field(default="", repr=False)
    line: Line = field(default_factory=Line)

    async def send_due(self) -> None:
        """Send what is due, once each; what fails is due again later."""
        async with self.database.transaction() as session:
            await session.execute(_GIVE_UP, {"patience": PATIENCE})
        if not self.settings.url.get_secret_value():
            return
        while due := await self.claim():
            await asyncio.gather(*(self._send(alert) for alert in due))

    async def forget(self) -> None:
        """Remove what is three months old."""
        async with self.database.transaction() as session:
            await session.execute(delete(Alert).where(Alert.created_at < NOW - KEPT))

    async def claim(self) -> list[Due]:
        """Take some of what is due, for two minutes."""
        async with self.database.transaction() as session:
            return [Due(*row) for row in await session.execute(_CLAIM, {"most": _AT_ONCE})]

    async def _send(self, alert: Due) -> None:
        problem, is_final = await self.post(alert)
        values: dict[str, Any] = {"detail": problem}
        if not problem:
            values |= {"next_at": None, "sent_at": NOW}
        else:
            pause = pause_after(alert.tries) * random.uniform(0.9, 1.1)  # noqa: S311  # spreads load, keeps no secret
            is_final = is_final or alert.now + pause > alert.created_at + PATIENCE
            values["next_at"] = None if is_final else NOW + pause
        async with self.database.transaction() as session:
            await session.execute(update(Alert).where(Alert.id == alert.id).values(values))
        if problem and (is_final or alert.tries == 1):
            then = "given up" if is_final else "it is tried again for a day"
            log.warning("alert %s could not be sent, %s: %s", alert.id, then, problem)

    async def post(self, alert: Due) -> tuple[str, bool]:
        """Try once: what went wrong, empty if nothing did; and whether to try again is useless."""
        body = payload(alert)
        key = webhook_key(self.settings.secret)
        signed = signed_headers(key, alert.id, int(alert.now.timestamp()), body)
        line = Line(
            self.proxy,
            self.line.connect_to,
            self.line.authorities,
            public_only=not self.settings.allow_private,
        )
        try:
            answer = await fetch(
                self.settings.url.get_secret_value(),
                line,
                method="POST",
                headers={"Content-Type": "application/json", **signed},
                body=body,
                timeout_s=TIMEOUT_S,
            )
        except FetchFailed as error:
            return str(error), False
        if 200 <= answer.status < 300:
            return "", False
        return f"It answered {answer.status}.", answer.status == _GONE


def payload(alert: Due) -> bytes:
    """What is sent, the same bytes at each try."""
    told = {
        "type": alert.kind,
        "timestamp": alert.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"workspace_id": alert.workspace_id, "subject": alert.subject, **alert.body},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def pause_after(tries: int) -> timedelta:
    """How long to wait after the nth try: 5 s, growing to 2 h."""
    return _PAUSES[min(tries, len(_PAUSES)) - 1]
