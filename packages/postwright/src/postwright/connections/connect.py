"""Connects an account: consent in a browser, tokens into the vault, a name for people."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.config import TikTokSettings
from postwright.connections import credentials, ledger
from postwright.connections.accounts import Accounts
from postwright.connections.consent import POSTING, granted, not_granted, posts, scopes_of
from postwright.connections.models import Connection, ConnectionState, PlatformApp
from postwright.connections.networks import secret_context
from postwright.connections.queries import any_workspace_uses
from postwright.db.database import NOW
from postwright.errors import AppError, Conflict, Misconfigured, NeedsReconnect, NetworkTrouble
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.platforms.answers import Consent, Granted, Identity, Lost, Refused
from postwright.platforms.base import CallFacts, Network, listener
from postwright.platforms.purpose import Purpose
from postwright.workspaces import audit

# What is asked for if nobody says more: people refuse what they do not understand.
PUBLISHING = frozenset({Purpose.PUBLISH})


class ConnectFailed(NeedsReconnect):
    """The account is not connected."""

    code = "connect_failed"


class WrongAccount(NeedsReconnect):
    """Another account than the expected one gave its consent."""

    code = "wrong_account"


class AccountElsewhere(Conflict):
    """The account is connected in another profile."""

    code = "account_elsewhere"


@dataclass(frozen=True, slots=True)
class Connected:
    """The account that was connected."""

    connection_id: str
    profile_id: str
    handle: str
    display_name: str
    is_new: bool
    missing_scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class New:
    """What a consent has brought, to be stored."""

    app: PlatformApp
    network: Network
    grant: Granted
    who: Identity
    purposes: frozenset[Purpose]
    profile_id: str | None
    actor: str


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
            fix="Register an app at TikTok and set both, or try it out with an emulator.",
            command="postwright up --emulator",
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
        source=settings.source,
        audited=settings.audited,
        created_at=NOW,
        **mine,
    )
    await session.execute(row.on_conflict_do_nothing(index_elements=list(mine)))
    app = (
        await session.execute(select(PlatformApp).filter_by(**mine).with_for_update())
    ).scalar_one()
    app.client_secret = vault.seal(secret, secret_context(app.id))
    app.kind, app.redirect_uri = settings.app_kind, settings.redirect_uri
    app.base_url, app.source = settings.base_url, settings.source
    app.audited = settings.audited
    await session.flush()
    return app


async def finish(
    accounts: Accounts,
    app: PlatformApp,
    consent: Consent,
    callback: str,
    *,
    purposes: Collection[Purpose] = PUBLISHING,
    expected: Connection | None = None,
    profile_id: str | None = None,
    actor: str = "cli",
) -> Connected:
    """Trade the callback for tokens and store the connection.

    An account that is known gets new tokens and keeps everything else. What waited for it goes on
    by itself.

    Args:
        accounts: where to store it.
        app: the app that the consent was asked for.
        consent: as it was begun.
        callback: the address that the browser came back to.
        purposes: what the account is connected for.
        expected: the account that is to be connected again; any other one is refused.
        profile_id: where an account goes that is new, or was disconnected; one that is connected
            in another profile is refused. None: the default profile, or where it is.
        actor: who does it, for the audit log.

    Raises:
        ConnectFailed: the person or the network said no, or the answer was lost; connect again.
        WrongAccount: it is not the expected one.
        AccountElsewhere: it is connected in another profile.
        NetworkTrouble: the network could not be asked who it is; connect again later.
    """
    network = accounts.networks.of_app(app)
    calls: list[CallFacts] = []
    before = listener.set(calls.append)
    try:
        grant = _granted(await network.exchange(consent, callback), app, network, purposes)
        who = await _identity(app, network, grant)
        wrong = await _wrong(accounts, app, grant, who, expected=expected, profile_id=profile_id)
        if wrong is not None:
            await _give_back(accounts, network, app, grant)
            raise wrong
    finally:
        listener.reset(before)
        async with accounts.database.transaction() as session:
            await ledger.write(session, ledger.OnBehalf(app.workspace_id), calls)
    new = New(app, network, grant, who, frozenset(purposes), profile_id, actor)
    async with accounts.database.transaction() as session:
        return await _store(session, accounts.vault, new)


async def _give_back(
    accounts: Accounts, network: Network, app: PlatformApp, grant: Granted
) -> None:
    """Do not keep a consent that nobody wanted; one that an account of ours lives on stays."""
    async with accounts.database.transaction() as session:
        needed = await any_workspace_uses(session, app, grant.external_id)
    if not needed:
        await network.revoke(grant.access_token)


async def _wrong(
    accounts: Accounts,
    app: PlatformApp,
    grant: Granted,
    who: Identity,
    *,
    expected: Connection | None,
    profile_id: str | None,
) -> AppError | None:
    """Why this account is not the one to be connected; None if it is."""
    if expected is not None:
        return None if expected.external_id == grant.external_id else _not_expected(expected, who)
    if profile_id is None:
        return None
    async with accounts.database.transaction() as session:
        is_in = await session.scalar(
            select(Connection.profile_id).where(
                Connection.workspace_id == app.workspace_id,
                Connection.platform_app_id == app.id,
                Connection.external_id == grant.external_id,
                Connection.disconnected_at.is_(None),
            )
        )
    if is_in in {None, profile_id}:
        return None
    return AccountElsewhere(
        f"@{who.handle} is connected in another profile: nothing was changed.",
        fix="Move it to this profile, or connect it again in its own.",
    )


def _not_expected(expected: Connection, who: Identity) -> WrongAccount:
    return WrongAccount(
        f"That was @{who.handle}, not @{expected.handle}: nothing was changed.",
        why="The browser was logged in as another account.",
        fix=f"Log in as @{expected.handle} there, or switch accounts on the consent page, and try "
        "again; or connect the other one as a new account.",
        command=f"postwright connect {expected.platform}",
    )


def _granted(
    answer: Granted | Refused | Lost,
    app: PlatformApp,
    network: Network,
    purposes: Collection[Purpose],
) -> Granted:
    match answer:
        case Granted():
            if not posts(purposes, granted(network, answer.scopes)):
                wanted = sorted(POSTING & set(purposes))
                raise ConnectFailed(
                    "The account was not connected: "
                    + "; ".join(not_granted(each, network.scopes(each)) for each in wanted)
                    + ".",
                    fix="Run it again and leave that permission on.",
                )
            return answer
        case Refused(code="access_denied"):
            raise ConnectFailed(
                f"The account was not connected: the request was refused on {network.name}'s page.",
                fix="Run it again and accept.",
            )
        case Refused(code="state_mismatch"):
            raise ConnectFailed(
                "That address does not belong to the consent that was asked for.",
                fix="Run it again, and give the whole address at which the browser ends.",
            )
        case Refused():
            raise ConnectFailed(
                f"{network.name} refused the connection.",
                why=f"{answer.code}: {answer.message}".rstrip(": "),
                fix=f"Check client key, secret and redirect address at {network.name}, then "
                "connect again.",
            )
        case Lost():
            raise ConnectFailed(
                f"{network.name}'s answer to the code was lost, and a code works only once.",
                why=answer.why,
                fix="Connect again.",
                command=f"postwright connect {app.platform}",
            )


async def _identity(app: PlatformApp, network: Network, grant: Granted) -> Identity:
    answer = await network.identity(grant.access_token)
    if isinstance(answer, Lost):
        answer = await network.identity(grant.access_token)
    match answer:
        case Identity():
            return answer
        case Refused():
            raise _not_told(app, network, f"{answer.code}: {answer.message}".rstrip(": "))
        case Lost():
            raise _not_told(app, network, answer.why)


def _not_told(app: PlatformApp, network: Network, why: str) -> AppError:
    return NetworkTrouble(
        f"{network.name} did not say whose account this is, so it was not connected.",
        why=why,
        fix="Connect again in a minute.",
        command=f"postwright connect {app.platform}",
    )


async def _store(session: AsyncSession, vault: Vault, new: New) -> Connected:
    mine = {"platform_app_id": new.app.id, "external_id": new.grant.external_id}
    known = await session.scalar(select(Connection).filter_by(**mine))
    values = _values(new, known)
    connection_id = new_id("conn")
    row = insert(Connection).values(
        id=connection_id,
        workspace_id=new.app.workspace_id,
        profile_id=new.profile_id,
        platform=new.app.platform,
        created_at=NOW,
        **mine,
        **values,
    )
    if new.profile_id is not None:
        # Where it is connected, it stays.
        was_ended = Connection.disconnected_at.is_not(None)
        values["profile_id"] = case((was_ended, new.profile_id), else_=Connection.profile_id)
    keys = [Connection.workspace_id, Connection.platform_app_id, Connection.external_id]
    upsert = row.on_conflict_do_update(index_elements=keys, set_=values)
    stored, is_in = (
        await session.execute(upsert.returning(Connection.id, Connection.profile_id))
    ).one()
    await credentials.put(session, vault, stored, new.grant)
    is_new = stored == connection_id
    await audit.record(
        session,
        new.app.workspace_id,
        actor=new.actor,
        action="connection.made" if is_new else "connection.renewed",
        subject=stored,
        handle=new.who.handle,
        scopes=sorted(new.grant.scopes),
    )
    asked = scopes_of(new.network, new.purposes)
    return Connected(
        stored, is_in, new.who.handle, new.who.display_name, is_new, asked - new.grant.scopes
    )


def _values(new: New, known: Connection | None) -> dict[str, Any]:
    purposes = {*new.purposes, *(Purpose(each) for each in (known.purposes if known else ()))}
    on = granted(new.network, new.grant.scopes)
    state = ConnectionState.CONNECTED
    if not posts(purposes, on):
        state = ConnectionState.INSUFFICIENT_SCOPE
    return {
        "handle": new.who.handle,
        "display_name": new.who.display_name,
        "scopes": sorted(new.grant.scopes),
        "purposes": sorted(purposes),
        "granted": sorted(on),
        "state": state,
        "state_detail": "",
        "connected_at": NOW,
        "warned_at": None,
        "disconnected_at": None,
    }
