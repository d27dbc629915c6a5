"""Takes up the publication that is due in a lane, and freezes its content for an attempt."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.networks import StoredApp
from postwright.db.statement import Coming, Statement
from postwright.errors import AppError, Misconfigured
from postwright.jobs.lanes import SOON, Claim
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.media.store import MediaStore
from postwright.platforms.base import Network
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source
from postwright.publishing.attempt import Attempt, Stage
from postwright.publishing.rows import KEPT, Kept, kept_of
from postwright.publishing.states import IfMissed

# A webhook that came in within this time shows that the network can reach us.
_TOLD_FOR = timedelta(hours=24)

START = "start"
TRACK = "track"

# Whatever asks for another attempt after one of these is wrong.
_OUT = frozenset({Stage.TRACKING, Stage.SETTLING, Stage.DELIVERED, Stage.PUBLISHED})


class Contradiction(AppError):
    """The rows would have it posted again, though it is out, or may be."""

    code = "contradiction"

    def __init__(self, publication_id: str) -> None:
        super().__init__(
            f"{publication_id} is due, but it has been posted, or may have been.",
            why="Nothing is posted twice: it stays as it is.",
            fix="Please report this, with what the ledger says of it.",
            command=f"postwright ledger {publication_id}",
        )


@dataclass(slots=True)
class Work:
    """A publication in a worker's hands. `attempt` is what is durable, as far as it knows.

    `media_ids`, `files` and `probes` are the post's files in their order. `met_cap` says that the
    network once refused this creator more posts; the gate sets it. `if_missed` is the post's wish,
    or the installation's.
    """

    workspace_id: str
    publication_id: str
    connection_id: str
    handle: str
    kind: Kind
    mode: Mode
    settings: dict[str, Any]
    publish_at: datetime
    content_version: int
    media_ids: tuple[str, ...]
    files: tuple[Media, ...]
    probes: tuple[dict[str, Any], ...]
    app: StoredApp
    network: Network
    attempt_id: str
    number: int
    attempt: Attempt
    now: datetime
    met_cap: bool = False
    if_missed: IfMissed = IfMissed.PUBLISH

    @property
    def media(self) -> Media:
        """The file of an upload."""
        return self.files[0]

    def content(self, addresses: tuple[str, ...] = ()) -> Content:
        """What is announced; `addresses` only if the network fetches it."""
        return Content(self.kind, self.mode, self.settings, self.attempt.plan, addresses)

    def post_url(self, post_id: str) -> str:
        """Where people see the post."""
        return self.network.post_url(self.handle, post_id, self.kind)

    def jittered(self, delay: timedelta) -> timedelta:
        """A tenth more or less, so that what waits together does not wake together."""
        return delay * random.uniform(0.95, 1.1)  # noqa: S311  # spreads load, keeps no secret


def upload_url_context(attempt_id: str) -> str:
    """Where an attempt's sealed upload address belongs."""
    return f"attempts:{attempt_id}:upload_url"


def lane_of(a: Attempt) -> str:
    """Which lane goes on with an attempt that has come so far."""
    return TRACK if a.stage in _OUT else START


_LET_GO = Statement("""
    WITH due AS (
        SELECT min(due_at) AS at FROM publications
        WHERE connection_id = :subject_id AND lane = :kind
    ), gone AS (
        UPDATE lanes SET lease_until = NULL, holder = NULL, next_at = due.at
        FROM due
        WHERE lanes.id = :lane_id AND fence = :fence
          AND (:leaves OR due.at IS NULL OR due.at > app_now())
        RETURNING next_at
    )
    SELECT CASE WHEN next_at < (SELECT app_now()) + :soon
        THEN pg_notify('postwright_lanes', :kind) END
    FROM gone
""")


async def let_go(session: AsyncSession, claim: Claim, *, leaves: bool) -> bool:
    """Let go of a lane that is held, in the transaction that holds it, until more is due in it.

    Returns:
        False if more is due now, and it is not `leaves`: then it is still held.
    """
    return await (await ask_to_let_go(session, claim, leaves=leaves)).first() is not None


async def ask_to_let_go(session: AsyncSession, claim: Claim, *, leaves: bool) -> Coming:
    """The same, to be answered with what comes after it: no row if the lane is still held."""
    values = {
        "lane_id": claim.lane_id,
        "subject_id": claim.subject_id,
        "kind": claim.kind,
        "fence": claim.fence,
        "leaves": leaves,
        "soon": SOON,
    }
    return await _LET_GO.ask(session, values)


