"""`/v1/accounts/health`: how accounts stand, and what mends them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import Query

from postwright.api.accounts.routes import AccountId, PlatformOf, ProfileOf, account_of, conditions
from postwright.api.accounts.shown import needs_reconnection
from postwright.api.caller import Reader
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.health import (
    AccountHealth,
    AccountHealthLine,
    AccountHealthList,
    HealthStatus,
    HealthSummary,
    NetworkPermission,
    PauseOut,
    Permissions,
    PurposeOut,
    QuotaOut,
    TokenStatus,
)
from postwright.connections import queries
from postwright.connections.consent import POSTING, not_granted, off
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.connections.standing import mends, says
from postwright.connections.watch import STAGES
from postwright.db.database import app_now
from postwright.kit.text import sentence
from postwright.platforms.base import Network
from postwright.platforms.purpose import Purpose
from postwright.publishing.models import Pause
from postwright.publishing.outlook import Account, outlook
from postwright.publishing.pauses import over, pauses_of
from postwright.publishing.queries import last_published_at, unfinished

router = routes("Accounts")

_SOON = timedelta(days=max(STAGES))
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _Seen:
    """An account with what it is judged by."""

    account: Connection
    network: Network
    credential: Credential | None
    pauses: Sequence[Pause]
    now: datetime

    @property
    def ends_at(self) -> datetime | None:
        """When it has to be connected again at the latest."""
        if self.credential is None or not self.account.state.usable:
            return None
        if self.account.state is ConnectionState.EXPIRING:
            return self.credential.access_expires_at
        return self.credential.refresh_expires_at

    @property
    def ends_soon(self) -> bool:
        """Whether that is so soon that people are told."""
        return self.ends_at is not None and self.ends_at <= self.now + _SOON

    @property
    def can_post(self) -> bool:
        """Whether it can be posted to, as a post or as a draft."""
        return self.account.state.usable and bool(POSTING & set(self.account.granted))

    @property
    def can_fetch_analytics(self) -> bool:
        """Whether figures of its posts may be read."""
        return self.account.state.usable and Purpose.INSIGHTS in self.account.granted

    @property
    def status(self) -> HealthStatus:
        """How it stands, in one word."""
        if not self.can_post:
            return HealthStatus.ERROR
        return HealthStatus.WARNING if self.issues() else HealthStatus.HEALTHY

    def issues(self) -> list[str]:
        """What is wrong."""
        account, found = self.account, list[str]()
        if account.state is not ConnectionState.CONNECTED:
            why = f" ({account.state_detail})" if account.state_detail else ""
            found.append(f"{says(account.state)}{why}")
        elif self.ends_soon:
            found.append(f"Its consent ends in {_for_people(self.ends_at, self.now)}.")
        if account.state.usable:
            found += [
                sentence(not_granted(each, _missing(self.network, each, account.scopes)))
                for each in off(account)
            ]
        found += [f"It is paused ({_of(pause)}): {pause.reason}" for pause in self.pauses]
        return found

    def recommendations(self) -> list[str]:
        """What a person has to do."""
        account, found = self.account, list[str]()
        again = (
            f"GET /v1/connect/{account.platform}?profileId={account.profile_id}"
            f"&reconnectAccountId={account.id}"
        )
        do = mends(account.state)
        if not do and self.ends_soon:
            do = mends(ConnectionState.EXPIRING)
        if do:
            found.append(f"{sentence(do)[:-1]}: {again}")
        if account.state.usable:
            found += [
                f"Connect it again and leave that permission on: {again}&purposes={each}"
                for each in off(account)
            ]
        found += [
            f"Go on with {_of(pause)}, if it shall be posted to again: postwright resume"
            for pause in self.pauses
        ]
        return found


@router.get("/accounts/health", summary="How accounts stand", operation_id="list_accounts_health")
async def list_accounts_health(
    *,
    caller: Reader,
    parts: PartsOf,
    profile_id: ProfileOf = None,
    platform: PlatformOf = None,
    status: Annotated[HealthStatus | None, Query(description="Only those that stand so.")] = None,
) -> AccountHealthList:
    """How the accounts stand that the key reaches, by username. Nothing is asked of the network."""
    async with parts.database.transaction() as session:
        now = await app_now(session)
        found = await queries.find_accounts(
            session, caller.workspace_id, *conditions(caller, profile_id, platform)
        )
        tokens = await queries.credentials_of(
            session, caller.workspace_id, [each.id for each in found]
        )
        pauses = await pauses_of(session, caller.workspace_id)
        apps = await queries.platform_apps(session, caller.workspace_id)
    seen = [
        _Seen(
            each,
            parts.accounts.networks.of_app(apps[each.platform_app_id]),
            tokens.get(each.id),
            over(each, pauses),
            now,
        )
        for each in found
    ]
    shown = [_line(each) for each in seen if status in {None, each.status}]
    return AccountHealthList(summary=_summary(shown), accounts=shown)


@router.get(
    "/accounts/{accountId}/health",
    summary="How an account stands",
    operation_id="get_account_health",
)
async def get_account_health(
    account_id: AccountId, caller: Reader, parts: PartsOf
) -> AccountHealth:
    """How an account stands, what it may do, and what a person has to do about it.

    Nothing is asked of the network: this is what its answers have shown.
    """
    networks = parts.accounts.networks
    async with parts.database.transaction() as session:
        account = await account_of(session, caller, account_id)
        app = await queries.platform_app(session, caller.workspace_id, account.id)
        token = await queries.credential(session, caller.workspace_id, account.id)
        pauses = over(account, await pauses_of(session, caller.workspace_id))
        quotas = await outlook(
            session, caller.workspace_id, networks.of_app, connections={account.id}
        )
        planned = await unfinished(session, caller.workspace_id, account.id)
        last = await last_published_at(session, caller.workspace_id, account.id)
    seen = _Seen(account, networks.of_app(app), token, pauses, quotas.now)
    (quota,) = quotas.accounts
    return AccountHealth(
        **_standing(seen),
        state_detail=account.state_detail,
        token_status=_token(seen),
        permissions=_permissions(seen),
        purposes=[_purpose(seen, each) for each in Purpose],
        pauses=[
            PauseOut(of=_of(each), reason=each.reason, since=each.created_at, by=each.actor)
            for each in pauses
        ],
        quota=_quota(quota),
        recommendations=seen.recommendations(),
        unfinished_posts=len(planned),
        last_published_at=last,
    )


def _line(seen: _Seen) -> AccountHealthLine:
    return AccountHealthLine(
        **_standing(seen),
        can_post=seen.can_post,
        can_fetch_analytics=seen.can_fetch_analytics,
        token_valid=seen.account.state.usable,
        token_expires_at=seen.ends_at,
    )


def _standing(seen: _Seen) -> dict[str, Any]:
    """What every look at an account tells."""
    account = seen.account
    return {
        "account_id": account.id,
        "platform": account.platform,
        "profile_id": account.profile_id,
        "username": account.handle,
        "display_name": account.display_name,
        "status": seen.status,
        "state": account.state,
        "needs_reconnect": needs_reconnection(account),
        "issues": seen.issues(),
    }


def _summary(shown: Sequence[AccountHealthLine]) -> HealthSummary:
    def count(status: HealthStatus) -> int:
        return sum(each.status is status for each in shown)

    return HealthSummary(
        total=len(shown),
        healthy=count(HealthStatus.HEALTHY),
        warning=count(HealthStatus.WARNING),
        error=count(HealthStatus.ERROR),
        needs_reconnect=sum(each.needs_reconnect for each in shown),
    )


def _token(seen: _Seen) -> TokenStatus:
    ends_at = seen.ends_at
    return TokenStatus(
        valid=seen.account.state.usable,
        expires_at=ends_at,
        expires_in=None if ends_at is None else _for_people(ends_at, seen.now),
        needs_refresh=ends_at is not None and ends_at <= seen.now + _DAY,
        access_token_expires_at=None
        if seen.credential is None
        else seen.credential.access_expires_at,
    )


def _permissions(seen: _Seen) -> Permissions:
    account, network = seen.account, seen.network
    wanted = {Purpose(each) for each in account.purposes} | {Purpose.PROFILE}
    required = {scope for each in wanted for scope in network.scopes(each)}
    posting = {scope for each in POSTING for scope in network.scopes(each)}
    analytics = set(network.scopes(Purpose.INSIGHTS))

    def told(scopes: set[str]) -> list[NetworkPermission]:
        return [
            NetworkPermission(scope=each, granted=each in account.scopes, required=each in required)
            for each in sorted(scopes)
        ]

    return Permissions(
        posting=told(posting),
        analytics=told(analytics),
        optional=told(set(account.scopes) - posting - analytics),
        can_post=seen.can_post,
        can_fetch_analytics=seen.can_fetch_analytics,
        missing_required=sorted(required - set(account.scopes)),
    )


def _purpose(seen: _Seen, purpose: Purpose) -> PurposeOut:
    return PurposeOut(
        purpose=purpose,
        wanted=purpose in seen.account.purposes,
        on=purpose in seen.account.granted,
        missing=_missing(seen.network, purpose, seen.account.scopes),
    )


def _missing(network: Network, purpose: Purpose, scopes: Sequence[str]) -> list[str]:
    return sorted(network.scopes(purpose) - set(scopes))


def _quota(quota: Account) -> QuotaOut:
    return QuotaOut(
        posts_most=quota.most,
        posts_used=quota.counted,
        posts_left=None if quota.most is None else max(0, quota.most - quota.counted),
        is_learned=quota.is_learned,
        drafts_most=quota.most_drafts,
        drafts_used=quota.drafts,
        drafts_left=None if quota.most_drafts is None else max(0, quota.most_drafts - quota.drafts),
        capped_at=quota.cap_at,
    )


def _of(pause: Pause) -> str:
    if pause.connection_id is not None:
        return "account"
    return "everything" if pause.workspace_id is None else "workspace"


def _for_people(at: datetime | None, now: datetime) -> str:
    left = timedelta(0) if at is None else max(at - now, timedelta(0))
    if left >= _DAY:
        return f"{left.days} day{'s' if left.days > 1 else ''}"
    hours = int(left.total_seconds() // 3600)
    return f"{hours} hour{'' if hours == 1 else 's'}"
