"""Table of the media files that workspaces have added."""

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.workspaces.models import Workspace


class MediaFile(Base):
    """A file in the store, known by its sha256. `probe` is what the probe found."""

    __tablename__ = "media_files"
    __table_args__ = (UniqueConstraint("workspace_id", "sha256"),)

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    sha256: Mapped[str]
    size_bytes: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str]
    content_type: Mapped[str]
    probe: Mapped[Json]
    created_at: Mapped[Utc]
