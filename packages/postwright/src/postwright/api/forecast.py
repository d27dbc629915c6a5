"""`/v1/forecast`: when what waits will go out, and why not sooner."""

from typing import Annotated

from fastapi import Query
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.accounts.routes import account_of
from postwright.api.caller import Caller, Reader
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.forecast import ExpectedOut, Forecast, ForecastAccount
from postwright.connections.models import Connection
from postwright.publishing.outlook import MOST, Account, Expected, outlook

router = routes("Forecast")


@router.get("/forecast", summary="When what waits goes out", operation_id="get_forecast")
async def get_forecast(
    *,
    caller: Reader,
    parts: PartsOf,
    account_id: Annotated[
        str | None, Query(alias="accountId", description="Only of this account.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=MOST, description="Most publications.")] = 100,
) -> Forecast:
    """When what waits will go out, reckoned from what the networks allow.

    That is: starts per minute, posts and drafts in 24 hours, and accounts of an app that was not
    audited. How many posts a creator may make is a usual number until the network has said
    otherwise; other apps' posts count, too, and nobody can see those.
    """
    async with parts.database.transaction() as session:
        seen = await outlook(
            session,
            caller.workspace_id,
            parts.accounts.networks.of_app,
            connections=await _wanted(session, caller, account_id),
        )
    return Forecast(
        now=seen.now,
        waiting=len(seen.expected),
        expected=[_expected(each) for each in seen.expected[:limit]],
        accounts=[_account(each) for each in seen.accounts],
    )


async def _wanted(
    session: AsyncSession, caller: Caller, account_id: str | None
) -> frozenset[str] | None:
    """The ids of the accounts to tell of; None: all."""
    if account_id is not None:
        return frozenset({(await account_of(session, caller, account_id)).id})
    if caller.profile_ids is None:
        return None
    found = await session.scalars(
        select(Connection.id).where(
            Connection.workspace_id == caller.workspace_id, caller.within(Connection.profile_id)
        )
    )
    return frozenset(found)


def _expected(one: Expected) -> ExpectedOut:
    return ExpectedOut(
        publication_id=one.publication_id,
        post_id=one.post_id,
        account_id=one.connection_id,
        username=one.handle,
        kind=one.kind,
        mode=one.mode,
        publish_at=one.wants_at,
        starts_at=one.forecast.starts_at,
        reason=one.forecast.reason,
        says=one.forecast.says,
    )


def _account(one: Account) -> ForecastAccount:
    return ForecastAccount(
        account_id=one.connection_id,
        username=one.handle,
        posts_used=one.counted,
        posts_most=one.most,
        is_learned=one.is_learned,
        capped_at=one.cap_at,
        drafts_used=one.drafts,
        drafts_most=one.most_drafts,
        paused=one.pause,
    )
