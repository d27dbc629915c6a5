"""Consents that were begun over the API: kept until the browser comes back, and good once.

What the browser brings back is the state, of which only the hash is kept; with it come the
workspace, the profile and the key that the consent was begun for.
"""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.accounts import Accounts
from postwright.connections.consent import scopes_of
from postwright.connections.models import BegunConsent, Connection, PlatformApp
from postwright.db.database import NOW, app_now
from postwright.errors import AppError, BadInput, Conflict, Misconfigured
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.platforms.answers import Consent
from postwright.platforms.purpose import Purpose
from postwright.workspaces.models import ApiKey

# People read the page, log in and look for a password; a state that lies about is worth little.
GOOD_FOR = timedelta(minutes=30)
_LONGEST_STATE = 200

# Those that are over are kept for a day, so that whoever comes late is told so.
_SWEEP = text("""
    DELETE FROM consents WHERE id IN (
        SELECT id FROM consents WHERE expires_at < app_now() - interval '1 day' LIMIT 1000
    )
""")


class ConsentUnknown(BadInput):
    """No consent was begun with this state."""

    code = "consent_unknown"


class ConsentOver(Conflict):
    """The consent was used already, has expired, or its API key is no good any more."""

    code = "consent_over"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A consent to begin.

    Attributes:
        app: through which.
        profile_id: of the workspace; where a new account goes.
        api_key_id: who asks for it; it has to be good still when the browser comes back.
        purposes: what the account is connected for.
        redirect_uri: where the network sends the browser: registered there.
        return_url: where it is sent in the end; empty: nowhere.
        expected_id: the connection that is to be connected again, if it is one.
    """

    app: PlatformApp
    profile_id: str
    api_key_id: str
    purposes: Collection[Purpose]
    redirect_uri: str
    return_url: str = ""
    expected_id: str | None = None


@dataclass(frozen=True, slots=True)
class Begun:
    """A consent that was begun. The state is a part of the address, and is kept nowhere."""

    url: str
    state: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Back:
    """A consent whose browser came back; `problem` says why nothing may come of it."""

    workspace_id: str
    profile_id: str
    api_key_id: str
    app: PlatformApp
    expected: Connection | None
    purposes: frozenset[Purpose]
    consent: Consent
    return_url: str
    problem: AppError | None


async def begin(session: AsyncSession, accounts: Accounts, wanted: Wanted) -> Begun:
    """Begin a consent, and keep what is needed when the browser comes back.

    Raises:
        Misconfigured: the app's kind cannot be sent to this redirect address.
    """
    network = accounts.networks.of_app(wanted.app)
    scopes = scopes_of(network, wanted.purposes)
    try:
        consent = network.consent(wanted.redirect_uri, scopes, always_ask=True)
    except ValueError as error:
        raise Misconfigured(
            f"{network.name} cannot send a browser to {wanted.redirect_uri}.",
            why=f"{error}.",
            fix="Set POSTWRIGHT_WEB__PUBLIC_URL, or the app's redirect address, to one that is "
            "registered there.",
        ) from None
    await session.execute(_SWEEP)
    consent_id, now = new_id("cons"), await app_now(session)
    verifier = consent.code_verifier
    sealed = None
    if verifier is not None:
        sealed = accounts.vault.seal(verifier, verifier_context(consent_id))
    session.add(
        BegunConsent(
            id=consent_id,
            state_hash=_hashed(consent.state),
            workspace_id=wanted.app.workspace_id,
            profile_id=wanted.profile_id,
            api_key_id=wanted.api_key_id,
            platform_app_id=wanted.app.id,
            expected_id=wanted.expected_id,
            purposes=sorted(wanted.purposes),
            scopes=sorted(scopes),
            redirect_uri=wanted.redirect_uri,
            code_verifier=sealed,
            return_url=wanted.return_url,
            created_at=now,
            expires_at=now + GOOD_FOR,
            used_at=None,
        )
    )
    await session.flush()
    return Begun(consent.url, consent.state, now + GOOD_FOR)


async def came_back(session: AsyncSession, vault: Vault, platform: str, state: str) -> Back:
    """The consent with this state, which is used up by it: it is given out once.

    The caller's transaction has to be committed before the network is asked.

    Raises:
        ConsentUnknown: there is none.
    """
    if not 0 < len(state) <= _LONGEST_STATE:
        raise _unknown()
    row = await session.scalar(
        select(BegunConsent)
        .join(PlatformApp, PlatformApp.id == BegunConsent.platform_app_id)
        .where(BegunConsent.state_hash == _hashed(state), PlatformApp.platform == platform)
        .with_for_update(of=BegunConsent)
    )
    if row is None:
        raise _unknown()
    problem = await _problem(session, row)
    if row.used_at is None:
        await session.execute(
            update(BegunConsent).where(BegunConsent.id == row.id).values(used_at=NOW)
        )
    verifier = None
    if row.code_verifier is not None and problem is None:
        verifier = vault.open(row.code_verifier, verifier_context(row.id))
    expected = None
    if row.expected_id is not None:
        expected = await session.get_one(Connection, row.expected_id)
    return Back(
        workspace_id=row.workspace_id,
        profile_id=row.profile_id,
        api_key_id=row.api_key_id,
        app=await session.get_one(PlatformApp, row.platform_app_id),
        expected=expected,
        purposes=frozenset(Purpose(each) for each in row.purposes),
        consent=Consent("", state, row.redirect_uri, frozenset(row.scopes), verifier),
        return_url=row.return_url,
        problem=problem,
    )


def verifier_context(consent_id: str) -> str:
    """Where a sealed verifier belongs."""
    return f"consents:{consent_id}:code_verifier"


async def _problem(session: AsyncSession, row: BegunConsent) -> AppError | None:
    now = await app_now(session)
    if row.used_at is not None:
        return ConsentOver(
            "This address was used already, and is good once.", fix="Ask for a new address."
        )
    if row.expires_at <= now:
        minutes = int(GOOD_FOR.total_seconds() // 60)
        return ConsentOver(
            f"This address has expired: it is good for {minutes} minutes.",
            fix="Ask for a new address.",
        )
    key = await session.get_one(ApiKey, row.api_key_id)
    is_good = key.revoked_at is None and (key.expires_at is None or key.expires_at > now)
    reaches = key.profile_ids is None or row.profile_id in key.profile_ids
    if not (is_good and reaches):
        return ConsentOver(
            "The API key that asked for this address is no good any more.",
            fix="Ask for a new address with another key.",
        )
    return None


def _unknown() -> ConsentUnknown:
    return ConsentUnknown(
        "This is no answer to a consent that was begun here.",
        fix="Ask for a new address, and open that one.",
    )


def _hashed(state: str) -> bytes:
    # 256 random bits: there is nothing to guess, so a plain hash does.
    return hashlib.sha256(state.encode()).digest()
