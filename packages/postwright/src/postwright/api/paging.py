"""Lists in pages: by number for people, by cursor for those who read everything."""

import base64
import json
from dataclasses import dataclass
from typing import Annotated, Any, cast

from fastapi import Depends, Query

from postwright.api.errors import InvalidRequest
from postwright.api.wire.base import storable
from postwright.api.wire.pages import Pagination

MOST = 100


@dataclass(frozen=True, slots=True)
class Page:
    """Which page is wanted. With `after`, what a cursor said, the others count nothing.

    `offset` is how many entries are left out, if that was said in place of the page's number.
    """

    number: int
    limit: int
    after: tuple[Any, ...] | None
    offset: int | None = None

    @property
    def skip(self) -> int:
        """Entries before it."""
        if self.after is not None:
            return 0
        return (self.number - 1) * self.limit if self.offset is None else self.offset

    def told(
        self, total: int, last: tuple[Any, ...] | None = None, *, is_capped: bool = False
    ) -> Pagination:
        """What is said of it.

        Args:
            total: entries on all pages.
            last: the sort values of its last entry, if there may be another page.
            is_capped: whether there may be more than were counted.
        """
        pages = -(-total // self.limit)
        cursor = None if last is None else cursor_of(last)
        return Pagination(
            page=self.number,
            limit=self.limit,
            total=total,
            pages=pages,
            is_capped=is_capped,
            next_cursor=cursor,
        )


async def _page(
    page: Annotated[int, Query(ge=1, le=100_000, description="Which page, from 1.")] = 1,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most entries on a page.")] = 10,
    cursor: Annotated[
        str | None,
        Query(
            max_length=500,
            description="`pagination.nextCursor` of the page before. Quick however far it goes, "
            "and nothing is left out or told twice when entries come in meanwhile.",
        ),
    ] = None,
    offset: Annotated[
        int | None,
        Query(ge=0, le=10_000_000, description="How many to leave out, in place of `page`."),
    ] = None,
) -> Page:
    after = None if cursor is None else cursor_values(cursor)
    number = page if offset is None else offset // limit + 1
    return Page(number, limit, after, offset)


# What a route that lists declares as the type of its `page`.
PageOf = Annotated[Page, Depends(_page)]


def cursor_of(values: tuple[Any, ...]) -> str:
    """A cursor that says after which sort values to go on; they must be JSON."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode().rstrip("=")


def cursor_values(cursor: str) -> tuple[Any, ...]:
    """What a cursor says; each list has to look whether these are its sort values.

    Raises:
        InvalidRequest: it is none.
    """
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        values = storable(json.loads(base64.urlsafe_b64decode(padded.encode())))
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, list) or not values:
        raise InvalidRequest("The cursor is none of ours.", param="cursor")
    return tuple(cast("list[Any]", values))