_FOUND = f"""
    SELECT {KEPT},
        p.id, p.workspace_id, p.connection_id, p.settings, p.source, p.mode, p.publish_at,
        p.if_missed, p.kind, connections.handle, platform_apps.webhook_at,
        platform_apps.id AS app_id, platform_apps.platform, platform_apps.client_key,
        platform_apps.client_secret, platform_apps.kind AS app_kind, platform_apps.base_url,
        platform_apps.audited, platform_apps.audited_learned, files.media,
        last.id AS attempt_id, last.number, last.live, last.stage, last.source AS attempt_source,
        last.mode AS attempt_mode, last.size_bytes, last.chunk_bytes, last.chunk_count,
        last.expects_id, last.checked_at, last.announced_at, last.publish_id, last.upload_url,
        last.opened_at, last.sent_offset, last.last_byte_at, last.address_dead, last.failed_at,
        last.polls, last.troubles, last.rejections, last.voids, last.retries, last.cancels
    FROM due AS p
    JOIN connections ON connections.id = p.connection_id
    JOIN platform_apps ON platform_apps.id = connections.platform_app_id
    CROSS JOIN LATERAL (
        SELECT jsonb_agg(jsonb_build_object(
            'id', media_files.id, 'sha256', sha256, 'size_bytes', size_bytes,
            'content_type', content_type, 'probe', probe
        ) ORDER BY position) AS media
        FROM publication_media AS its JOIN media_files ON media_files.id = its.media_id
        WHERE its.publication_id = p.id
    ) AS files
    LEFT JOIN LATERAL (
        SELECT * FROM attempts WHERE publication_id = p.id ORDER BY number DESC LIMIT 1
    ) AS last ON true
"""  # noqa: S608  # the columns are ours

_DUE = Statement(f"""
    WITH due AS MATERIALIZED (
        SELECT * FROM publications
        WHERE connection_id = :subject_id AND lane = :kind AND due_at <= (SELECT app_now())
        ORDER BY due_at LIMIT 1 FOR UPDATE
    ) {_FOUND}
""")  # noqa: S608  # as above

_STILL_DUE = Statement(f"""
    WITH due AS MATERIALIZED (
        SELECT * FROM publications
        WHERE id = :publication_id AND lane = :kind AND due_at <= :now FOR UPDATE
    ) {_FOUND}
""")  # noqa: S608  # as above


@dataclass(frozen=True, slots=True)
class Found:
    """A publication that is due, with all that is needed to work on it, as it is stored."""

    row: Any

    @property
    def publication_id(self) -> str:
        """Which."""
        return self.row.id

    @property
    def if_missed(self) -> IfMissed | None:
        """What its post wishes, if it has a wish."""
        return None if self.row.if_missed is None else IfMissed(self.row.if_missed)

    @property
    def kept(self) -> Kept:
        """Its row, which the transaction has locked."""
        return kept_of(self.row)


async def ask_for_due(session: AsyncSession, claim: Claim) -> Coming:
    """Ask for the publication of this lane that has been due for longest, and lock its row."""
    return await _DUE.ask(session, {"subject_id": claim.subject_id, "kind": claim.kind})


async def found(asked: Coming) -> Found | None:
    """What `ask_for_due` has brought; None if nothing is due."""
    row = await asked.first()
    return None if row is None else Found(row)


async def find_again(
    session: AsyncSession, claim: Claim, publication_id: str, now: datetime
) -> Found | None:
    """The same for one that was taken up; None if it is not due in this lane any more."""
    values = {"publication_id": publication_id, "kind": claim.kind, "now": now}
    row = await _STILL_DUE.first(session, values)
    return None if row is None else Found(row)


@dataclass(frozen=True, slots=True)
class Means:
    """What opens what is stored: secrets, networks, files."""

    vault: Vault
    opener: Callable[[StoredApp], Network]
    store: MediaStore


