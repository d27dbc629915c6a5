"""The connected accounts: whether their tokens still work."""

from collections.abc import Sequence

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.connections import queries
from postwright.connections.models import ConnectionState
from postwright.db.database import app_now

_AGAIN = "Connect again, with every permission left on: postwright connect tiktok"


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at what is stored; TikTok is not asked."""
    if scene.database is None:
        return []
    async with scene.database.transaction() as session:
        now = await app_now(session)
        accounts = await queries.connections(session, scene.workspace_id)
        ended = list[str]()
        for account in accounts:
            credential = await queries.credential(session, scene.workspace_id, account.id)
            if credential is not None and credential.access_expires_at <= now:
                ended.append(account.id)
    if not accounts:
        do = "Connect one: postwright connect tiktok"
        return [amber("accounts", "No account is connected yet.", do)]
    lost = [f"@{each.handle} ({each.state.value})" for each in accounts if not each.state.usable]
    if lost:
        return [red("accounts", f"Nothing can be posted to {', '.join(lost)}.", _AGAIN)]
    waiting = [f"@{each.handle}" for each in accounts if each.id in ended]
    if waiting:
        says = f"The access tokens of {', '.join(waiting)} have ended."
        return [amber("accounts", says, "A running worker renews them: postwright up")]
    soon = [f"@{each.handle}" for each in accounts if each.state is ConnectionState.EXPIRING]
    if soon:
        says = f"{', '.join(soon)} cannot be renewed and will stop working."
        return [amber("accounts", says, _AGAIN)]
    return [green("accounts", f"Connected: {', '.join(f'@{each.handle}' for each in accounts)}.")]
