"""Tables of platform apps, connections, credentials, consents, quota slots and calls."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    FetchedValue,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.db.types import EnumText
from postwright.workspaces.models import ApiKey, Profile, Workspace


class ConnectionState(StrEnum):
    """Whether a connection can be used, and if not, why."""

    CONNECTED = "connected"
    EXPIRING = "expiring"  # usable until its access token ends; it cannot be refreshed
    EXPIRED = "expired"
    REVOKED = "revoked"
    INSUFFICIENT_SCOPE = "insufficient_scope"
    DISCONNECTED = "disconnected"  # by us, as somebody asked; its tokens are gone

    @property
    def usable(self) -> bool:
        """Whether calls can still be made."""
        return self in {ConnectionState.CONNECTED, ConnectionState.EXPIRING}


class PlatformApp(Base):
    """Our registration at a network. `client_secret` is sealed.

    `source` is how videos go out if a post does not say. `audited` is as a person set it,
    `audited_learned` as the network's answers showed it. `webhook_at` is when a verified webhook
    last came in: while they come, the network is asked less often.
    """

    __tablename__ = "platform_apps"
    __table_args__ = (UniqueConstraint("workspace_id", "platform", "client_key"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    platform: Mapped[str]
    client_key: Mapped[str]
    client_secret: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str]
    redirect_uri: Mapped[str]
    base_url: Mapped[str]
    source: Mapped[str]
    audited: Mapped[bool | None]
    audited_learned: Mapped[bool | None]
    webhook_at: Mapped[Utc | None]
    created_at: Mapped[Utc]


class Connection(Base):
    """One authorised account on one network. Its tokens are apart, in `credentials`.

    `profile_id` is the workspace's default profile if nobody says another.
    `purposes` is what it was connected for; `scopes` is what the network grants now, and `granted`
    the purposes that this is enough for.
    `facts` is what the network last said it allows the creator, at `facts_at`. `cap_at` is when it
    last said that this creator may post no more for now, after `cap_posts` of ours in 24 hours.
    `warned_at` is when its coming end was last announced.
    """

    __tablename__ = "connections"
    __table_args__ = (UniqueConstraint("workspace_id", "platform_app_id", "external_id"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    profile_id: Mapped[str] = mapped_column(
        ForeignKey(Profile.id), index=True, server_default=FetchedValue()
    )
    platform_app_id: Mapped[str] = mapped_column(ForeignKey(PlatformApp.id))
    platform: Mapped[str]
    external_id: Mapped[str]
    handle: Mapped[str]
    display_name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    granted: Mapped[list[str]] = mapped_column(ARRAY(Text))
    state: Mapped[ConnectionState] = mapped_column(EnumText(ConnectionState))
    state_detail: Mapped[str]
    created_at: Mapped[Utc]
    connected_at: Mapped[Utc]
    facts: Mapped[Json | None]
    facts_at: Mapped[Utc | None]
    cap_at: Mapped[Utc | None]
    cap_posts: Mapped[int | None]
    warned_at: Mapped[Utc | None]
    disconnected_at: Mapped[Utc | None]


class Credential(Base):
    """The tokens of a connection, sealed. `version` grows with every change of tokens.

    `refreshing_until` lets one process refresh while the others wait; what decides whose answer
    is stored is `version`, compared with the one whose refresh token was sent. `refresh_at` is when
    a worker looks after them next; empty if nothing can be done for them.
    """

    __tablename__ = "credentials"
    __table_args__ = (
        Index(
            "ix_credentials_refresh", "refresh_at", postgresql_where=text("refresh_at IS NOT NULL")
        ),
        Index(None, "refresh_expires_at"),
    )

    connection_id: Mapped[str] = mapped_column(
        ForeignKey(Connection.id, ondelete="CASCADE"), primary_key=True
    )
    version: Mapped[int] = mapped_column(BigInteger)
    access_token: Mapped[bytes] = mapped_column(LargeBinary)
    refresh_token: Mapped[bytes] = mapped_column(LargeBinary)
    issued_at: Mapped[Utc]
    access_expires_at: Mapped[Utc]
    refresh_expires_at: Mapped[Utc]
    refresh_at: Mapped[Utc | None]
    refreshing_until: Mapped[Utc | None]
    refresh_doubt: Mapped[str]


class BegunConsent(Base):
    """A consent that was begun over the API, until the browser comes back with its state.

    Only the state's hash is kept; `code_verifier` is sealed. `expected_id` is the connection that
    is to be connected again, `return_url` where the browser is sent in the end (empty: nowhere).
    It is used once, at `used_at`.
    """

    __tablename__ = "consents"
    __table_args__ = (UniqueConstraint("state_hash"),)

    id: Mapped[Id]
    state_hash: Mapped[bytes] = mapped_column(LargeBinary)
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    profile_id: Mapped[str] = mapped_column(ForeignKey(Profile.id, ondelete="CASCADE"), index=True)
    api_key_id: Mapped[str] = mapped_column(ForeignKey(ApiKey.id))
    platform_app_id: Mapped[str] = mapped_column(ForeignKey(PlatformApp.id))
    expected_id: Mapped[str | None] = mapped_column(ForeignKey(Connection.id, ondelete="CASCADE"))
    purposes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    redirect_uri: Mapped[str]
    code_verifier: Mapped[bytes | None] = mapped_column(LargeBinary)
    return_url: Mapped[str]
    created_at: Mapped[Utc]
    expires_at: Mapped[Utc] = mapped_column(index=True)
    used_at: Mapped[Utc | None]


class QuotaSlot(Base):
    """One of the n requests per minute that a rate limit allows."""

    __tablename__ = "quota_slots"

    connection_id: Mapped[str] = mapped_column(
        ForeignKey(Connection.id, ondelete="CASCADE"), primary_key=True
    )
    bucket: Mapped[str] = mapped_column(primary_key=True)
    n: Mapped[int] = mapped_column(primary_key=True)
    free_at: Mapped[Utc]


class Call(Base):
    """One request to a network: the ledger. Append-only: a trigger refuses UPDATE and DELETE.

    `key` is made with the call, so that it cannot be written twice. `request_id` is of the request
    to the API that it was made for, if one was.
    """

    __tablename__ = "calls"
    __table_args__ = (Index("ix_calls_publication_id_id", "publication_id", "id"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    key: Mapped[UUID] = mapped_column(unique=True)
    at: Mapped[Utc]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id), index=True)
    connection_id: Mapped[str | None]
    publication_id: Mapped[str | None]
    attempt: Mapped[int | None]
    operation: Mapped[str]
    http_status: Mapped[int | None]
    code: Mapped[str]
    log_id: Mapped[str]
    elapsed_ms: Mapped[int]
    detail: Mapped[str]
    request_id: Mapped[str | None]
