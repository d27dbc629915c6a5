"""`/v1/accounts`: who is connected."""

from typing import Annotated, assert_never

from fastapi import Path, Query
from sqlalchemy import ColumnElement, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.accounts.shown import accounts_shown
from postwright.api.accounts.sorted import SortedOf
from postwright.api.caller import Admin, Caller, Reader
from postwright.api.errors import InvalidRequest
from postwright.api.paging import Page, cursor_values
from postwright.api.parts import Parts, PartsOf
from postwright.api.routing import routes
from postwright.api.wire.accounts import (
    AccountAnswer,
    AccountChange,
    AccountChanged,
    AccountGone,
    AccountList,
    AccountMove,
    AccountStatus,
    StatusCounts,
)
from postwright.api.wire.base import warnings_of
from postwright.connections import queries
from postwright.connections.disconnect import disconnect
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.profiles import move_account as move
from postwright.connections.profiles import rename_account as rename
from postwright.publishing.cancel import cancel_all
from postwright.publishing.queries import unfinished
from postwright.workspaces import profiles

router = routes("Accounts")

AccountId = Annotated[
    str, Path(alias="accountId", description="The account's id.", examples=["conn_7k3m9x2q4d1f"])
]
ProfileOf = Annotated[
    str | None, Query(alias="profileId", description="Only those of this profile.")
]
PlatformOf = Annotated[
    str | None, Query(description="Only those of this network.", examples=["tiktok"])
]
_MOST = 100
# As clients of another server say that it does not matter.
_ANY = (None, "", "all")
_TO_RECONNECT = Connection.state != ConnectionState.CONNECTED


@router.get("/accounts", summary="List accounts", operation_id="list_accounts")
async def list_accounts(
    *,
    caller: Reader,
    parts: PartsOf,
    profile_id: ProfileOf = None,
    platform: PlatformOf = None,
    status: Annotated[
        AccountStatus | None,
        Query(
            description="Only those that stand so. `connected`: all that can be posted to; "
            "`disconnected`: all that have to be connected again."
        ),
    ] = None,
    search: Annotated[
        str | None,
        Query(
            max_length=100,
            description="Only those in whose names this is, in any case; or the one with this id.",
        ),
    ] = None,
    include_status_counts: Annotated[
        bool, Query(alias="includeStatusCounts", description="Count them, too.")
    ] = False,
    sorting: SortedOf,
    page: Annotated[int | None, Query(ge=1, le=100_000, description="Which page, from 1.")] = None,
    limit: Annotated[
        int | None, Query(ge=1, le=_MOST, description="Most accounts on a page.")
    ] = None,
    cursor: Annotated[
        str | None, Query(max_length=500, description="`pagination.nextCursor` of the page before.")
    ] = None,
) -> AccountList:
    """The connected accounts that the key reaches, by username.

    All of them, unless `page`, `limit` or `cursor` is given. One that was disconnected is not
    listed any more.
    """
    wanted = [*conditions(caller, profile_id, platform), *sorting.conditions, *_named(search)]
    every = [*wanted, *_in_status(status)]
    asked = _page(page, limit, cursor)
    async with parts.database.transaction() as session:
        found = await queries.find_accounts(
            session,
            caller.workspace_id,
            *every,
            *_after(asked),
            order=sorting.order,
            limit=None if asked is None else asked.limit,
            skip=0 if asked is None else asked.skip,
        )
        shown = await accounts_shown(session, parts, found)
        counts = await _counts(session, caller, wanted) if include_status_counts else None
        pagination = None
        if asked is not None:
            total = await queries.count_accounts(session, caller.workspace_id, *every)
            is_full = len(found) == asked.limit
            is_by_name = sorting.order is None
            last = (found[-1].handle, found[-1].id) if is_full and is_by_name else None
            pagination = asked.told(total, last)
    return AccountList(accounts=shown, pagination=pagination, status_counts=counts)


@router.get("/accounts/{accountId}", summary="Get an account", operation_id="get_account")
async def get_account(account_id: AccountId, caller: Reader, parts: PartsOf) -> AccountAnswer:
    """One account."""
    async with parts.database.transaction() as session:
        found = await account_of(session, caller, account_id)
        (shown,) = await accounts_shown(session, parts, [found])
    return AccountAnswer(account=shown)


@router.put("/accounts/{accountId}", summary="Change an account", operation_id="update_account")
async def update_account(
    account_id: AccountId, wanted: AccountChange, caller: Admin, parts: PartsOf
) -> AccountChanged:
    """Change what is sent of an account; the rest stays.

    Its `username` is the network's and cannot be changed. What is planned for it moves with it.
    """
    warnings = [
        "username is the network's and was left as it is." if told.startswith("username ") else told
        for told in warnings_of(wanted)
    ]
    return await _changed(parts, caller, account_id, wanted, warnings)


