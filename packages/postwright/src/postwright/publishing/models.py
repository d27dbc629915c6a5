"""Tables of publications, their attempts, and pauses."""

from typing import Any

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
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from postwright.connections.models import Connection
from postwright.db.base import Base, Id, Json, Utc
from postwright.db.types import EnumText
from postwright.media.models import Ingest, MediaFile, MediaKind
from postwright.platforms.content import Mode, Source
from postwright.posts.models import Post
from postwright.publishing.attempt import Stage
from postwright.publishing.states import IfMissed, State, Visibility
from postwright.workspaces.models import Workspace


class Publication(Base):
    """One post to one connection at one time. The wire calls it a platform entry.

    `lane` says which of the connection's lanes goes on with it and `due_at` when; both are empty
    when it is over, and `due_at` alone is empty while only a person can bring it on.
    `kind` and `caption` are those of what goes to this account: the post's, or its own; its files
    are in `publication_media`.
    `nudged_at` is when a webhook last said that its status should be asked.
    `content_version` grows with each edit of what is posted: an attempt that was begun with an
    older one does not go out.
    `content_hash` tells whether an account gets the same twice.
    `request_id` is of the request to the API that had it go out last, if one did.
    """

    __tablename__ = "publications"
    __table_args__ = (
        Index("ix_publications_due", "connection_id", "lane", "due_at"),
        Index(
            "ix_publications_waiting",
            "connection_id",
            postgresql_where=text("lane IS NOT NULL AND due_at IS NULL"),
        ),
        Index(
            "ix_publications_held",
            "connection_id",
            "publish_at",
            postgresql_where=text("hold_reason <> ''"),
        ),
        Index("ix_publications_newest", "workspace_id", "created_at"),
        Index("ix_publications_account", "connection_id", "created_at", "id"),
        Index("ix_publications_state", "workspace_id", "state", "created_at", "id"),
        Index("ix_publications_publish_at", "workspace_id", "publish_at"),
        Index(
            "ix_publications_content",
            "connection_id",
            "content_hash",
            "publish_at",
            postgresql_where=text("content_hash IS NOT NULL"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    post_id: Mapped[str] = mapped_column(ForeignKey(Post.id), index=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey(Connection.id))
    kind: Mapped[MediaKind] = mapped_column(EnumText(MediaKind))
    caption: Mapped[str]
    settings: Mapped[Json]
    source: Mapped[Source] = mapped_column(EnumText(Source))
    mode: Mapped[Mode] = mapped_column(EnumText(Mode))
    content_version: Mapped[int] = mapped_column(BigInteger)
    content_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    request_id: Mapped[str | None]
    state: Mapped[State] = mapped_column(EnumText(State))
    lane: Mapped[str | None]
    due_at: Mapped[Utc | None]
    publish_at: Mapped[Utc]
    timezone: Mapped[str]
    if_missed: Mapped[IfMissed | None] = mapped_column(EnumText(IfMissed))
    hold_reason: Mapped[str]
    expected_at: Mapped[Utc | None]
    nudged_at: Mapped[Utc | None]
    detail: Mapped[str]
    cancel_requested_at: Mapped[Utc | None]
    end_code: Mapped[str]
    post_ids: Mapped[list[str]] = mapped_column(ARRAY(Text))
    post_url: Mapped[str]
    visibility: Mapped[Visibility] = mapped_column(EnumText(Visibility))
    report: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Utc]
    finished_at: Mapped[Utc | None]


class PostAccount(Base):
    """That a post goes to an account, in the orders in which the account's posts are listed.

    Triggers on posts and publications keep it. Of a post that was deleted there is nothing.
    """

    __tablename__ = "post_accounts"
    __table_args__ = (
        Index(
            "ix_post_accounts_listed",
            "connection_id",
            "listed_at",
            "post_id",
            postgresql_include=("created_at",),
        ),
        Index(
            "ix_post_accounts_newest",
            "connection_id",
            "created_at",
            "post_id",
            postgresql_include=("listed_at",),
        ),
        Index(
            "ix_post_accounts_status",
            "connection_id",
            "status",
            "listed_at",
            "post_id",
            postgresql_include=("created_at",),
        ),
        Index(
            "ix_post_accounts_status_newest",
            "connection_id",
            "status",
            "created_at",
            "post_id",
            postgresql_include=("listed_at",),
        ),
    )

    post_id: Mapped[str] = mapped_column(ForeignKey(Post.id), primary_key=True)
    connection_id: Mapped[str] = mapped_column(ForeignKey(Connection.id), primary_key=True)
    status: Mapped[str]
    listed_at: Mapped[Utc]
    created_at: Mapped[Utc]


class PublicationMedia(Base):
    """One file of a publication, at its place from 0."""

    __tablename__ = "publication_media"

    publication_id: Mapped[str] = mapped_column(ForeignKey(Publication.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id), index=True)


class AwaitedMedia(Base):
    """One file that is being fetched: of a publication, or, without one, of the post itself."""

    __tablename__ = "awaited_media"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    post_id: Mapped[str] = mapped_column(ForeignKey(Post.id), index=True)
    publication_id: Mapped[str | None] = mapped_column(ForeignKey(Publication.id), index=True)
    position: Mapped[int]
    ingest_id: Mapped[str] = mapped_column(ForeignKey(Ingest.id), index=True)


class Event(Base):
    """Something that changed, as a trigger has seen it. `body` is as it goes over the wire.

    Those of transactions that ran at the same time may become visible in any order:
    `transaction_id` says which can be read for good, see `publishing.events`.
    """

    __tablename__ = "events"
    __table_args__ = (
        Index("ix_events_feed", "workspace_id", "transaction_id", "id"),
        Index("ix_events_at", "at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    transaction_id: Mapped[int] = mapped_column(BigInteger, server_default=FetchedValue())
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    at: Mapped[Utc]
    kind: Mapped[str]
    post_id: Mapped[str]
    publication_id: Mapped[str | None]
    connection_id: Mapped[str | None]
    body: Mapped[Json]


class AttemptRow(Base):
    """One try of a publication: what the protocol made durable. `upload_url` is sealed."""

    __tablename__ = "attempts"
    __table_args__ = (
        UniqueConstraint("publication_id", "number"),
        Index(None, "connection_id", "announced_at"),
        Index(
            "uq_attempts_live",
            "publication_id",
            unique=True,
            postgresql_where=text("live"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    publication_id: Mapped[str] = mapped_column(ForeignKey(Publication.id))
    connection_id: Mapped[str] = mapped_column(ForeignKey(Connection.id))
    number: Mapped[int]
    live: Mapped[bool]
    stage: Mapped[Stage] = mapped_column(EnumText(Stage))
    source: Mapped[Source] = mapped_column(EnumText(Source))
    mode: Mapped[Mode] = mapped_column(EnumText(Mode))
    media_sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    chunk_bytes: Mapped[int] = mapped_column(BigInteger)
    chunk_count: Mapped[int]
    expects_id: Mapped[bool]
    checked_at: Mapped[Utc | None]
    announced_at: Mapped[Utc | None]
    publish_id: Mapped[str | None] = mapped_column(index=True)
    upload_url: Mapped[bytes | None] = mapped_column(LargeBinary)
    opened_at: Mapped[Utc | None]
    sent_offset: Mapped[int] = mapped_column(BigInteger)
    progress_bytes: Mapped[int] = mapped_column(BigInteger)
    last_byte_at: Mapped[Utc | None]
    address_dead: Mapped[bool]
    failed_at: Mapped[Utc | None]
    polls: Mapped[int]
    troubles: Mapped[int]
    rejections: Mapped[int]
    voids: Mapped[int]
    retries: Mapped[int]
    cancels: Mapped[int]
    end_code: Mapped[str]
    detail: Mapped[str]
    created_at: Mapped[Utc]
    ended_at: Mapped[Utc | None]


class Pause(Base):
    """Nothing new is started: of one account, of a workspace, or, without either, of all."""

    __tablename__ = "pauses"
    __table_args__ = (
        UniqueConstraint("workspace_id", "connection_id", postgresql_nulls_not_distinct=True),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str | None] = mapped_column(ForeignKey(Workspace.id))
    connection_id: Mapped[str | None] = mapped_column(ForeignKey(Connection.id))
    reason: Mapped[str]
    actor: Mapped[str]
    created_at: Mapped[Utc]
