"""Profiles on the wire."""

from typing import Annotated

from pydantic import ConfigDict, Field, StringConstraints

from postwright.api.wire.base import At, In, Out, WireId, example

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_EXAMPLE = {
    "_id": "prof_7k3m9x2q4d1f",
    "name": "Acme",
    "description": "The brand with the fox",
    "color": "#4caf50",
    "timezone": "Europe/Berlin",
    "externalId": "acme-1",
    "isDefault": False,
    "accountCount": 2,
    "createdAt": "2026-11-21T10:00:00.000Z",
    "updatedAt": "2026-11-21T10:00:00.000Z",
}


class ProfileFields(In):
    """What may be said of a profile."""

    description: str | None = Field(
        default=None, max_length=500, description="What it is for, up to 500 characters."
    )
    color: str | None = Field(
        default=None,
        pattern=r"^(#[0-9a-fA-F]{6})?$",
        description="A colour to tell it by, as `#rrggbb`.",
    )
    timezone: str | None = Field(
        default=None,
        max_length=64,
        description="IANA name of the time zone of its posts that name none; null: UTC.",
    )
    external_id: str | None = Field(
        default=None,
        min_length=1,
        max_length=255,
        description="Your own id for it, up to 255 characters; no two profiles have the same.",
    )


class ProfileNew(ProfileFields):
    """A profile to make."""

    model_config = ConfigDict(
        json_schema_extra=example(name="Acme", description="The brand with the fox")
    )

    name: _Name = Field(
        description="What it is called, 1 to 100 characters; no two profiles have the same name."
    )


class ProfileChange(ProfileFields):
    """What to change of a profile; what is not sent stays."""

    model_config = ConfigDict(json_schema_extra=example(name="Acme Europe", color="#2196f3"))

    name: _Name | None = Field(default=None, description="Its new name, 1 to 100 characters.")
    is_default: bool | None = Field(
        default=None,
        description="`true` makes it the default one, where accounts go that name no profile.",
    )


class ProfileOut(Out):
    """A profile: a brand that groups accounts."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: WireId = Field(description="Its id.")
    name: str = Field(description="What it is called.")
    description: str = Field(description="What it is for; may be empty.")
    color: str = Field(description="A colour to tell it by, as `#rrggbb`; may be empty.")
    timezone: str | None = Field(description="IANA name of its time zone; null: UTC.")
    external_id: str | None = Field(description="Your own id for it, if you gave one.")
    is_default: bool = Field(description="Whether accounts go here that name no profile.")
    account_count: int = Field(description="Connected accounts in it.")
    created_at: At = Field(description="When it was made.")
    updated_at: At = Field(description="When it was last changed.")


class ProfileList(Out):
    """Profiles: the default one first, then by name."""

    profiles: list[ProfileOut] = Field(description="The profiles.")
    total: int = Field(description="How many there are in all.")
    skip: int = Field(description="How many were skipped.")
    limit: int | None = Field(description="Most that were asked for.")


class ProfileAnswer(Out):
    """One profile."""

    profile: ProfileOut = Field(description="The profile.")


class ProfileChanged(ProfileAnswer):
    """A profile that was made or changed."""

    message: str = Field(description="What was done.", examples=["The profile was made."])
    warnings: list[str] = Field(
        default=[], description="What was sent and ignored; empty if nothing was."
    )


class Message(Out):
    """What was done, where there is nothing to show."""

    message: str = Field(description="What was done.", examples=["The profile was deleted."])
