"""`/v1/usage` and `/v1/usage-stats`: what is used, and of how much."""

from datetime import timedelta

from fastapi import Request
from sqlalchemy import func, select

from postwright.api.caller import Caller, Reader
from postwright.api.limits import Standing
from postwright.api.parts import Parts, PartsOf
from postwright.api.routing import routes
from postwright.api.wire.usage import MediaUsage, RateUsage, Usage, UsageCounts, UsageLimits
from postwright.connections.models import Connection
from postwright.db.database import app_now
from postwright.media.quota import used_bytes
from postwright.publishing.models import Publication
from postwright.workspaces.models import Profile, Workspace
from postwright.workspaces.profiles import count_profiles

router = routes("Usage")

_PERIOD = timedelta(days=30)


@router.get("/usage-stats", summary="Plan and usage", operation_id="get_usage_stats")
async def get_usage_stats(caller: Reader, parts: PartsOf, request: Request) -> Usage:
    """What is used, of what the key reaches: accounts, posts, media, requests."""
    return await _usage(caller, parts, request.state.standing)


@router.get("/usage", summary="Usage", operation_id="get_usage")
async def get_usage(caller: Reader, parts: PartsOf, request: Request) -> Usage:
    """The same as `GET /v1/usage-stats`."""
    return await _usage(caller, parts, request.state.standing)


async def _usage(caller: Caller, parts: Parts, standing: Standing) -> Usage:
    mine = (
        select(func.count())
        .select_from(Publication)
        .join(Connection, Connection.id == Publication.connection_id)
        .where(
            Publication.workspace_id == caller.workspace_id, caller.within(Connection.profile_id)
        )
    )
    accounts = select(func.count()).where(
        Connection.workspace_id == caller.workspace_id,
        Connection.disconnected_at.is_(None),
        caller.within(Connection.profile_id),
    )
    async with parts.database.transaction() as session:
        since = await app_now(session) - _PERIOD
        workspace = await session.get_one(Workspace, caller.workspace_id)
        made = mine.with_only_columns(func.count(Publication.post_id.distinct())).where(
            Publication.created_at >= since
        )
        counts = UsageCounts(
            uploads=await session.scalar(made) or 0,
            profiles=await count_profiles(session, caller.workspace_id, caller.within(Profile.id)),
            connected_accounts=await session.scalar(accounts) or 0,
            scheduled=await session.scalar(mine.where(Publication.lane.is_not(None))) or 0,
            last_reset=since,
        )
        used = await used_bytes(session, caller.workspace_id)
    own = workspace.media_quota_bytes
    quota = parts.settings.media.quota_bytes if own is None else own
    return Usage(
        plan_name="self-hosted",
        has_access=True,
        limits=UsageLimits(uploads=-1, profiles=-1),
        usage=counts,
        media=MediaUsage(used_bytes=used, quota_bytes=quota),
        calls=RateUsage(
            limit=standing.limit, remaining=standing.remaining, reset_at_s=standing.reset_at_s
        ),
    )
