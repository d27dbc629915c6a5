"""Usage on the wire."""

from pydantic import ConfigDict, Field

from postwright.api.wire.base import At, Out, example


class UsageLimits(Out):
    """What a plan allows; this server has none."""

    uploads: int = Field(description="Posts; -1: no limit.")
    profiles: int = Field(description="Profiles; -1: no limit.")


class UsageCounts(Out):
    """What is used, of what the key reaches."""

    uploads: int = Field(description="Posts that were made in the last 30 days.")
    profiles: int = Field(description="Profiles there are.")
    connected_accounts: int = Field(description="Accounts that are connected.")
    scheduled: int = Field(description="Publications that are planned or on their way.")
    last_reset: At = Field(description="Where the 30 days begin.")


class MediaUsage(Out):
    """What the workspace's media take."""

    used_bytes: int = Field(description="Bytes of its files and their pictures.")
    quota_bytes: int | None = Field(description="Most bytes it may have; null: no limit.")


class RateUsage(Out):
    """What the key may still ask for."""

    limit: int = Field(description="Requests a minute that the key may make.")
    remaining: int = Field(description="How many of them are left.")
    reset_at_s: int = Field(description="Unix time when all are there again.")


class Usage(Out):
    """What the workspace uses."""

    model_config = ConfigDict(
        json_schema_extra=example(
            planName="self-hosted",
            hasAccess=True,
            limits={"uploads": -1, "profiles": -1},
            usage={
                "uploads": 12,
                "profiles": 2,
                "connectedAccounts": 3,
                "scheduled": 4,
                "lastReset": "2026-10-22T10:00:00.000Z",
            },
            media={"usedBytes": 66300000, "quotaBytes": None},
            calls={"limit": 600, "remaining": 598, "resetAtS": 1795254060},
        )
    )

    plan_name: str = Field(description="Always `self-hosted`.")
    has_access: bool = Field(description="Always true.")
    limits: UsageLimits = Field(description="Limits of the plan: none.")
    usage: UsageCounts = Field(description="What is used.")
    media: MediaUsage = Field(description="What media take.")
    calls: RateUsage = Field(description="Requests of this key.")
