"""Tables of workspaces, of profiles, keys and calls in them, and of the audit log."""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    SmallInteger,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.db.types import EnumText


class Workspace(Base):
    """A tenant. Every other row belongs to one.

    Without a quota or a retention of its own, those of the installation hold.
    """

    __tablename__ = "workspaces"
    __table_args__ = (Index("uq_workspaces_name", "name", unique=True),)

    id: Mapped[Id]
    name: Mapped[str]
    media_quota_bytes: Mapped[int | None] = mapped_column(BigInteger)
    media_retention_days: Mapped[int | None]
    created_at: Mapped[Utc]


class Profile(Base):
    """A brand: it groups the connections of a workspace. One of them is the default.

    The default one is made with the workspace. `timezone` is that of posts which name none, an
    IANA name; `external_id` is the caller's own name for the profile.
    """

    __tablename__ = "profiles"
    __table_args__ = (
        UniqueConstraint("workspace_id", "name"),
        UniqueConstraint("workspace_id", "external_id"),
        Index(
            "uq_profiles_default",
            "workspace_id",
            unique=True,
            postgresql_where=text("is_default"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    name: Mapped[str]
    description: Mapped[str]
    color: Mapped[str]
    timezone: Mapped[str | None]
    external_id: Mapped[str | None]
    is_default: Mapped[bool]
    created_at: Mapped[Utc]
    updated_at: Mapped[Utc]


class Scope(StrEnum):
    """What an API key may do. Each may do what those before it may."""

    READ = "read"
    PUBLISH = "publish"
    ADMIN = "admin"


class ApiKey(Base):
    """A key to the API. Its text is not kept: `hash` is its sha256, `preview` its beginning.

    `profile_ids` are the profiles that it reaches; without them, all.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        UniqueConstraint("hash"),
        Index(None, "workspace_id", "created_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    name: Mapped[str]
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    preview: Mapped[str]
    scope: Mapped[Scope] = mapped_column(EnumText(Scope))
    profile_ids: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_by: Mapped[str]
    created_at: Mapped[Utc]
    expires_at: Mapped[Utc | None]
    revoked_at: Mapped[Utc | None]
    last_used_at: Mapped[Utc | None]


class ApiCall(Base):
    """A call that is answered once, however often it comes: `name` is what the caller calls it.

    `fingerprint` is the hash of what was asked. `status` and `body` are the answer, sealed; they
    are there when the transaction that did the work has ended.
    """

    __tablename__ = "api_calls"

    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int | None] = mapped_column(SmallInteger)
    body: Mapped[bytes | None] = mapped_column(LargeBinary)
    created_at: Mapped[Utc]
    expires_at: Mapped[Utc] = mapped_column(index=True)


class AuditEntry(Base):
    """Who did what. Append-only: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Utc]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id), index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str] = mapped_column(index=True)
    details: Mapped[Json]
