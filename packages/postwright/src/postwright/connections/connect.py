"""Connects an account: consent in a browser, tokens into the vault, a name for people."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import TikTokSettings
from postwright.connections import credentials, ledger
from postwright.connections.accounts import Accounts
from postwright.connections.models import Connection, ConnectionState, PlatformApp
from postwright.connections.networks import secret_context
from postwright.db.database import NOW
from postwright.errors import AppError, Misconfigured, NeedsReconnect, NetworkTrouble
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.platforms.base import (
    CallFacts,
    Consent,
    Granted,
    Identity,
    Lost,
    Network,
    Refused,
    listener,
)
from postwright.workspaces import audit

# What publishing needs, and nothing else: people refuse what they do not understand.
PUBLISH_SCOPES = frozenset({"user.info.basic", "video.publish"})
_NEEDED = frozenset({"video.publish"})


class ConnectFailed(NeedsReconnect):
    """The account is not connected."""

    code = "connect_failed"


@dataclass(frozen=True, slots=True)
class Connected:
    """The account that was connected."""

    connection_id: str
    handle: str
    display_name: str
    is_new: bool
    missing_scopes: frozenset[str]


async def register_app(
    session: AsyncSession, vault: Vault, workspace_id: str, settings: TikTokSettings
) -> PlatformApp:
    """The app of the settings as a row; made, or brought up to date.

    Raises:
        Misconfigured: the settings name no app.
    """
    secret = settings.client_secret.get_secret_value()
    if not settings.client_key or not secret:
        raise Misconfigured(
            "There is no TikTok app to connect through.",
            why="POSTWRIGHT_TIKTOK__CLIENT_KEY and POSTWRIGHT_TIKTOK__CLIENT_SECRET are not set.",
            fix="Register an app at TikTok and set both, or try it out with: postwright up "
            "--emulator",
        )
    mine = {
        "workspace_id": workspace_id,
        "platform": "tiktok",
        "client_key": settings.client_key,
    }
    app_id = new_id("app")
    row = insert(PlatformApp).values(
        id=app_id,
        client_secret=vault.seal(secret, secret_context(app_id)),
        kind=settings.app_kind,
        redirect_uri=settings.redirect_uri,
        base_url=settings.base_url,
        created_at=NOW,
        **mine,
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=list(mine)))
    app = (
        await session.execute(select(PlatformApp).filter_by(**mine).with_for_update())
    ).scalar_one()
    app.client_secret = vault.seal(secret, secret_context(app.id))
    app.kind, app.redirect_uri = settings.app_kind, settings.redirect_uri
    app.base_url = settings.base_url
    await session.flush()
    return app


async def finish(
    accounts: Accounts, app: PlatformApp, consent: Consent, callback: str
) -> Connected:
    """Trade the callback for tokens and store the connection.

    Raises:
        ConnectFailed: the person or TikTok said no, or the answer was lost; connect again.
        NetworkTrouble: TikTok could not be asked who it is; connect again later.
    """
    network = accounts.networks.of_app(app)
    calls: list[CallFacts] = []
    before = listener.set(calls.append)
    try:
        grant = _granted(await network.exchange(consent, callback))
        who = await _identity(network, grant)
    finally:
        listener.reset(before)
        async with accounts.database.transaction() as session:
            await ledger.write(session, ledger.OnBehalf(app.workspace_id), calls)
    async with accounts.database.transaction() as session:
        return await _store(session, accounts.vault, app, grant, who)


def _granted(answer: Granted | Refused | Lost) -> Granted:
    match answer:
        case Granted():
            missing = _NEEDED - answer.scopes
            if missing:
                raise ConnectFailed(
                    "The account was not connected: the permission to publish was not granted.",
                    why=f"Missing: {', '.join(sorted(missing))}.",
                    fix="Run it again and leave that permission on.",
                )
            return answer
        case Refused(code="access_denied"):
            raise ConnectFailed(
                "The account was not connected: the request was refused on TikTok's page.",
                fix="Run it again and accept.",
            )
        case Refused():
            raise ConnectFailed(
                "TikTok refused the connection.",
                why=f"{answer.code}: {answer.message}".rstrip(": "),
                fix="Check client key, secret and redirect address at TikTok, then connect again.",
            )
        case Lost():
            raise ConnectFailed(
                "TikTok's answer to the code was lost, and a code works only once.",
                why=answer.why,
                fix="Connect again: postwright connect tiktok",
            )


async def _identity(network: Network, grant: Granted) -> Identity:
    answer = await network.identity(grant.access_token)
    if isinstance(answer, Lost):
        answer = await network.identity(grant.access_token)
    match answer:
        case Identity():
            return answer
        case Refused():
            raise _not_told(f"{answer.code}: {answer.message}".rstrip(": "))
        case Lost():
            raise _not_told(answer.why)


def _not_told(why: str) -> AppError:
    return NetworkTrouble(
        "TikTok did not say whose account this is, so it was not connected.",
        why=why,
        fix="Connect again in a minute: postwright connect tiktok",
    )


async def _store(
    session: AsyncSession, vault: Vault, app: PlatformApp, grant: Granted, who: Identity
) -> Connected:
    connection_id = new_id("conn")
    values = {
        "handle": who.handle,
        "display_name": who.display_name,
        "scopes": sorted(grant.scopes),
        "state": ConnectionState.CONNECTED,
        "state_detail": "",
        "connected_at": NOW,
    }
    row = insert(Connection).values(
        id=connection_id,
        workspace_id=app.workspace_id,
        platform_app_id=app.id,
        platform="tiktok",
        external_id=grant.external_id,
        created_at=NOW,
        **values,
    )
    stored = (
        await session.execute(
            row.on_conflict_do_update(
                index_elements=[
                    Connection.workspace_id,
                    Connection.platform_app_id,
                    Connection.external_id,
                ],
                set_=values,
            ).returning(Connection.id)
        )
    ).scalar_one()
    await credentials.put(session, vault, stored, grant)
    is_new = stored == connection_id
    await audit.record(
        session,
        app.workspace_id,
        actor="cli",
        action="connection.made" if is_new else "connection.renewed",
        subject=stored,
        handle=who.handle,
        scopes=sorted(grant.scopes),
    )
    missing = PUBLISH_SCOPES - grant.scopes
    return Connected(stored, who.handle, who.display_name, is_new, frozenset(missing))
