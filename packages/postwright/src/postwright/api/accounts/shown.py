"""Accounts as they go over the wire."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.parts import Parts
from postwright.api.wire.accounts import AccountOut
from postwright.connections.models import Connection, ConnectionState
from postwright.connections.queries import platform_apps
from postwright.db.database import app_now
from postwright.platforms.purpose import Purpose
from postwright.publishing.caps import LOOK_EVERY

# After that the network's address of a picture leads nowhere.
PICTURES_LAST: Final = timedelta(hours=2)


async def accounts_shown(
    session: AsyncSession, parts: Parts, found: Sequence[Connection]
) -> list[AccountOut]:
    """Accounts of one workspace."""
    if not found:
        return []
    apps = await platform_apps(session, found[0].workspace_id)
    networks = parts.accounts.networks
    now = await app_now(session)
    return [
        _shown(each, networks.of_app(apps[each.platform_app_id]).profile_url(each.handle), now)
        for each in found
    ]


def _shown(account: Connection, profile_url: str, now: datetime) -> AccountOut:
    return AccountOut(
        id=account.id,
        platform=account.platform,
        profile_id=account.profile_id,
        username=account.handle,
        display_name=account.display_name,
        platform_user_id=account.external_id,
        profile_picture=_picture(account, now),
        profile_url=profile_url or None,
        is_active=account.state.usable,
        needs_reconnection=needs_reconnection(account),
        state=account.state,
        state_detail=account.state_detail,
        purposes=[Purpose(each) for each in account.purposes],
        granted=[Purpose(each) for each in account.granted],
        scopes=account.scopes,
        connected_at=account.connected_at,
        created_at=account.created_at,
        rate_limited_until=None if account.cap_at is None else account.cap_at + LOOK_EVERY,
    )


def _picture(account: Connection, now: datetime) -> str | None:
    if account.facts is None or account.facts_at is None:
        return None
    is_good = now - account.facts_at < PICTURES_LAST
    return account.facts.get("avatar_url") or None if is_good else None


def needs_reconnection(account: Connection) -> bool:
    """Whether a person has to connect it again, now or before its token ends."""
    return account.state is not ConnectionState.CONNECTED
