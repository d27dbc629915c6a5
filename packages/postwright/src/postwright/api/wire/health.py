"""How accounts stand, on the wire."""

from enum import StrEnum
from typing import Final

from pydantic import ConfigDict, Field

from postwright.api.wire.base import At, Out, example
from postwright.connections.models import ConnectionState
from postwright.platforms.purpose import Purpose

_EXAMPLE: Final = {
    "accountId": "conn_7k3m9x2q4d1f",
    "platform": "tiktok",
    "profileId": "prof_7k3m9x2q4d1f",
    "username": "ada",
    "displayName": "Ada",
}


class HealthStatus(StrEnum):
    """How an account stands, in one word."""

    HEALTHY = "healthy"
    WARNING = "warning"
    ERROR = "error"


class _Standing(Out):
    """What every look at an account tells."""

    account_id: str = Field(description="The account's id.")
    platform: str = Field(description="Its network.")
    profile_id: str = Field(description="The profile that it is in.")
    username: str = Field(description="Its name at the network.")
    display_name: str = Field(description="What people see; may be empty.")
    status: HealthStatus = Field(
        description="`error`: it cannot be posted to. `warning`: it can, and something needs a "
        "person, soon or for some purposes."
    )
    state: ConnectionState = Field(description="How its authorisation stands.")
    needs_reconnect: bool = Field(description="Whether a person has to connect it again.")
    issues: list[str] = Field(description="What is wrong; empty if nothing is.")


class AccountHealthLine(_Standing):
    """How one of several accounts stands."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **_EXAMPLE,
            status="error",
            state="revoked",
            canPost=False,
            canFetchAnalytics=False,
            tokenValid=False,
            tokenExpiresAt=None,
            needsReconnect=True,
            issues=["Its authorisation was taken away: its posts wait."],
        )
    )

    can_post: bool = Field(description="Whether it can be posted to.")
    can_fetch_analytics: bool = Field(description="Whether figures of its posts may be read.")
    token_valid: bool = Field(description="Whether its authorisation works.")
    token_expires_at: At | None = Field(
        description="When it has to be connected again at the latest; null if it has to be now."
    )


class HealthSummary(Out):
    """How many accounts stand how."""

    total: int = Field(description="Accounts.")
    healthy: int = Field(description="Of these, healthy ones.")
    warning: int = Field(description="Of these, ones with a warning.")
    error: int = Field(description="Of these, ones that cannot be posted to.")
    needs_reconnect: int = Field(description="Of these, ones that have to be connected again.")


class AccountHealthList(Out):
    """How the accounts stand, by username."""

    summary: HealthSummary = Field(description="How many stand how.")
    accounts: list[AccountHealthLine] = Field(description="The accounts.")


class TokenStatus(Out):
    """How long an authorisation lasts."""

    valid: bool = Field(description="Whether it works.")
    expires_at: At | None = Field(
        description="When its owner has to connect it again at the latest; null if now."
    )
    expires_in: str | None = Field(description="The same for a person.", examples=["364 days"])
    needs_refresh: bool = Field(description="Whether that is within 24 hours.")
    access_token_expires_at: At | None = Field(
        description="When the token ends that is used now; it is renewed before, by itself."
    )


class NetworkPermission(Out):
    """A permission of the network."""

    scope: str = Field(description="As the network calls it.")
    granted: bool = Field(description="Whether the owner has given it.")
    required: bool = Field(description="Whether what the account is connected for needs it.")


class Permissions(Out):
    """What may be done with an account."""

    posting: list[NetworkPermission] = Field(description="For posts and drafts.")
    analytics: list[NetworkPermission] = Field(description="For figures.")
    optional: list[NetworkPermission] = Field(description="What else was granted.")
    can_post: bool = Field(description="Whether it can be posted to.")
    can_fetch_analytics: bool = Field(description="Whether figures of its posts may be read.")
    missing_required: list[str] = Field(
        description="Permissions that what it is connected for needs, and that are not there."
    )


class PurposeOut(Out):
    """One thing that an account may be connected for."""

    purpose: Purpose = Field(description="What for.")
    wanted: bool = Field(description="Whether it is connected for that.")
    on: bool = Field(description="Whether its permissions are enough for that.")
    missing: list[str] = Field(description="The permissions that lack.")


class PauseOut(Out):
    """A pause that an account is under: nothing new is started."""

    of: str = Field(description="What is paused: `account`, `workspace` or `everything`.")
    reason: str = Field(description="Why, as somebody has said.")
    since: At = Field(description="Since when.")
    by: str = Field(description="Who did it.")


class QuotaOut(Out):
    """What may be posted in 24 hours, as far as it is known."""

    posts_most: int | None = Field(
        description="Direct posts in any 24 hours; null if the network sets no limit. Other apps' "
        "posts count as well."
    )
    posts_used: int = Field(description="Of ours in the last 24 hours.")
    posts_left: int | None = Field(description="How many more, if nobody else posts.")
    is_learned: bool = Field(
        description="Whether the network itself has shown the limit; else it is a usual number."
    )
    drafts_most: int | None = Field(description="Drafts that may wait in the inbox at once.")
    drafts_used: int = Field(description="Of ours that wait there.")
    drafts_left: int | None = Field(description="How many more.")
    capped_at: At | None = Field(
        description="When the network last said that there may be no more for now; null if there "
        "may."
    )


class AccountHealth(_Standing):
    """How an account stands, and what mends it."""

    model_config = ConfigDict(
        json_schema_extra=example(
            **_EXAMPLE,
            status="healthy",
            state="connected",
            needsReconnect=False,
            issues=[],
            recommendations=[],
            stateDetail="",
            tokenStatus={
                "valid": True,
                "expiresAt": "2027-11-20T10:00:00.000Z",
                "expiresIn": "364 days",
                "needsRefresh": False,
                "accessTokenExpiresAt": "2026-11-22T10:00:00.000Z",
            },
            permissions={
                "posting": [{"scope": "video.publish", "granted": True, "required": True}],
                "analytics": [],
                "optional": [{"scope": "user.info.basic", "granted": True, "required": False}],
                "canPost": True,
                "canFetchAnalytics": False,
                "missingRequired": [],
            },
            purposes=[{"purpose": "publish", "wanted": True, "on": True, "missing": []}],
            pauses=[],
            quota={
                "postsMost": 15,
                "postsUsed": 3,
                "postsLeft": 12,
                "isLearned": False,
                "draftsMost": 5,
                "draftsUsed": 0,
                "draftsLeft": 5,
                "cappedAt": None,
            },
            unfinishedPosts=2,
            lastPublishedAt="2026-11-21T09:00:00.000Z",
        )
    )

    state_detail: str = Field(description="Why it stands so, for a person; may be empty.")
    token_status: TokenStatus = Field(description="How long its authorisation lasts.")
    permissions: Permissions = Field(description="What its owner has allowed.")
    purposes: list[PurposeOut] = Field(description="What it may be connected for, each.")
    pauses: list[PauseOut] = Field(description="The pauses that it is under.")
    quota: QuotaOut = Field(description="What may be posted in 24 hours.")
    recommendations: list[str] = Field(
        description="What a person has to do, with the step that does it; empty if nothing."
    )
    unfinished_posts: int = Field(description="Posts to it that are not over.")
    last_published_at: At | None = Field(description="When the last one came out; null if never.")
