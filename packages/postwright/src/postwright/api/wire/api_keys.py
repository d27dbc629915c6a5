"""API keys on the wire."""

from enum import StrEnum
from typing import Annotated, Any

from pydantic import ConfigDict, Field, StringConstraints

from postwright.api.wire.base import At, In, Out, WireId, example
from postwright.workspaces.models import Scope

_Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100)]
_ACCESS = (
    "`read`: look at everything; `publish`: also make, change and cancel posts, and upload; "
    "`admin`: also keys, profiles, and connecting and disconnecting accounts."
)
_EXAMPLE: dict[str, Any] = {
    "id": "key_7k3m9x2q4d1f",
    "name": "shop",
    "keyPreview": "pw_x7Qk2…",
    "access": "publish",
    "permission": "read-write",
    "scope": "full",
    "profileIds": None,
    "createdBy": {"id": "cli"},
    "createdAt": "2026-11-21T10:00:00.000Z",
    "expiresAt": None,
    "lastUsedAt": None,
}


class Reach(StrEnum):
    """Whether a key is bound to profiles."""

    FULL = "full"
    PROFILES = "profiles"


class Permission(StrEnum):
    """What a key may do, in two words."""

    READ_WRITE = "read-write"
    READ = "read"


class KeyNew(In):
    """A key to make."""

    model_config = ConfigDict(json_schema_extra=example(name="shop", access="publish"))

    name: _Name = Field(description="What it is for, 1 to 100 characters.")
    access: Scope | None = Field(
        default=None, description=f"What it may do. {_ACCESS} Unset: as `permission` says."
    )
    permission: Permission = Field(
        default=Permission.READ_WRITE,
        description="`read-write` is `publish`, `read` is `read`; `access` says it more exactly.",
    )
    scope: Reach = Field(
        default=Reach.FULL, description="`full`: all profiles; `profiles`: those in `profileIds`."
    )
    profile_ids: list[str] | None = Field(
        default=None, max_length=1000, description="The profiles it is bound to."
    )
    expires_in: int | None = Field(
        default=None, ge=1, le=3650, description="Days after which it ends; unset: never."
    )
    disabled_resource_groups: list[str] | None = Field(
        default=None,
        max_length=100,
        description="Not supported: anything in it is refused, since the key would do more.",
    )


class KeyProfile(Out):
    """A profile that a key is bound to."""

    id: WireId = Field(description="Its id.")
    name: str = Field(description="What it is called.")
    color: str = Field(description="Its colour, as `#rrggbb`; may be empty.")


class KeyMaker(Out):
    """Who made a key."""

    id: str = Field(description="A key's id, or `cli`.")


class KeyOut(Out):
    """An API key, without its text."""

    model_config = ConfigDict(json_schema_extra=example(**_EXAMPLE))

    id: str = Field(description="Its id.")
    name: str = Field(description="What it is for.")
    key_preview: str = Field(description="Its first characters, to tell it by.")
    access: Scope = Field(description=f"What it may do. {_ACCESS}")
    permission: Permission = Field(description="The same in two words.")
    scope: Reach = Field(description="Whether it reaches all profiles or those in `profileIds`.")
    profile_ids: list[KeyProfile] | None = Field(
        description="The profiles it is bound to; null: all."
    )
    created_by: KeyMaker = Field(description="Who made it.")
    created_at: At = Field(description="When it was made.")
    expires_at: At | None = Field(description="When it ends; null: never.")
    last_used_at: At | None = Field(description="When it was last used, to a minute.")


class KeyMade(KeyOut):
    """A new API key, with its text."""

    model_config = ConfigDict(
        json_schema_extra=example(**_EXAMPLE, key="pw_x7Qk2mS0h3l6v9y1B4E7H0K3N6Q9T2W5Z8c1f4j7n0r")
    )

    key: str = Field(description="The key itself. It is shown this once: it is not kept.")


class KeyList(Out):
    """API keys, newest first."""

    api_keys: list[KeyOut] = Field(description="The keys that are not revoked.")


class KeyAnswer(Out):
    """A key that was made."""

    message: str = Field(description="What was done.", examples=["The key was made."])
    api_key: KeyMade = Field(description="The key.")
    warnings: list[str] = Field(
        default=[], description="What was sent and ignored; empty if nothing was."
    )


class Verified(Out):
    """The key that was shown: it is good."""

    model_config = ConfigDict(
        json_schema_extra=example(
            valid=True,
            workspaceId="ws_7k3m9x2q4d1f",
            keyId="key_7k3m9x2q4d1f",
            name="shop",
            access="publish",
            permission="read-write",
            scope="full",
            profileIds=None,
        )
    )

    valid: bool = Field(description="Always true: a key that is no good is answered with 401.")
    workspace_id: str = Field(description="The workspace it opens.")
    key_id: str = Field(description="Its id.")
    name: str = Field(description="What it is for.")
    access: Scope = Field(description=f"What it may do. {_ACCESS}")
    permission: Permission = Field(description="The same in two words.")
    scope: Reach = Field(description="Whether it reaches all profiles or those in `profileIds`.")
    profile_ids: list[str] | None = Field(description="Ids of those profiles; null: all.")