async def take_up(session: AsyncSession, found: Found, means: Means, now: datetime) -> Work:
    """A publication with its live attempt; the first attempt is made here, frozen."""
    row, kept = found.row, found.kept
    app = StoredApp(
        row.app_id,
        row.platform,
        row.client_key,
        row.client_secret,
        row.app_kind,
        row.base_url,
        row.audited,
        row.audited_learned,
    )
    network, kind, mode = means.opener(app), Kind(row.kind), Mode(row.mode)
    source = network.source(kind, Source(row.source))
    media: list[dict[str, Any]] = row.media
    work = Work(
        workspace_id=row.workspace_id,
        publication_id=row.id,
        connection_id=row.connection_id,
        handle=row.handle,
        kind=kind,
        mode=mode,
        settings=row.settings,
        publish_at=row.publish_at,
        content_version=kept.content_version,
        media_ids=tuple(file["id"] for file in media),
        files=tuple(_file(means.store, row.workspace_id, file) for file in media),
        probes=tuple(file["probe"] for file in media),
        app=app,
        network=network,
        attempt_id=row.attempt_id or "",
        number=row.number or 0,
        attempt=Attempt(plan=_plan(network, source, media), source=source, mode=mode),
        now=now,
    )
    if row.live:
        work.attempt = _attempt_of(row, means.vault)
    else:
        if kept.lane != START or (row.live is not None and Stage(row.stage) in _OUT):
            raise Contradiction(row.id)
        public = mode is Mode.DIRECT and network.is_public(row.settings)
        work.attempt = replace(work.attempt, expects_id=public)
        await begin_attempt(session, work, work.attempt)
    work.attempt = replace(
        work.attempt,
        cancel_requested=kept.cancel_requested_at is not None,
        told=row.webhook_at is not None and now - row.webhook_at < _TOLD_FOR,
        post_ids=tuple(kept.post_ids),
    )
    return work


def _file(store: MediaStore, workspace_id: str, media: dict[str, Any]) -> Media:
    return Media(
        source=store.source(workspace_id, media["sha256"]),
        size_bytes=media["size_bytes"],
        sha256=media["sha256"],
        content_type=media["content_type"],
    )


def _plan(network: Network, source: Source, media: list[dict[str, Any]]) -> Plan:
    size_bytes = sum(file["size_bytes"] for file in media)
    return network.plan(size_bytes) if source is Source.UPLOAD else Plan(size_bytes, 0, 0)


def _attempt_of(row: Any, vault: Vault) -> Attempt:
    """The attempt as the protocol sees it, without what belongs to its publication."""
    url, lost = _upload_url(row, vault)
    return Attempt(
        plan=Plan(row.size_bytes, row.chunk_bytes, row.chunk_count),
        source=Source(row.attempt_source),
        mode=Mode(row.attempt_mode),
        stage=Stage(row.stage),
        expects_id=row.expects_id,
        checked_at=row.checked_at,
        announced_at=row.announced_at,
        publish_id=row.publish_id,
        upload_url=url,
        opened_at=row.opened_at,
        offset=row.sent_offset,
        last_byte_at=row.last_byte_at,
        address_dead=row.address_dead or lost,
        failed_at=row.failed_at,
        polls=row.polls,
        troubles=row.troubles,
        rejections=row.rejections,
        voids=row.voids,
        retries=row.retries,
        cancels=row.cancels,
    )


def _upload_url(row: Any, vault: Vault) -> tuple[str | None, bool]:
    """The address, and whether there was one that was sealed with a master key that is gone."""
    if row.upload_url is None:
        return None, False
    try:
        return vault.open(row.upload_url, upload_url_context(row.attempt_id)), False
    except Misconfigured:
        return None, True


_BEGIN = Statement("""
    INSERT INTO attempts (
        id, workspace_id, publication_id, connection_id, number, live, stage, source, mode,
        media_sha256, size_bytes, chunk_bytes, chunk_count, expects_id, sent_offset,
        progress_bytes, address_dead, polls, troubles, rejections, voids, retries, cancels,
        end_code, detail, created_at
    ) VALUES (
        :id, :workspace_id, :publication_id, :connection_id, :number, true, :stage, :source, :mode,
        :media_sha256, :size_bytes, :chunk_bytes, :chunk_count, :expects_id, 0,
        0, false, 0, 0, 0, :voids, :retries, 0,
        '', '', app_now()
    )
""")


async def begin_attempt(session: AsyncSession, work: Work, a: Attempt) -> None:
    """Make the next live attempt. A unique index allows only one per publication."""
    work.attempt_id, work.number = new_id("att"), work.number + 1
    await _BEGIN.run(
        session,
        {
            "id": work.attempt_id,
            "workspace_id": work.workspace_id,
            "publication_id": work.publication_id,
            "connection_id": work.connection_id,
            "number": work.number,
            "stage": a.stage.value,
            "source": a.source.value,
            "mode": a.mode.value,
            "media_sha256": _digest(work),
            "size_bytes": a.plan.size_bytes,
            "chunk_bytes": a.plan.chunk_bytes,
            "chunk_count": a.plan.count,
            "expects_id": a.expects_id,
            "voids": a.voids,
            "retries": a.retries,
        },
    )


def _digest(work: Work) -> str:
    """The hash of the file; of several, the hash of their hashes in order."""
    if len(work.files) == 1:
        return work.media.sha256
    return hashlib.sha256("".join(file.sha256 for file in work.files).encode()).hexdigest()
