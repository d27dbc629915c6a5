"""Tables of posts and of the files they are made of."""

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Utc
from postwright.db.types import EnumText
from postwright.media.models import MediaFile, MediaKind
from postwright.workspaces.models import Workspace


class Post(Base):
    """Content. One post has one publication per account it goes to.

    Its files are in `post_media`: one video, or photos in their order.

    `client_key` is the caller's own name for it: the same key twice is the same post.
    `fingerprint` is the hash of what was asked for, to tell a repeat from a mistake.
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
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    kind: Mapped[MediaKind] = mapped_column(EnumText(MediaKind))
    caption: Mapped[str]
    client_key: Mapped[str | None]
    fingerprint: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Utc]


class PostMedia(Base):
    """One file of a post, at its place from 0."""

    __tablename__ = "post_media"

    post_id: Mapped[str] = mapped_column(ForeignKey(Post.id), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id), index=True)
