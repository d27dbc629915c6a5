"""Thousands of accounts at once, at the emulator and here, and what is planned for them.

Each consent takes some twenty milliseconds. For ten thousand accounts the emulator is given its
state back with more people in it, and the same rows are written here that a consent writes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert

from benchmarks.publishing import bare
from postwright.connections.credentials import token_context
from postwright.connections.models import Connection, ConnectionState, Credential
from postwright.db.database import Database
from postwright.kit.vault import Vault

if TYPE_CHECKING:
    from benchmarks.publishing.stage import Stage

CLIENT_KEY = "demo-desktop-key"
SCOPES = ["user.info.basic", "video.publish", "video.upload"]
_LIFE = timedelta(hours=20)
_FIRST_ID = 7_000_000_000_000_000_000

# What `schedule` writes, for many: post, file, publication, lane, and the notice.
PLAN = (
    """
    INSERT INTO posts (
        id, workspace_id, kind, caption, status, scheduled_for, listed_at, fingerprint, version,
        created_at
    )
    SELECT 'post_' || n, :workspace_id, 'video', 'post ' || n, 'scheduled', moment.at, moment.at,
        'bench-' || n, 1, CAST(:now AS timestamptz)
    FROM generate_series(CAST(:begin AS int), CAST(:end AS int)) AS n
    CROSS JOIN LATERAL (
        SELECT CAST(:now AS timestamptz) + CAST(:due_in AS interval)
            + (n - :begin) * CAST(:apart AS interval) AS at
    ) AS moment
    """,
    """
    INSERT INTO post_media (post_id, position, media_id)
    SELECT 'post_' || n, 0, :media_id
    FROM generate_series(CAST(:begin AS int), CAST(:end AS int)) AS n
    """,
    """
    INSERT INTO publications (
        id, workspace_id, post_id, connection_id, kind, caption, settings, source, mode,
        content_version, state, lane, due_at, publish_at, timezone, hold_reason, detail,
        end_code, post_ids, post_url, visibility, report, version, created_at
    )
    SELECT 'pub_' || n, :workspace_id, 'post_' || n,
        'acct_' || (:first + (n - :begin) % :accounts), 'video', 'post ' || n,
        jsonb_build_object('privacy_level', 'PUBLIC_TO_EVERYONE', 'title', 'post ' || n),
        'upload', 'direct', 1, 'scheduled', 'start', moment.at, moment.at, 'UTC', '', '', '', '{}',
        '', 'unknown', '[]', 1, CAST(:now AS timestamptz)
    FROM generate_series(CAST(:begin AS int), CAST(:end AS int)) AS n
    CROSS JOIN LATERAL (
        SELECT CAST(:now AS timestamptz) + CAST(:due_in AS interval)
            + (n - :begin) * CAST(:apart AS interval) AS at
    ) AS moment
    """,
    """
    INSERT INTO publication_media (publication_id, position, media_id)
    SELECT 'pub_' || n, 0, :media_id
    FROM generate_series(CAST(:begin AS int), CAST(:end AS int)) AS n
    """,
    """
    INSERT INTO lanes (id, workspace_id, subject_id, kind, next_at, fence)
    SELECT 'lane_' || connection_id, :workspace_id, connection_id, 'start', min(due_at), 0
    FROM publications WHERE lane = 'start' AND due_at IS NOT NULL GROUP BY connection_id
    ON CONFLICT (subject_id, kind) DO UPDATE
    SET next_at = LEAST(COALESCE(lanes.next_at, EXCLUDED.next_at), EXCLUDED.next_at)
    """,
    "SELECT pg_notify('postwright_lanes', 'start')",
)

nap = asyncio.sleep


async def come(
    control: Callable[..., Awaitable[Any]],
    database: Database,
    vault: Vault,
    stage: "Stage",
    count: int,
) -> list[str]:
    """Connect `count` accounts; their access tokens."""
    world = (await control("GET", "state?secrets=1"))["snapshot"]
    ends_at = datetime.now(UTC) + _LIFE
    _crowd(world, count, ends_at)
    await control("POST", "state", {"snapshot": world})
    for begin in range(0, count, 1000):
        numbers = range(begin, min(begin + 1000, count))
        async with database.transaction() as session:
            await session.execute(insert(Connection), [_account(stage, n) for n in numbers])
            await session.execute(
                insert(Credential), [_credential(vault, n, ends_at) for n in numbers]
            )
    async with database.transaction() as session:
        await (await session.connection()).exec_driver_sql("ANALYZE connections, credentials")
    return [f"act.bench{n}" for n in range(count)]


async def in_processing(stage: "Stage", count: int, accounts: int) -> None:
    """Have the emulator work on `count` videos that were uploaded to it, for as long as it runs.

    One is uploaded; then it is given its state back with as many of the same, by account in turn,
    whose ids are `publish_id(n)`.
    """
    await stage.control(
        "PATCH", "settings", {"processing": {"mode": "after_seconds", "value": 8_640_000}}
    )
    await bare.upload(stage.http, stage.tokens[0], stage.video)
    world = (await stage.control("GET", "state?secrets=1"))["snapshot"]
    [[_, model]] = world["publishes"]
    world["publishes"] = [
        [
            publish_id(n),
            {
                **model,
                "publish_id": publish_id(n),
                "username": f"c{n % accounts}",
                "upload_id": str(_FIRST_ID + n),
                "status_reads": 0,
            },
        ]
        for n in range(count)
    ]
    await stage.control("POST", "state", {"snapshot": world})


def publish_id(n: int) -> str:
    """Of the nth that is in processing."""
    return f"v_pub_file~v2-1.{_FIRST_ID + n}"


def _crowd(world: dict[str, Any], count: int, ends_at: datetime) -> None:
    _, model = next(entry for entry in world["creators"] if entry[0] == "demo")
    known = len(world["pool"])
    for n in range(count):
        name, grant = f"c{n}", known + n
        world["creators"].append([name, {**model, "username": name, "nickname": name}])
        world["pool"].append(
            {
                "type": "Grant",
                "client_key": CLIENT_KEY,
                "username": name,
                "open_id": f"-000bench{n}",
                "scopes": SCOPES,
                "granted_at": world["now"],
                "revoked_at": None,
            }
        )
        world["grants"].append([[CLIENT_KEY, name], grant])
        for kind, token in (("access_tokens", "act"), ("refresh_tokens", "rft")):
            world[kind].append(
                [
                    f"{token}.bench{n}",
                    {
                        "type": "Token",
                        "grant": grant,
                        "scopes": SCOPES,
                        "expires_at": ends_at.isoformat(),
                        "is_dead": False,
                    },
                ]
            )


def _account(stage: "Stage", n: int) -> dict[str, Any]:
    now = datetime.now(UTC)
    return {
        "id": f"acct_{n}",
        "workspace_id": stage.workspace_id,
        "platform_app_id": stage.app_id,
        "platform": "tiktok",
        "external_id": f"-000bench{n}",
        "handle": f"c{n}",
        "display_name": f"c{n}",
        "scopes": SCOPES,
        "purposes": ["publish"],
        "granted": ["publish"],
        "state": ConnectionState.CONNECTED,
        "state_detail": "",
        "created_at": now,
        "connected_at": now,
    }


def _credential(vault: Vault, n: int, ends_at: datetime) -> dict[str, Any]:
    account = f"acct_{n}"
    return {
        "connection_id": account,
        "version": 1,
        "access_token": vault.seal(f"act.bench{n}", token_context(account, "access")),
        "refresh_token": vault.seal(f"rft.bench{n}", token_context(account, "refresh")),
        "issued_at": datetime.now(UTC),
        "refresh_at": ends_at - _LIFE / 4,
        "access_expires_at": ends_at,
        "refresh_expires_at": ends_at + timedelta(days=100),
        "refresh_doubt": "",
    }