@router.patch(
    "/accounts/{accountId}", summary="Move an account to a profile", operation_id="move_account"
)
async def move_account(
    account_id: AccountId, wanted: AccountMove, caller: Admin, parts: PartsOf
) -> AccountChanged:
    """Move an account to another profile; what is planned for it moves with it."""
    change = AccountChange(profile_id=wanted.profile_id)
    return await _changed(parts, caller, account_id, change, warnings_of(wanted))


@router.delete(
    "/accounts/{accountId}", summary="Disconnect an account", operation_id="delete_account"
)
async def delete_account(
    account_id: AccountId,
    caller: Admin,
    parts: PartsOf,
    *,
    cancel_posts: Annotated[
        bool,
        Query(
            alias="cancelPosts",
            description="Cancel what is planned for it, as far as it can be. Otherwise that waits "
            "until the account is connected again.",
        ),
    ] = False,
) -> AccountGone:
    """Give the authorisation back at the network, and delete the tokens.

    What the network has said of the account is deleted, too; its posts stay in the lists. It is
    disconnected whether the network could be told or not.
    """
    async with parts.database.transaction() as session:
        found = await account_of(session, caller, account_id)
        planned = await unfinished(session, caller.workspace_id, found.id)
    done = await disconnect(parts.accounts, found, actor=caller.actor)
    cancelled = 0
    if cancel_posts:
        cancelled = await cancel_all(parts.database, planned, actor=caller.actor)
    return AccountGone(
        message=f"@{found.handle} is disconnected.",
        network_told=done.told,
        why=done.why,
        cancelled_posts=cancelled,
        unfinished_posts=len(planned) - cancelled,
    )


async def account_of(session: AsyncSession, caller: Caller, account_id: str) -> Connection:
    """An account that the caller reaches.

    Raises:
        NoSuchAccount: there is none.
    """
    within = caller.within(Connection.profile_id)
    return await queries.find_account(session, caller.workspace_id, account_id, within)


def conditions(
    caller: Caller, profile_id: str | None, platform: str | None
) -> list[ColumnElement[bool]]:
    """What an account has to meet that the caller reaches and has asked for."""
    wanted = [caller.within(Connection.profile_id)]
    if profile_id not in _ANY:
        wanted.append(Connection.profile_id == profile_id)
    if platform not in _ANY:
        wanted.append(Connection.platform == platform)
    return wanted


def _named(search: str | None) -> list[ColumnElement[bool]]:
    if not search:
        return []
    return [
        Connection.handle.icontains(search, autoescape=True)
        | Connection.display_name.icontains(search, autoescape=True)
        | (Connection.id == search)
        | (Connection.external_id == search)
    ]


def _in_status(status: AccountStatus | None) -> list[ColumnElement[bool]]:
    match status:
        case None:
            return []
        case AccountStatus.CONNECTED:
            return [Connection.state.in_([each for each in ConnectionState if each.usable])]
        case AccountStatus.DISCONNECTED:
            return [_TO_RECONNECT]
        case (
            AccountStatus.EXPIRING
            | AccountStatus.EXPIRED
            | AccountStatus.REVOKED
            | AccountStatus.INSUFFICIENT_SCOPE
        ):
            return [Connection.state == ConnectionState(status.value)]
        case _:
            assert_never(status)


def _page(page: int | None, limit: int | None, cursor: str | None) -> Page | None:
    if page is None and limit is None and cursor is None:
        return None
    after = None if cursor is None else cursor_values(cursor)
    return Page(page or 1, limit or _MOST, after)


def _after(asked: Page | None) -> list[ColumnElement[bool]]:
    if asked is None or asked.after is None:
        return []
    match asked.after:
        case (str() as handle, str() as account_id):
            return [tuple_(Connection.handle, Connection.id) > (handle, account_id)]
        case _:
            raise InvalidRequest("The cursor is none of ours.", param="cursor")


async def _counts(
    session: AsyncSession, caller: Caller, wanted: list[ColumnElement[bool]]
) -> StatusCounts:
    count = queries.count_accounts
    return StatusCounts(
        all=await count(session, caller.workspace_id, *wanted),
        disconnected=await count(session, caller.workspace_id, *wanted, _TO_RECONNECT),
    )


async def _changed(
    parts: Parts, caller: Caller, account_id: str, wanted: AccountChange, warnings: list[str]
) -> AccountChanged:
    async with parts.database.transaction() as session:
        found = await account_of(session, caller, account_id)
        if wanted.profile_id is not None:
            if not caller.reaches(wanted.profile_id):
                raise profiles.missing(wanted.profile_id)
            await move(session, found, wanted.profile_id, actor=caller.actor)
        if wanted.display_name is not None:
            await rename(session, found, wanted.display_name, actor=caller.actor)
        (shown,) = await accounts_shown(session, parts, [found])
    return AccountChanged(
        message="The account was changed.",
        account=shown,
        username=shown.username,
        display_name=shown.display_name,
        profile_id=shown.profile_id,
        warnings=warnings,
    )
