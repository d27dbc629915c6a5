"""Tables of workspaces and of the audit log."""

from sqlalchemy import BigInteger, ForeignKey, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Id, Json, Utc


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


class AuditEntry(Base):
    """Who did what. Append-only: a trigger refuses UPDATE and DELETE."""

    __tablename__ = "audit_log"

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    at: Mapped[Utc]
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id), index=True)
    actor: Mapped[str]
    action: Mapped[str]
    subject: Mapped[str]
    details: Mapped[Json]
