"""Table of posts."""

from sqlalchemy import BigInteger, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Utc
from postwright.media.models import MediaFile
from postwright.workspaces.models import Workspace


class Post(Base):
    """Content. One post has one publication per account it goes to.

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
    media_id: Mapped[str] = mapped_column(ForeignKey(MediaFile.id))
    caption: Mapped[str]
    client_key: Mapped[str | None]
    fingerprint: Mapped[str]
    version: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[Utc]
