"""Table of alerts."""

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc
from postwright.workspaces.models import Workspace


class Alert(Base):
    """Something a person should know. `next_at` is empty when it was sent, or never will be."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index(None, "workspace_id", "created_at"),
        Index("ix_alerts_due", "next_at", postgresql_where=text("next_at IS NOT NULL")),
    )

    id: Mapped[Id]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    kind: Mapped[str]
    subject: Mapped[str]
    body: Mapped[Json]
    created_at: Mapped[Utc]
    tries: Mapped[int]
    next_at: Mapped[Utc | None]
    sent_at: Mapped[Utc | None]
    detail: Mapped[str]
