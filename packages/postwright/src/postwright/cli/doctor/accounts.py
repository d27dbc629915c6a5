"""The connected accounts: whether their tokens still work, and what they lack."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from postwright.cli.doctor.verdict import Scene, Verdict, amber, green, red
from postwright.connections import queries
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.connections.standing import purpose_step, says, step
from postwright.connections.watch import STAGES
from postwright.db.database import app_now
from postwright.platforms.purpose import Purpose

_ABOUT = "accounts"
_SOON = timedelta(days=max(STAGES))
_RENEWS = "A running worker renews them: postwright up"


async def check(scene: Scene) -> Sequence[Verdict]:
    """Look at what is stored; TikTok is not asked."""
    if scene.database is None:
        return []
    async with scene.database.transaction() as session:
        now = await app_now(session)
        accounts = await queries.connections(session, scene.workspace_id)
        tokens = {
            each.id: await queries.credential(session, scene.workspace_id, each.id)
            for each in accounts
        }
    if not accounts:
        do = "Connect one: postwright connect tiktok"
        return [amber(_ABOUT, "No account is connected yet.", do)]
    lost = [
        red(_ABOUT, f"@{each.handle} ({each.state}): {says(each.state)}", _step(each))
        for each in accounts
        if not each.state.usable
    ]
    found = [*lost, *_ended(accounts, tokens, now)]
    for each in accounts:
        if each.state.usable:
            found += _to_know(each, tokens[each.id], now)
    if found:
        return found
    names = ", ".join(f"@{each.handle}" for each in accounts)
    return [green(_ABOUT, f"Connected: {names}.")]


def _ended(
    accounts: Sequence[Connection], tokens: dict[str, Credential | None], now: datetime
) -> Iterator[Verdict]:
    """Tokens that a worker would have renewed."""
    ended = list[str]()
    for each in accounts:
        token = tokens[each.id]
        if each.state.usable and token is not None and token.access_expires_at <= now:
            ended.append(f"@{each.handle}")
    if ended:
        yield amber(_ABOUT, f"The access tokens of {', '.join(ended)} have ended.", _RENEWS)


def _to_know(account: Connection, token: Credential | None, now: datetime) -> Iterator[Verdict]:
    """What will stop soon, or does not work though the rest does."""
    if account.state is ConnectionState.EXPIRING:
        yield amber(_ABOUT, f"@{account.handle}: {says(account.state)}", _step(account))
    elif token is not None and token.refresh_expires_at - now <= _SOON:
        ends = f"@{account.handle}: its consent ends on {token.refresh_expires_at:%Y-%m-%d}."
        yield amber(_ABOUT, ends, _capital(step(ConnectionState.EXPIRING, account.handle)))
    for name in sorted(set(account.purposes) - set(account.granted)):
        lacks = f"@{account.handle}: the permission for {name} is missing, so that is off."
        yield amber(_ABOUT, lacks, _capital(purpose_step(Purpose(name), account.handle)))


def _step(account: Connection) -> str:
    return _capital(step(account.state, account.handle))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
