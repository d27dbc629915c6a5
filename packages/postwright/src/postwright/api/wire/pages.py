"""Pages of lists, on the wire."""

from pydantic import Field

from postwright.api.wire.base import Out


class Pagination(Out):
    """Which page of how many."""

    page: int = Field(description="The number of this page, from 1.")
    limit: int = Field(description="Most entries on a page.")
    total: int = Field(description="Entries on all pages.")
    pages: int = Field(description="How many pages there are.")
    is_capped: bool = Field(
        default=False, description="Whether there may be more than `total`: nobody counted on."
    )
    next_cursor: str | None = Field(
        default=None, description="`cursor` of the next page; null on the last one."
    )
