"""Warns people before an authorisation ends for good, once per stage."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.alerts.kinds import Kind
from postwright.alerts.tell import tell
from postwright.connections.models import ConnectionState
from postwright.connections.standing import advised, step
from postwright.workspaces import audit

# Days before the end of the refresh token. Where a refresh prolongs it, none of them comes.
STAGES = (30, 7, 1)

# A network names ends in seconds that are left, so they move a little with every refresh.
_SLACK = timedelta(hours=12)

_DUE = text("""
    WITH ending AS (
        SELECT connection_id, refresh_expires_at AS ends_at,
               (SELECT min(days) FROM unnest(CAST(:stages AS int[])) AS days
                WHERE refresh_expires_at <= app_now() + make_interval(days => days)) AS days
        FROM credentials
        WHERE refresh_expires_at <= app_now() + make_interval(days => :first)
    )
    UPDATE connections SET warned_at = app_now()
    FROM ending
    WHERE connections.id = ending.connection_id AND connections.state = :connected
      AND (connections.warned_at IS NULL
           OR connections.warned_at < ending.ends_at - make_interval(days => ending.days) - :slack)
    RETURNING connections.workspace_id, connections.id, connections.handle, ending.ends_at,
              ceil(extract(epoch FROM ending.ends_at - app_now()) / 86400)::int AS days_left
""")

# Whoever disconnected them died before the end.
_LEFT_BEHIND = text("""
    DELETE FROM credentials USING connections
    WHERE connections.id = credentials.connection_id AND connections.state = :disconnected
      AND connections.disconnected_at < app_now() - interval '10 minutes'
    RETURNING connections.workspace_id, connections.id
""")


async def warn_of_ends(session: AsyncSession) -> int:
    """Tell of every consent that ends in 30, 7 or 1 days and was not told of; how many."""
    values = {
        "stages": list(STAGES),
        "first": max(STAGES),
        "slack": _SLACK,
        "connected": ConnectionState.CONNECTED,
    }
    rows = (await session.execute(_DUE, values)).all()
    for row in rows:
        do = step(ConnectionState.EXPIRING, row.handle)
        when = "in a day" if row.days_left <= 1 else f"in {row.days_left} days"
        await tell(
            session,
            row.workspace_id,
            Kind.CONNECTION_CONSENT_ENDS,
            row.id,
            says=advised(row.handle, f"Its consent ends {when}.", do),
            account=row.handle,
            days_left=row.days_left,
            ends_at=row.ends_at.isoformat(),
            do=do,
        )
    return len(rows)


async def forget_left_behind(session: AsyncSession) -> int:
    """Delete tokens that a disconnecting which was cut off has left; how many."""
    rows = (
        await session.execute(_LEFT_BEHIND, {"disconnected": ConnectionState.DISCONNECTED})
    ).all()
    for workspace_id, connection_id in rows:
        await audit.record(
            session,
            workspace_id,
            actor="worker",
            action="connection.forgotten",
            subject=connection_id,
        )
    return len(rows)
