"""What a list of accounts is also asked for: its order, and what clients of another server send."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, assert_never

from fastapi import Depends, Query, Request
from sqlalchemy import ColumnElement, false, select

from postwright.api.errors import InvalidRequest
from postwright.api.filters import refuse_unknown
from postwright.connections.models import Connection, ConnectionState
from postwright.workspaces.models import Profile

_MOST_PROFILES = 50


class Category(StrEnum):
    """What kind of account; all of ours are `social`."""

    SOCIAL = "social"
    ADS = "ads"
    COMMUNICATION = "communication"
    BLOGS = "blogs"
    CRM = "crm"
    ANALYTICS = "analytics"


class AccountSorting(StrEnum):
    """By what accounts are sorted."""

    ACCOUNT = "account"
    PLATFORM = "platform"
    PROFILE = "profile"
    STATUS = "status"
    CONNECTED = "connected"

    @property
    def column(self) -> Any:
        """What is compared."""
        match self:
            case AccountSorting.ACCOUNT:
                return Connection.handle
            case AccountSorting.PLATFORM:
                return Connection.platform
            case AccountSorting.PROFILE:
                its = select(Profile.name).where(Profile.id == Connection.profile_id)
                return its.scalar_subquery()
            case AccountSorting.STATUS:
                return Connection.state == ConnectionState.CONNECTED
            case AccountSorting.CONNECTED:
                return Connection.connected_at
            case _:
                assert_never(self)


class Direction(StrEnum):
    """Which end comes first."""

    ASC = "asc"
    DESC = "desc"


@dataclass(frozen=True, slots=True)
class Sorted:
    """What else is wanted of a list: conditions, and by what it is sorted before the name."""

    conditions: Sequence[ColumnElement[bool]]
    order: Any | None


async def _unheeded(
    *,
    include_over_limit: Annotated[  # taken, and not looked at
        bool, Query(alias="includeOverLimit", description="There is no limit: means nothing.")
    ] = False,
    exclude_hidden: Annotated[  # likewise
        bool, Query(alias="excludeHidden", description="No account is hidden: means nothing.")
    ] = False,
    include_sandbox: Annotated[  # likewise
        bool, Query(alias="includeSandbox", description="There is no sandbox: means nothing.")
    ] = False,
    per_profile: Annotated[  # likewise
        int | None,
        Query(
            alias="perProfile",
            ge=1,
            le=100,
            description="All accounts of each profile are listed: means nothing.",
            examples=[5],
        ),
    ] = None,
) -> None:
    """What clients of another server send, and what means nothing here."""


async def _sorted(
    *,
    request: Request,
    _: Annotated[None, Depends(_unheeded)],
    profile_ids: Annotated[
        str | None,
        Query(
            alias="profileIds",
            max_length=2000,
            description="Only those of these profiles, with commas; 50 at most.",
            examples=["prof_7k3m9x2q4d1f,prof_2q4d1f7k3m9x"],
        ),
    ] = None,
    category: Annotated[
        Category | None, Query(description="Only those of this kind: all are `social`.")
    ] = None,
    sort: Annotated[
        AccountSorting | None,
        Query(
            description="By what they are sorted, before their names; `status`: those that have to "
            "be connected again come first. Not with `cursor`."
        ),
    ] = None,
    order: Annotated[Direction, Query(description="Which end of `sort` comes first.")] = (
        Direction.ASC
    ),
) -> Sorted:
    refuse_unknown(request)
    wanted = list[ColumnElement[bool]]()
    if profile_ids is not None:
        ids = [each.strip() for each in profile_ids.split(",") if each.strip()]
        if len(ids) > _MOST_PROFILES:
            raise InvalidRequest(
                f"There are more than {_MOST_PROFILES} profiles.", param="profileIds"
            )
        wanted.append(Connection.profile_id.in_(ids))
    if category not in {None, Category.SOCIAL}:
        wanted.append(false())
    if sort is None:
        return Sorted(wanted, None)
    if "cursor" in request.query_params:
        raise InvalidRequest("A cursor goes on by name only.", param="sort")
    return Sorted(wanted, sort.column.desc() if order is Direction.DESC else sort.column)


# What the route that lists declares as the type of its `sorting`.
SortedOf = Annotated[Sorted, Depends(_sorted)]
