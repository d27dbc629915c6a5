"""The base of all tables, and the column types they share."""

from datetime import datetime
from typing import Annotated, Any

from sqlalchemy import DateTime, MetaData, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, mapped_column

# Times are `timestamptz`; the engine's sessions run in UTC, so they come back aware, in UTC.
Utc = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Json = Annotated[dict[str, Any], mapped_column(JSONB)]
Id = Annotated[str, mapped_column(Text, primary_key=True)]


class Base(DeclarativeBase):
    """All tables of Postwright."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {str: Text}  # noqa: RUF012  # SQLAlchemy reads it as a class attribute
