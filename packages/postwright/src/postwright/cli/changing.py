"""What commands that change one post have in common: which it is, and which version was seen."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.cli.opening import opened
from postwright.cli.settings import current
from postwright.publishing import queries
from postwright.publishing.queries import Overview

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

version_option = click.option(
    "--version",
    type=click.IntRange(min=1),
    metavar="N",
    help="The content_version you have seen; another one is refused.",
)


def named_post(function: F) -> F:
    """Add what names the post and the version of it: `id` and `version`."""
    return click.argument("id", metavar="ID")(version_option(function))


async def change(
    wanted: str, act: Callable[[AsyncSession, Overview], Awaitable[T]]
) -> tuple[Overview, T]:
    """Change a post in one transaction; the post as it is afterwards, and what `act` gave."""
    async with opened(current()) as desk:
        async with desk.database.transaction() as session:
            seen = await queries.overview(session, desk.workspace_id, wanted)
            done = await act(session, seen)
        async with desk.database.transaction() as session:
            return await queries.overview(session, desk.workspace_id, seen.publication.id), done
