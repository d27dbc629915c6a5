"""Which publication a request means, and what of it the key reaches."""

from datetime import datetime
from typing import Annotated

from fastapi import Path
from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.errors import InvalidRequest
from postwright.api.posts.found import reach
from postwright.api.publications.shown import publication_shown
from postwright.api.wire.publications import PublicationOut
from postwright.connections.models import Connection
from postwright.posts.models import Post
from postwright.publishing import queries
from postwright.publishing.queries import Overview

PublicationId = Annotated[
    str,
    Path(
        alias="publicationId",
        description="The publication's id; or its post's id, or your own key for that: then of "
        "several it is the one of the first account, by their ids.",
        examples=["pub_7k3m9x2q4d1f"],
    ),
]


async def find(session: AsyncSession, caller: Caller, wanted: str) -> Overview:
    """A publication.

    Raises:
        NoSuchPost: there is none that the key reaches.
    """
    return await queries.overview(session, caller.workspace_id, wanted, *reached(caller))


def reached(caller: Caller) -> list[ColumnElement[bool]]:
    """As `reach`, for publications: the account of each is one that the key reaches."""
    return [Post.deleted_at.is_(None), caller.within(Connection.profile_id), reach(caller)]


async def as_it_is_now(session: AsyncSession, seen: Overview) -> PublicationOut:
    """A publication after a change that is not committed yet."""
    await session.flush()
    publication = seen.publication
    return publication_shown(
        await queries.overview(session, publication.workspace_id, publication.id)
    )


def bounded(at: datetime | None, param: str) -> datetime | None:
    """A time that the database can hold in every zone.

    Raises:
        InvalidRequest: it is none.
    """
    if at is None:
        return None
    if at.tzinfo is None:
        raise InvalidRequest("The time has no offset.", fix="Add one, like Z.", param=param)
    if not 2000 <= at.year < 2200:
        raise InvalidRequest("The time is too far away.", param=param)
    return at
