"""Keeps tokens alive: one refresh at a time per account, over all processes.

Refreshing is not repeatable: TikTok kills the refresh token that was sent. So one process takes a
short lease and the others wait; and what decides whether an answer is stored is not the lease but
the version of the token that was sent, or a process that slept would drop the only valid one.

A refresh whose answer is lost is tried once more with the same token. If TikTok then knows it no
more, the account has to be connected again; until then its access token is used to its end. A
verdict is never final: an answer that arrives late is stored, and the account is well again.
For the same reason a refresh that has begun is not cancelled, and what it brought is stored even
if the database has to be waited for.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections import consent, credentials, ledger, standing
from postwright.connections.credentials import RENEWED_BEFORE, Tokens
from postwright.connections.models import ConnectionState
from postwright.db import guard
from postwright.db.database import Database, DatabaseGone
from postwright.db.statement import Coming
from postwright.kit.vault import Vault
from postwright.platforms.answers import Granted, Lost, Refusal, Refused
from postwright.platforms.base import CallFacts, Network, listener
from postwright.platforms.purpose import Purpose

LEASE = timedelta(seconds=90)
# After a trouble that passes; the longer a refresh has been overdue, the longer it can wait.
SOONEST_AGAIN, LATEST_AGAIN = timedelta(seconds=10), timedelta(minutes=2)
SHORTEST_USE = timedelta(seconds=30)
_LOOK_S = 0.1
_STORE_AGAIN_S = 0.5


@dataclass(frozen=True, slots=True)
class AccessToken:
    """A token that can be used now, and the version it belongs to.

    Until `usable_until`, on the database's clock, it can be used again without asking for it.
    """

    value: str = field(repr=False)
    version: int
    usable_until: datetime


@dataclass(frozen=True, slots=True)
class NoAccess:
    """No token can be had. `passing` means that trying again later may help by itself."""

    refusal: Refusal
    detail: str
    passing: bool = False


class TokenKeeper:
    """Gives access tokens that live long enough, refreshing them when needed."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def fresh(
        self,
        who: ledger.OnBehalf,
        network: Network,
        *,
        need: timedelta = SHORTEST_USE,
        rejected_version: int | None = None,
        purpose: Purpose | None = None,
    ) -> AccessToken | NoAccess:
        """A token with at least `need` of life, refreshed if a quarter or less is left.

        A copy of the data that nobody has confirmed uses its token to the end and refreshes none.

        Args:
            who: the connection, and for whom the ledger notes a refresh.
            network: where to refresh.
            need: how long the token has to live.
            rejected_version: the version of a token that the network has just refused.
            purpose: what it is for; without the permission for that there is no access.
        """
        connection_id, first = who.connection_id or "", None
        while True:
            async with self._database.transaction() as session:
                tokens = await credentials.read(session, self._vault, connection_id)
            if isinstance(tokens, ConnectionState):
                return _no_access(tokens)
            if (barred := _barred(tokens, network, purpose)) is not None:
                return barred
            dead = tokens.version == rejected_version or tokens.left <= timedelta(0)
            if not dead and not self._wants_refresh(tokens, need):
                return _token(tokens)
            first = tokens.version if first is None else first
            if tokens.version != first:
                return await self._too_short(tokens, dead=dead)
            verdict = await self._renewed(who, network, tokens, dead=dead)
            if verdict is not None:
                return verdict

    async def _too_short(self, tokens: Tokens, *, dead: bool) -> AccessToken | NoAccess:
        """What a refresh has just brought is used as it is: another one would bring the same."""
        if not dead:
            return _token(tokens)
        why = f"the network's new token ends after {tokens.life.total_seconds():.0f} s"
        return await self._passing(tokens, why, dead=dead)

    async def at_hand(
        self,
        session: AsyncSession,
        connection_id: str,
        network: Network,
        *,
        need: timedelta,
        purpose: Purpose,
        asked: Coming | None = None,
    ) -> AccessToken | None:
        """The token, if it can be used as it is; None if `fresh` has to see to it.

        It may have been `asked` for, by `credentials.ask`, in the same transaction.
        """
        tokens = await credentials.read(session, self._vault, connection_id, asked)
        if isinstance(tokens, ConnectionState) or _barred(tokens, network, purpose) is not None:
            return None
        if tokens.left <= timedelta(0) or self._wants_refresh(tokens, need):
            return None
        return _token(tokens)

    async def _renewed(
        self, who: ledger.OnBehalf, network: Network, tokens: Tokens, *, dead: bool
    ) -> AccessToken | NoAccess | None:
        """Refresh, if nobody else does. None: look again."""
        async with self._database.transaction() as session:
            doubt = await guard.doubt(session)
            ours = not doubt and await credentials.begin_refresh(
                session, tokens.connection_id, tokens.version, LEASE
            )
        if ours:
            return await self._refresh(who, network, tokens, dead=dead)
        if not dead and (doubt or tokens.left > SHORTEST_USE):
            return _token(tokens)
        if doubt or (dead and tokens.refresh_doubt):
            return NoAccess(Refusal.TOKEN, doubt or tokens.refresh_doubt, passing=True)
        await asyncio.sleep(_LOOK_S)
        return None

    async def note_missing_scope(
        self,
        who: ledger.OnBehalf,
        network: Network,
        token: AccessToken,
        why: str,
        *,
        purpose: Purpose = Purpose.PUBLISH,
    ) -> None:
        """The network takes the token, but not for this purpose: only a new consent helps."""
        connection_id = who.connection_id or ""
        async with self._database.transaction() as session:
            await credentials.lock(session, connection_id)
            if await credentials.version(session, connection_id) == token.version:
                await consent.withdraw(session, connection_id, network, purpose, why)

    def _wants_refresh(self, tokens: Tokens, need: timedelta) -> bool:
        if tokens.state is ConnectionState.EXPIRING:
            return False  # its refresh token is dead; the access token is used to its end
        # A token that never lives for so long is not renewed each time that it is asked for.
        return tokens.left < max(tokens.life * RENEWED_BEFORE, min(need, tokens.life / 2))

    async def _refresh(
        self, who: ledger.OnBehalf, network: Network, tokens: Tokens, *, dead: bool
    ) -> AccessToken | NoAccess | None:
        """Refresh once, and once more if the answer is lost. None: look again."""
        if tokens.state is ConnectionState.EXPIRING:
            return await self._judge(tokens, tokens.refresh_doubt, dead=True)
        exchange = asyncio.ensure_future(self._exchange(who, network, tokens))
        try:
            answer, doubt = await asyncio.shield(exchange)
        except asyncio.CancelledError:
            await asyncio.gather(exchange, return_exceptions=True)
            raise
        match answer:
            case Granted():
                return None
            case Refused(refusal=Refusal.TOKEN):
                return await self._judge(tokens, doubt or _words(answer), dead=dead)
            case Refused() | Lost():
                return await self._passing(tokens, doubt or _words(answer), dead=dead)

    async def _exchange(
        self, who: ledger.OnBehalf, network: Network, tokens: Tokens
    ) -> tuple[Granted | Refused | Lost, str]:
        """Trade the refresh token and store what it brings. What is begun has to be ended."""
        doubt = ""
        answer, calls = await _listen(network, tokens.refresh_token)
        if isinstance(answer, Lost) and answer.sent:
            doubt = "the answer to the last refresh was lost"
            answer, again = await _listen(network, tokens.refresh_token)
            calls += again
        loop = asyncio.get_running_loop()
        until = loop.time() + LEASE.total_seconds()
        while True:
            try:
                await self._store(who, network, tokens, answer, calls)
            except DatabaseGone:
                # Nobody else has these tokens, and the ones that are stored are dead.
                if not isinstance(answer, Granted) or loop.time() > until:
                    raise
                await asyncio.sleep(_STORE_AGAIN_S)
            else:
                return answer, doubt

    async def _store(
        self,
        who: ledger.OnBehalf,
        network: Network,
        tokens: Tokens,
        answer: Granted | Refused | Lost,
        calls: list[CallFacts],
    ) -> None:
        async with self._database.transaction() as session:
            await credentials.lock(session, tokens.connection_id)
            await ledger.write(session, who, calls)
            if isinstance(answer, Granted) and await credentials.swap(
                session, self._vault, tokens.connection_id, answer, version=tokens.version
            ):
                await consent.note(session, tokens.connection_id, network, answer.scopes)

    async def _judge(
        self, tokens: Tokens, why: str, *, dead: bool
    ) -> AccessToken | NoAccess | None:
        """The refresh token is refused. If nobody has brought another one, say so."""
        state = ConnectionState.EXPIRED if dead else ConnectionState.EXPIRING
        async with self._database.transaction() as session:
            await credentials.lock(session, tokens.connection_id)
            if await credentials.version(session, tokens.connection_id) != tokens.version:
                return None
            await credentials.let_end(session, tokens.connection_id, tokens.version, why)
            await standing.change(session, tokens.connection_id, state, why)
        if dead:
            return _no_access(state)
        return _token(tokens)

    async def _passing(self, tokens: Tokens, why: str, *, dead: bool) -> AccessToken | NoAccess:
        overdue = tokens.life * RENEWED_BEFORE - tokens.left
        again_in = min(max(SOONEST_AGAIN, overdue / 8), LATEST_AGAIN)
        async with self._database.transaction() as session:
            await credentials.end_refresh(
                session,
                tokens.connection_id,
                tokens.version,
                doubt=why,
                again_in=again_in,
            )
        if dead or tokens.left <= SHORTEST_USE:
            return NoAccess(Refusal.TOKEN, why, passing=True)
        return _token(tokens)


async def _listen(
    network: Network, refresh_token: str
) -> tuple[Granted | Refused | Lost, list[CallFacts]]:
    calls: list[CallFacts] = []
    before = listener.set(calls.append)
    try:
        return await network.refresh(refresh_token), calls
    finally:
        listener.reset(before)


def _words(answer: Refused | Lost) -> str:
    """Why a refresh brought nothing. Never empty: whoever finds it there does not wait for one."""
    said = answer.message or answer.code if isinstance(answer, Refused) else answer.why
    return said or "the network gave no reason"


def _token(tokens: Tokens) -> AccessToken:
    wanting = tokens.access_expires_at - tokens.life * RENEWED_BEFORE
    return AccessToken(tokens.access_token, tokens.version, max(tokens.read_at, wanting))


def _barred(tokens: Tokens, network: Network, purpose: Purpose | None) -> NoAccess | None:
    if not tokens.state.usable:
        return _no_access(tokens.state)
    if purpose is not None and (lacks := network.scopes(purpose) - tokens.scopes):
        return NoAccess(Refusal.SCOPE, consent.not_granted(purpose, lacks))
    return None


def _no_access(state: ConnectionState) -> NoAccess:
    return NoAccess(standing.refusal_of(state), standing.says(state))
