"""Table of incoming webhooks."""

from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from postwright.connections.models import PlatformApp
from postwright.db.base import Base, Utc
from postwright.db.types import EnumText
from postwright.workspaces.models import Workspace


class Outcome(StrEnum):
    """What became of an event."""

    WAITING = "waiting"  # its publish id or post is not known here yet, or never will be
    NUDGED = "nudged"  # the network is asked at once what is true
    TOO_LATE = "too_late"  # of an attempt that is over: there is nothing to ask
    CONTRADICTS = "contradicts"  # of one that ended without a post, which is out after all
    PUBLIC = "public"  # everyone can see the post now
    WITHDRAWN = "withdrawn"  # not everyone can see the post any more
    OVERTAKEN = "overtaken"  # something newer is known already
    REVOKED = "revoked"  # the account's connection has ended
    NOBODY = "nobody"  # of an account that is not connected
    KEPT = "kept"  # nothing here depends on it


class WebhookEvent(Base):
    """One verified event as it came, in its raw body; the same event again is the same row.

    `happened_at` is the network's time of it, in whole seconds. `handled_at` is empty while the
    event waits for its publication.
    """

    __tablename__ = "webhook_events"
    __table_args__ = (
        UniqueConstraint("platform_app_id", "digest"),
        Index(None, "workspace_id", "received_at"),
        Index(None, "received_at"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    workspace_id: Mapped[str] = mapped_column(ForeignKey(Workspace.id))
    platform_app_id: Mapped[str] = mapped_column(ForeignKey(PlatformApp.id))
    digest: Mapped[str]
    event: Mapped[str]
    external_id: Mapped[str]
    publish_id: Mapped[str | None] = mapped_column(index=True)
    post_id: Mapped[str | None] = mapped_column(index=True)
    happened_at: Mapped[Utc]
    received_at: Mapped[Utc]
    body: Mapped[str]
    outcome: Mapped[Outcome] = mapped_column(EnumText(Outcome))
    handled_at: Mapped[Utc | None]
