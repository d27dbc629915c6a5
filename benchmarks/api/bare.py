"""`python -m benchmarks.api.bare URL`: the least that a FastAPI route which inserts a row costs.

It is written as its manual has it: a pydantic model comes in, SQLAlchemy's async session adds one
row and commits, a model goes out. It checks no key, no rule, no account and no file, writes one
table without an index but its primary key, and would store a repeated request twice. The server
around it is the one that `postwright web` has, with the same event loop and the same bounds.
"""

import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import uuid4

import uvloop
from fastapi import Depends, FastAPI
from pydantic import BaseModel, Field
from sqlalchemy import DateTime, Text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from postwright.db.database import normalised
from postwright.media.host.serving import address_of, answering, listening

TABLE = (
    """
    CREATE TABLE bare_posts (
        id text PRIMARY KEY, content text NOT NULL, media jsonb NOT NULL, targets jsonb NOT NULL,
        settings jsonb NOT NULL, scheduled_for timestamptz, created_at timestamptz NOT NULL
    )
    """,
    "GRANT SELECT, INSERT ON bare_posts TO postwright",
)
_CONNECTIONS = 10  # as many as `postwright web` keeps for its calls


class _Base(DeclarativeBase):
    """Its tables."""


class BarePost(_Base):
    """The one row."""

    __tablename__ = "bare_posts"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    media: Mapped[list[Any]] = mapped_column(JSONB)
    targets: Mapped[list[Any]] = mapped_column(JSONB)
    settings: Mapped[dict[str, Any]] = mapped_column(JSONB)
    scheduled_for: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))


class Item(BaseModel):
    """A file, as it comes."""

    type: str
    url: str


class TargetIn(BaseModel):
    """An account, as it comes."""

    platform: str
    account_id: str = Field(alias="accountId")


class PostIn(BaseModel):
    """The body that our route gets, too."""

    content: str
    media_items: list[Item] = Field(alias="mediaItems")
    platforms: list[TargetIn]
    scheduled_for: datetime = Field(alias="scheduledFor")
    tiktok_settings: dict[str, Any] = Field(alias="tiktokSettings")


class PostMade(BaseModel):
    """What is answered."""

    id: str
    content: str
    scheduled_for: datetime
    created_at: datetime


def make_app(url: str) -> FastAPI:
    """The app, over a database."""
    engine = create_async_engine(normalised(url), pool_size=_CONNECTIONS, max_overflow=_CONNECTIONS)
    sessions = async_sessionmaker(engine, expire_on_commit=False)
    app = FastAPI()

    async def get_session() -> AsyncGenerator[AsyncSession]:
        async with sessions() as session:
            yield session

    @app.post("/v1/posts", status_code=201)
    async def create_post(
        wanted: PostIn, session: Annotated[AsyncSession, Depends(get_session)]
    ) -> PostMade:
        row = BarePost(
            id=str(uuid4()),
            content=wanted.content,
            media=[each.model_dump() for each in wanted.media_items],
            targets=[each.model_dump() for each in wanted.platforms],
            settings=wanted.tiktok_settings,
            scheduled_for=wanted.scheduled_for,
            created_at=datetime.now(UTC),
        )
        session.add(row)
        await session.commit()
        return PostMade(
            id=row.id,
            content=row.content,
            scheduled_for=wanted.scheduled_for,
            created_at=row.created_at,
        )

    assert callable(create_post)
    return app


async def _serve(url: str) -> None:
    with listening("127.0.0.1", 0) as listener:
        async with answering(make_app(url), listener, takes_bodies=lambda _: True):
            print(json.dumps({"address": address_of(listener)}), flush=True)
            await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(_serve(sys.argv[1]))
