"""Takes up the publication that is due in a lane, and freezes its content for an attempt."""

import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.connections.models import Connection, PlatformApp
from postwright.db.database import NOW
from postwright.errors import AppError, Misconfigured
from postwright.jobs.lanes import Claim
from postwright.kit.ids import new_id
from postwright.kit.vault import Vault
from postwright.media.models import MediaFile
from postwright.media.store import MediaStore
from postwright.platforms.base import Network
from postwright.platforms.content import Content, Kind, Media, Mode, Plan, Source
from postwright.posts.models import Post, PostMedia
from postwright.publishing.attempt import Attempt, Stage
from postwright.publishing.models import AttemptRow, Publication
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
            fix="Please report this, with the output of: postwright ledger",
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
    app: PlatformApp
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


_LET_GO = text("""
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
    SELECT CASE WHEN next_at <= app_now() THEN pg_notify('postwright_lanes', :kind) END FROM gone
""")


async def due_publication(session: AsyncSession, claim: Claim) -> Publication | None:
    """The publication of this lane that has been due for longest, with its row locked."""
    return await session.scalar(
        select(Publication)
        .where(
            Publication.connection_id == claim.subject_id,
            Publication.lane == claim.kind,
            Publication.due_at <= NOW,
        )
        .order_by(Publication.due_at)
        .limit(1)
        .with_for_update()
    )


async def let_go(session: AsyncSession, claim: Claim, *, leaves: bool) -> bool:
    """Let go of a lane that is held, in the transaction that holds it, until more is due in it.

    Returns:
        False if more is due now, and it is not `leaves`: then it is still held.
    """
    values = {
        "lane_id": claim.lane_id,
        "subject_id": claim.subject_id,
        "kind": claim.kind,
        "fence": claim.fence,
        "leaves": leaves,
    }
    return (await session.execute(_LET_GO, values)).first() is not None


@dataclass(frozen=True, slots=True)
class Means:
    """What opens what is stored: secrets, networks, files."""

    vault: Vault
    opener: Callable[[PlatformApp], Network]
    store: MediaStore


async def take_up(
    session: AsyncSession, publication: Publication, means: Means, now: datetime
) -> Work:
    """Load a publication with its live attempt; the first attempt is made here, frozen."""
    kind, connection, app = (
        await session.execute(
            select(Post.kind, Connection, PlatformApp)
            .join(Connection, Connection.workspace_id == Post.workspace_id)
            .join(PlatformApp, PlatformApp.id == Connection.platform_app_id)
            .where(Post.id == publication.post_id, Connection.id == publication.connection_id)
            .execution_options(populate_existing=True)
        )
    ).one()
    media = await _media(session, publication.post_id)
    network = means.opener(app)
    source = network.source(Kind(kind), publication.source)
    work = Work(
        workspace_id=publication.workspace_id,
        publication_id=publication.id,
        connection_id=publication.connection_id,
        handle=connection.handle,
        kind=Kind(kind),
        mode=publication.mode,
        settings=publication.settings,
        publish_at=publication.publish_at,
        content_version=publication.content_version,
        media_ids=tuple(file.id for file in media),
        files=tuple(_file(means.store, file) for file in media),
        probes=tuple(file.probe for file in media),
        app=app,
        network=network,
        attempt_id="",
        number=0,
        attempt=Attempt(plan=_plan(network, source, media)),
        now=now,
    )
    row = await _last(session, publication.id)
    if row is None or not row.live:
        if publication.lane != START or (row is not None and row.stage in _OUT):
            raise Contradiction(publication.id)
        number = 1 if row is None else row.number + 1
        row = await insert_attempt(session, work, _fresh(work, source), number)
    work.attempt_id, work.number = row.id, row.number
    work.attempt = attempt_of(
        row,
        means.vault,
        publication.post_ids,
        cancel_requested=publication.cancel_requested_at is not None,
        told=app.webhook_at is not None and work.now - app.webhook_at < _TOLD_FOR,
    )
    return work


