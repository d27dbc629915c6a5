"""Tables of posts and of the files they are made of."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, ForeignKey, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.db.types import EnumText
from postwright.media.models import MediaFile, MediaKind
from postwright.workspaces.models import Workspace

_THERE = text("deleted_at IS NULL")


def _listed(name: str, *columns: str, beside: Sequence[str] = ()) -> Index:
    """An index in whose order a workspace's posts are listed; `beside` is told by it, too."""
    return Index(
        f"ix_posts_{name}",
        "workspace_id",
        *columns,
        "id",
        postgresql_where=_THERE,
        postgresql_include=tuple(beside),
    )


class Post(Base):
    """Content. One post has one publication per account it goes to.

    Its files are in `post_media`: one video, or photos in their order.

    `client_key` is the caller's own name for it: the same key twice is the same post.
    `fingerprint` is the hash of what was asked for with it, to tell a repeat from a mistake.
    `more` is what the caller wants to keep with it. `source` is the way it came in, `created_by`
    who gave it. `wish` is what was asked for, where an edit has to know it.

    `status`, `scheduled_for` (when the first of its publications goes out) and `listed_at` (the
    same, or when it was made) are kept by a trigger on its publications.
    """

    __tablename__ = "posts"
    __table_args__ = (
        Index(
            "uq_posts_client_key",
            "workspace_id",
            "client_key",
            unique=True,
            postgresql_where=text("client_key IS NOT NULL"),
        ),
        _listed("listed", "listed_at", beside=["status", "created_at"]),
        _listed("newest", "created_at", beside=["status", "listed_at"]),
        _listed("status", "status", "listed_at", beside=["created_at"]),
        _listed("status_newest", "status", "created_at", beside=["listed_at"]),
        _listed("maker", "created_by", "listed_at"),
        _listed("source", "source", "listed_at"),
        Index(
            "ix_posts_tags",
            "tags",
            postgresql_using="gin",
            postgresql_where=text("deleted_at IS NULL AND tags <> '{}'"),
        ),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    kind: Mapped[MediaKind] = mapped_column(EnumText(MediaKind))
    title: Mapped[str] = mapped_column(server_default="")
    caption: Mapped[str]
    tags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    hashtags: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    mentions: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    more: Mapped[Json | None] = mapped_column("metadata")
    timezone: Mapped[str] = mapped_column(server_default="UTC")
    source: Mapped[str] = mapped_column(server_default="cli")
    created_by: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="draft")
    scheduled_for: Mapped[Utc | None]
    listed_at: Mapped[Utc] = mapped_column(server_default=text("app_now()"))
    wish: Mapped[Json | None]
    client_key: Mapped[str | None]
    fingerprint: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Utc]
    updated_at: Mapped[Utc] = mapped_column(server_default=text("app_now()"))
    deleted_at: Mapped[Utc | None]


class PostMedia(Base):
    """One file of a post, at its place from 0."""

    __tablename__ = "post_media"

    post_id: Mapped[str] = mapped_column(ForeignKey(Post.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id), index=True)
