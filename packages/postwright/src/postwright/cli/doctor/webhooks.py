"""Webhooks: whether TikTok tells what it has done, or has to be asked."""

from collections.abc import Sequence
from datetime import timedelta

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green
from postwright.db.database import app_now
from postwright.publishing.inbox.queries import last_webhook

_KNOWN_TO_COME = timedelta(days=1)


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at when the last one came."""
    public_url = scene.settings.web.public_url
    if scene.database is None:
        return []
    async with scene.database.transaction() as session:
        now = await app_now(session)
        last = await last_webhook(session, scene.workspace_id)
    if last is None:
        if not public_url:
            return []  # the look at the public address has said so
        says = "None has come yet, so TikTok is asked for news often."
        do = f"Set {public_url}/webhooks/tiktok as the callback URL on TikTok's page of your app: "
        return [amber("webhooks", says, do + "docs/howto/receive-webhooks.md")]
    says = f"The last one came {_ago(now - last)}."
    if now - last > _KNOWN_TO_COME:
        says += " Until the next one TikTok is asked for news often."
    return [green("webhooks", says)]


def _ago(age: timedelta) -> str:
    minutes = int(age.total_seconds() // 60)
    if minutes < 2:
        return "a moment ago"
    if minutes < 120:
        return f"{minutes} minutes ago"
    return f"{minutes // 60} hours ago" if minutes < 48 * 60 else f"{age.days} days ago"
