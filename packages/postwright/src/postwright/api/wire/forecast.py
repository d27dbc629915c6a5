"""The forecast on the wire: when what waits will go out."""

from pydantic import Field

from postwright.api.wire.base import Exactly, Out
from postwright.platforms.content import Kind, Mode


class ExpectedOut(Out):
    """A publication that waits, and when it starts."""

    publication_id: str = Field(description="The publication's id.")
    post_id: str = Field(description="The post's id.")
    account_id: str = Field(description="The account's id.")
    username: str = Field(description="What the account is called at the network.")
    kind: Kind = Field(description="`video` or `photo`.")
    mode: Mode = Field(description="`direct` onto the profile, or `draft` into the app's inbox.")
    publish_at: Exactly = Field(description="When it was to go out.")
    starts_at: Exactly | None = Field(
        description="When it will; null if a person has to do something first."
    )
    reason: str = Field(description="Why not sooner, as a code; empty if it is on time.")
    says: str = Field(description="More about the reason, for a person; may be empty.")


class ForecastAccount(Out):
    """What is known of an account's quotas."""

    account_id: str = Field(description="The account's id.")
    username: str = Field(description="What the account is called at the network.")
    posts_used: int = Field(description="Direct posts of ours in the last 24 hours.")
    posts_most: int | None = Field(
        description="Of as many, as far as is known; null if the network sets no limit. Other "
        "apps' posts count as well."
    )
    is_learned: bool = Field(
        description="Whether the network itself has shown the limit; else it is a usual number."
    )
    capped_at: Exactly | None = Field(
        description="When the network last said that there may be no more for now; null if there "
        "may."
    )
    drafts_used: int = Field(description="Drafts of ours that wait in the inbox.")
    drafts_most: int | None = Field(description="Drafts that may wait there at once.")
    paused: str | None = Field(description="Why it is paused; null if it is not.")


class Forecast(Out):
    """When what waits will go out, and how the accounts stand."""

    now: Exactly = Field(description="When this was reckoned.")
    waiting: int = Field(description="Publications that wait, all together; 10,000 at most.")
    expected: list[ExpectedOut] = Field(description="Those that start first.")
    accounts: list[ForecastAccount] = Field(description="The accounts, by username.")
