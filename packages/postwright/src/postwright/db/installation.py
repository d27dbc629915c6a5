"""Tables of the installation: which copy of the data this is, and when nothing was running."""

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index
from sqlalchemy.orm import Mapped, mapped_column

from postwright.db.base import Base, Json, Utc


class Installation(Base):
    """One row. `marks` tell this copy from every other; `epoch` grows when a new one is confirmed.

    `doubted_at` is set while the marks do not fit, and `doubt` says why: nothing is started and
    no token is refreshed until a person has said that this is the copy that goes on.
    `restored_at` is when a person last said so of one that may lack what happened before.
    """

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    id: Mapped[str]
    epoch: Mapped[int]
    marks: Mapped[Json]
    confirmed_at: Mapped[Utc]
    restored_at: Mapped[Utc | None]
    doubted_at: Mapped[Utc | None]
    doubt: Mapped[str]


class Pulse(Base):
    """One row: when a worker last gave a sign of life. `seen_at` is the same by the real clock."""

    __tablename__ = "pulse"
    __table_args__ = (CheckConstraint("only_row", name="only_row"),)

    only_row: Mapped[bool] = mapped_column(primary_key=True, server_default="true")
    beat_at: Mapped[Utc]
    seen_at: Mapped[Utc]


class Outage(Base):
    """A time in which no worker was running."""

    __tablename__ = "outages"
    __table_args__ = (Index(None, "ended_at"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    began_at: Mapped[Utc]
    ended_at: Mapped[Utc]
