"""Tables of media: files, what mends them, their pictures and addresses, who is about to act."""

from enum import StrEnum
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.db.types import EnumText
from postwright.workspaces.models import ApiKey, Workspace


class MediaKind(StrEnum):
    """What a file is."""

    VIDEO = "video"
    PHOTO = "photo"


class MediaFile(Base):
    """A file in the store, known by its sha256. `probe` is what the probe found.

    A mended file has `original_id`, and `changes` lists what was changed. `used_at` is when it was
    last added or asked for, to a minute. `removed_at` means that its bytes are gone; the row stays,
    since posts that are over tell about it.
    """

    __tablename__ = "media_files"
    __table_args__ = (
        UniqueConstraint("workspace_id", "sha256"),
        Index("ix_media_files_kept", "used_at", postgresql_where=text("removed_at IS NULL")),
        Index(
            "ix_media_files_newest",
            "workspace_id",
            "created_at",
            "id",
            postgresql_where=text("removed_at IS NULL"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    kind: Mapped[MediaKind] = mapped_column(EnumText(MediaKind))
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    content_type: Mapped[str]
    probe: Mapped[Json]
    original_id: Mapped[str | None] = mapped_column(ForeignKey("media_files.id"), index=True)
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    created_at: Mapped[Utc]
    used_at: Mapped[Utc]
    removed_at: Mapped[Utc | None]


class FixState(StrEnum):
    """Where a fix is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class MediaFix(Base):
    """One recipe applied to one file. `recipe_key` is its hash: the same is done once.

    `progress` goes from 0 to 1. `result_id` is the mended file, with what was changed.
    """

    __tablename__ = "media_fixes"
    __table_args__ = (
        UniqueConstraint("media_id", "recipe_key"),
        Index(None, "workspace_id", "created_at"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id))
    recipe: Mapped[Json]
    recipe_key: Mapped[str]
    state: Mapped[FixState] = mapped_column(EnumText(FixState))
    progress: Mapped[float] = mapped_column(Double)
    tries: Mapped[int]
    detail: Mapped[str]
    changes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    result_id: Mapped[str | None] = mapped_column(ForeignKey(MediaFile.id))
    created_at: Mapped[Utc]
    finished_at: Mapped[Utc | None]


class PictureKind(StrEnum):
    """What a picture of a video is for."""

    POSTER = "poster"
    STRIP = "strip"
    FRAME = "frame"


class MediaPicture(Base):
    """A JPEG made from a file: its poster, a strip to scrub along, or the frame at a time."""

    __tablename__ = "media_pictures"
    __table_args__ = (UniqueConstraint("media_id", "kind", "at_ms"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id))
    kind: Mapped[PictureKind] = mapped_column(EnumText(PictureKind))
    at_ms: Mapped[int] = mapped_column(BigInteger)
    width: Mapped[int]
    height: Mapped[int]
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Utc]


class UploadState(StrEnum):
    """Where an upload is."""

    WAITING = "waiting"
    RECEIVED = "received"
    REFUSED = "refused"


class Upload(Base):
    """An address to which a file may be sent once. `size_bytes` is what was announced, if it was.

    A received one has `media_id`; `detail` says why one was refused.
    """

    __tablename__ = "uploads"
    __table_args__ = (Index(None, "workspace_id", "created_at"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id))
    filename: Mapped[str]
    content_type: Mapped[str]
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[UploadState] = mapped_column(EnumText(UploadState))
    media_id: Mapped[str | None] = mapped_column(ForeignKey(MediaFile.id))
    detail: Mapped[str]
    created_at: Mapped[Utc]
    expires_at: Mapped[Utc] = mapped_column(index=True)


class ClaimKind(StrEnum):
    """What somebody is about to do with the bytes of a hash."""

    KEEP = "keep"
    REMOVE = "remove"


class MediaClaim(Base):
    """Somebody is about to keep or to remove these bytes; see `claims`. Ends when it expires."""

    __tablename__ = "media_claims"
    __table_args__ = (Index(None, "workspace_id", "sha256"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    sha256: Mapped[str]
    kind: Mapped[ClaimKind] = mapped_column(EnumText(ClaimKind))
    expires_at: Mapped[Utc]


class MediaAddress(Base):
    """Where a network fetches one file for one attempt (what that is, media does not know).

    `void_at` and `first_byte_at` compete in this one row: an address that was declared void serves
    nothing, and one that has served a byte cannot be void any more. Before `released_at`, when the
    network's id of the attempt was stored, only one that `serves_early` serves.
    """

    __tablename__ = "media_addresses"
    __table_args__ = (
        UniqueConstraint("attempt_id", "position"),
        CheckConstraint("void_at IS NULL OR first_byte_at IS NULL", name="served_or_void"),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    attempt_id: Mapped[str]
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id))
    position: Mapped[int]
    created_at: Mapped[Utc]
    expires_at: Mapped[Utc] = mapped_column(index=True)
    serves_early: Mapped[bool]
    released_at: Mapped[Utc | None]
    void_at: Mapped[Utc | None]
    first_byte_at: Mapped[Utc | None]


class IngestState(StrEnum):
    """Where an ingest is."""

    WAITING = "waiting"
    FETCHING = "fetching"
    READY = "ready"
    FAILED = "failed"


class Ingest(Base):
    """A file that a worker fetches from an address that somebody gave.

    `url` is sealed, since addresses may hold secrets, and gone when it is over; `shown` is the
    address without them. `url_hash` tells the same address: it is fetched once at a time.
    `size_bytes` is what the other side says; `done_bytes` is what has come.
    """

    __tablename__ = "ingests"
    __table_args__ = (
        Index(None, "workspace_id", "created_at"),
        Index(
            "uq_ingests_under_way",
            "workspace_id",
            "url_hash",
            unique=True,
            postgresql_where=text("state IN ('waiting', 'fetching')"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    api_key_id: Mapped[str | None] = mapped_column(ForeignKey(ApiKey.id))
    url: Mapped[bytes | None] = mapped_column(LargeBinary)
    url_hash: Mapped[bytes] = mapped_column(LargeBinary)
    shown: Mapped[str]
    state: Mapped[IngestState] = mapped_column(EnumText(IngestState))
    size_bytes: Mapped[int | None] = mapped_column(BigInteger)
    done_bytes: Mapped[int] = mapped_column(BigInteger)
    tries: Mapped[int]
    code: Mapped[str]
    detail: Mapped[str]
    media_id: Mapped[str | None] = mapped_column(ForeignKey(MediaFile.id))
    created_at: Mapped[Utc]
    finished_at: Mapped[Utc | None]
