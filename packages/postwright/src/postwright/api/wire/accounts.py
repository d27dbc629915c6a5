"""Accounts on the wire."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from postwright.api.wire.base import At, In, Out, WireId, example
from postwright.api.wire.pages import Pagination
from postwright.connections.disconnect import Told
from postwright.connections.models import ConnectionState
from postwright.platforms.purpose import Purpose

_Name = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100)]
_EXAMPLE = {
    "_id": "conn_7k3m9x2q4d1f",
    "platform": "tiktok",
    "profileId": "prof_7k3m9x2q4d1f",
    "username": "ada",
    "displayName": "Ada",
    "platformUserId": "-000Qk3…",
    "profileUrl": "https://www.tiktok.com/@ada",
    "isActive": True,
    "needsReconnection": False,
    "state": "connected",
    "stateDetail": "",
    "purposes": ["publish"],
    "granted": ["profile", "publish"],
    "scopes": ["user.info.basic", "video.publish"],
    "connectedAt": "2026-11-21T10:00:00.000Z",
    "createdAt": "2026-11-01T10:00:00.000Z",
}


class AccountStatus(StrEnum):
    """Which accounts to list: a state, or `connected` or `disconnected` for several."""

    CONNECTED = "connected"  # whatever can be posted to
    DISCONNECTED = "disconnected"  # whatever has to be connected again
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    INSUFFICIENT_SCOPE = "insufficient_scope"


class AccountOut(Out):
    """A connected account."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: WireId = Field(description="Its id.")
    platform: str = Field(description="Its network.")
    profile_id: str = Field(description="The profile that it is in.")
    username: str = Field(description="Its name at the network, without an @.")
    display_name: str = Field(description="What people see; may be empty.")
    platform_user_id: str = Field(
        description="Its id at the network, as our app there sees it; the same after connecting "
        "it again."
    )
    profile_picture: str | None = Field(
        default=None,
        description="Its picture. The address is good for two hours after TikTok told it, which it "
        "does when it is asked for creator info; null if it was not asked lately.",
    )
    profile_url: str | None = Field(description="Where people see it; null if nowhere.")
    is_active: bool = Field(description="Whether it can be posted to.")
    needs_reconnection: bool = Field(description="Whether a person has to connect it again.")
    enabled: bool = Field(default=True, description="Always true.")
    followers_count: int | None = Field(default=None, description="Not known yet: null.")
    state: ConnectionState = Field(description="How its authorisation stands.")
    state_detail: str = Field(description="Why it stands so, for a person; may be empty.")
    purposes: list[Purpose] = Field(description="What it is connected for.")
    granted: list[Purpose] = Field(description="What its owner has given permission for.")
    scopes: list[str] = Field(description="The permissions, as the network calls them.")
    connected_at: At = Field(description="When its owner last gave their consent.")
    created_at: At = Field(description="When it was connected first.")
    rate_limited_until: At | None = Field(
        default=None,
        description="When the network is asked again, after it has said that the account may post "
        "no more for now; null if it may.",
    )
    metadata: dict[str, Any] | None = Field(default=None, description="Nothing yet: null.")


class StatusCounts(Out):
    """How many accounts there are."""

    all: int = Field(description="All that the other filters leave.")
    disconnected: int = Field(description="Of those, the ones that have to be connected again.")


class AccountList(Out):
    """Accounts, by username."""

    accounts: list[AccountOut] = Field(description="The accounts.")
    has_analytics_access: bool = Field(
        default=False, description="Whether figures of posts are to be had: not yet."
    )
    pagination: Pagination | None = Field(
        default=None, description="Which page it is, if `page`, `limit` or `cursor` was given."
    )
    status_counts: StatusCounts | None = Field(
        default=None, description="With `includeStatusCounts`."
    )


class AccountAnswer(Out):
    """One account."""

    account: AccountOut = Field(description="The account.")


class AccountChange(In):
    """What to change of an account; what is not sent stays."""

    model_config = ConfigDict(json_schema_extra=example(displayName="Ada in Lisbon"))

    display_name: _Name | None = Field(
        default=None,
        description="What people see, up to 100 characters, until it is connected again.",
    )
    profile_id: str | None = Field(
        default=None, max_length=100, description="The profile to move it to."
    )


class AccountMove(In):
    """Where an account is to be."""

    model_config = ConfigDict(json_schema_extra=example(profileId="prof_7k3m9x2q4d1f"))

    profile_id: str = Field(max_length=100, description="The profile to move it to.")


class AccountChanged(AccountAnswer):
    """An account that was changed."""

    message: str = Field(description="What was done.", examples=["The account was changed."])
    username: str = Field(description="Its name at the network.")
    display_name: str = Field(description="What people see.")
    profile_id: str = Field(description="The profile that it is in.")
    warnings: list[str] = Field(
        default=[], description="What was sent and ignored; empty if nothing was."
    )


class AccountGone(Out):
    """An account that was disconnected."""

    message: str = Field(description="What was done.", examples=["@ada is disconnected."])
    network_told: Told = Field(
        description="Whether the network knows: `revoked` it does; `shared` it was not told, as "
        "another workspace uses the same consent; `lost`, `refused` or `no_token`: it may not, and "
        "the owner should look in its app."
    )
    why: str = Field(description="Why it may not know; empty if it does.")
    cancelled_posts: int = Field(description="Posts to it that were cancelled.")
    unfinished_posts: int = Field(
        description="Posts to it that are not over; they wait until it is connected again, or end "
        "by themselves if the network has them already."
    )