def _fresh(work: Work, source: Source) -> Attempt:
    public = work.mode is Mode.DIRECT and work.network.is_public(work.settings)
    return Attempt(plan=work.attempt.plan, source=source, mode=work.mode, expects_id=public)


async def _media(session: AsyncSession, post_id: str) -> list[MediaFile]:
    found = await session.scalars(
        select(MediaFile)
        .join(PostMedia, PostMedia.media_id == MediaFile.id)
        .where(PostMedia.post_id == post_id)
        .order_by(PostMedia.position)
    )
    return list(found)


def _file(store: MediaStore, media: MediaFile) -> Media:
    return Media(
        source=store.source(media.workspace_id, media.sha256),
        size_bytes=media.size_bytes,
        sha256=media.sha256,
        content_type=media.content_type,
    )


def _plan(network: Network, source: Source, media: list[MediaFile]) -> Plan:
    size_bytes = sum(file.size_bytes for file in media)
    return network.plan(size_bytes) if source is Source.UPLOAD else Plan(size_bytes, 0, 0)


async def _last(session: AsyncSession, publication_id: str) -> AttemptRow | None:
    return await session.scalar(
        select(AttemptRow)
        .where(AttemptRow.publication_id == publication_id)
        .order_by(AttemptRow.number.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )


def attempt_of(
    row: AttemptRow, vault: Vault, post_ids: list[str], *, cancel_requested: bool, told: bool
) -> Attempt:
    """The attempt as the protocol sees it."""
    url, lost = _upload_url(row, vault)
    return Attempt(
        plan=Plan(row.size_bytes, row.chunk_bytes, row.chunk_count),
        source=row.source,
        mode=row.mode,
        stage=row.stage,
        expects_id=row.expects_id,
        cancel_requested=cancel_requested,
        told=told,
        checked_at=row.checked_at,
        announced_at=row.announced_at,
        publish_id=row.publish_id,
        upload_url=url,
        opened_at=row.opened_at,
        offset=row.sent_offset,
        last_byte_at=row.last_byte_at,
        address_dead=row.address_dead or lost,
        failed_at=row.failed_at,
        post_ids=tuple(post_ids),
        polls=row.polls,
        troubles=row.troubles,
        rejections=row.rejections,
        voids=row.voids,
        retries=row.retries,
        cancels=row.cancels,
    )


def _upload_url(row: AttemptRow, vault: Vault) -> tuple[str | None, bool]:
    """The address, and whether there was one that was sealed with a master key that is gone."""
    if row.upload_url is None:
        return None, False
    try:
        return vault.open(row.upload_url, upload_url_context(row.id)), False
    except Misconfigured:
        return None, True


async def insert_attempt(session: AsyncSession, work: Work, a: Attempt, number: int) -> AttemptRow:
    """Make the live attempt. A unique index allows only one per publication."""
    made = await session.execute(
        insert(AttemptRow)
        .values(
            id=new_id("att"),
            workspace_id=work.workspace_id,
            publication_id=work.publication_id,
            connection_id=work.connection_id,
            number=number,
            live=True,
            stage=a.stage,
            source=a.source,
            mode=a.mode,
            media_sha256=_digest(work),
            size_bytes=a.plan.size_bytes,
            chunk_bytes=a.plan.chunk_bytes,
            chunk_count=a.plan.count,
            expects_id=a.expects_id,
            sent_offset=0,
            progress_bytes=0,
            address_dead=False,
            polls=0,
            troubles=0,
            rejections=0,
            voids=a.voids,
            retries=a.retries,
            cancels=0,
            end_code="",
            detail="",
            created_at=NOW,
        )
        .returning(AttemptRow)
    )
    return made.scalar_one()


def _digest(work: Work) -> str:
    """The hash of the file; of several, the hash of their hashes in order."""
    if len(work.files) == 1:
        return work.media.sha256
    return hashlib.sha256("".join(file.sha256 for file in work.files).encode()).hexdigest()
