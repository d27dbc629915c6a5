"""Pauses on the wire: nothing new is started of an account, or of the workspace."""

from enum import StrEnum
from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from postwright.api.wire.base import Exactly, In, Out, example


class Paused(StrEnum):
    """What a pause is of."""

    ACCOUNT = "account"
    WORKSPACE = "workspace"
    EVERYTHING = "everything"


class PauseShown(Out):
    """A pause."""

    of: Paused = Field(
        description="What is paused: `account`, `workspace`, or `everything` of the installation."
    )
    account_id: str | None = Field(description="The account's id, if it is of one.")
    username: str | None = Field(description="What the account is called at the network.")
    reason: str = Field(description="Why, as somebody has said.")
    since: Exactly = Field(description="Since when.")
    by: str = Field(description="Who did it.")


class PauseList(Out):
    """Pauses: the installation's first, then the oldest."""

    pauses: list[PauseShown] = Field(description="The pauses.")


class PauseOf(In):
    """What a pause is of."""

    model_config = ConfigDict(json_schema_extra=example(accountId="conn_7k3m9x2q4d1f"))

    account_id: Annotated[str, StringConstraints(max_length=100)] | None = Field(
        default=None, description="The account's id; without it, the whole workspace."
    )


class PauseNew(PauseOf):
    """A pause to begin."""

    model_config = ConfigDict(
        json_schema_extra=example(accountId="conn_7k3m9x2q4d1f", reason="wrong video in the plan")
    )

    reason: Annotated[str, StringConstraints(max_length=1000)] = Field(
        default="", description="Why, for those who wonder later."
    )


class PauseBegun(Out):
    """A pause that holds."""

    is_new: bool = Field(
        description="Whether it was not paused before; if it was, the reason is the new one."
    )


class PauseEnded(PauseList):
    """A pause that has ended, and the pauses that are left."""

    brought_on: int = Field(description="How many publications that it held go out now.")
