"""Publications whose files are still being fetched: they wait, and go on when all have come."""

from collections.abc import Collection, Sequence

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import app_now
from postwright.jobs import lanes
from postwright.media.models import Ingest, IngestState, MediaFile
from postwright.media.references import MediaNotThere
from postwright.media.uses import use
from postwright.posts.models import PostMedia
from postwright.publishing.hand import begin_anew
from postwright.publishing.models import AwaitedMedia, Publication, PublicationMedia
from postwright.publishing.states import State
from postwright.publishing.work import START

# Why such a publication is held.
COMING = "media_coming"
_OTHER_KIND = "media_kind"

Piece = MediaFile | Ingest


async def settled(session: AsyncSession, workspace_id: str, media: Sequence[Piece]) -> list[Piece]:
    """The same, with those files that have come meanwhile; what still comes is locked.

    Whoever makes something that waits for a fetch does this in the same transaction, before any
    lane is locked: it cannot end in between.

    Raises:
        MediaNotThere: a fetch has failed.
    """
    now = dict[str, Piece]()
    for ingest_id in sorted({each.id for each in media if isinstance(each, Ingest)}):
        now[ingest_id] = await _settled(session, workspace_id, ingest_id)
    return [now.get(each.id, each) for each in media]


async def _settled(session: AsyncSession, workspace_id: str, ingest_id: str) -> Piece:
    ingest = (
        await session.scalars(
            select(Ingest)
            .where(Ingest.workspace_id == workspace_id, Ingest.id == ingest_id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    ).one()
    if ingest.state is IngestState.FAILED:
        raise MediaNotThere(ingest_id, ingest.detail, fix="Name another address.")
    if ingest.media_id is None:
        return ingest
    return await session.get_one(MediaFile, ingest.media_id)


async def expect(
    session: AsyncSession, post_id: str, publication_id: str | None, media: Sequence[Piece]
) -> None:
    """Note which files a publication, or the post itself, waits for."""
    rows = [
        {
            "post_id": post_id,
            "publication_id": publication_id,
            "position": position,
            "ingest_id": each.id,
        }
        for position, each in enumerate(media)
        if isinstance(each, Ingest)
    ]
    if rows:
        await session.execute(insert(AwaitedMedia), rows)


async def pieces(session: AsyncSession, publication_id: str) -> list[Piece]:
    """The files of a publication in their order, those that still come among them."""
    there, coming = PublicationMedia, AwaitedMedia
    found: list[tuple[int, Piece]] = [
        (position, file)
        for position, file in await session.execute(
            select(there.position, MediaFile)
            .join(MediaFile, MediaFile.id == there.media_id)
            .where(there.publication_id == publication_id)
        )
    ]
    found += [
        (position, ingest)
        for position, ingest in await session.execute(
            select(coming.position, Ingest)
            .join(Ingest, Ingest.id == coming.ingest_id)
            .where(coming.publication_id == publication_id)
        )
    ]
    return [piece for _, piece in sorted(found, key=lambda each: each[0])]


async def replace_files(
    session: AsyncSession, publication: Publication, media: Sequence[Piece]
) -> None:
    """Give a publication other files. They were `settled` before its lanes were locked."""
    its, coming = PublicationMedia, AwaitedMedia
    for file_id in sorted({each.id for each in media if isinstance(each, MediaFile)}):
        await use(session, publication.workspace_id, file_id)
    await session.execute(delete(its).where(its.publication_id == publication.id))
    await session.execute(delete(coming).where(coming.publication_id == publication.id))
    rows = [
        {"publication_id": publication.id, "position": position, "media_id": each.id}
        for position, each in enumerate(media)
        if isinstance(each, MediaFile)
    ]
    if rows:
        await session.execute(insert(its), rows)
    await expect(session, publication.post_id, publication.id, media)


async def is_waiting(session: AsyncSession, publication_id: str) -> bool:
    """Whether a file of a publication has not come yet."""
    return bool(
        await session.scalar(select(exists().where(AwaitedMedia.publication_id == publication_id)))
    )


def hold_back(publication: Publication) -> None:
    """Have a publication wait until its files are there."""
    publication.state, publication.hold_reason = State.HELD, COMING
    publication.lane, publication.due_at, publication.expected_at = START, None, None


async def over(session: AsyncSession, ingest: Ingest, media: MediaFile | None) -> None:
    """Give a file that was fetched to what waits for it, or end that, in the fetch's transaction.

    A draft is not ended: it says what it lacks when it is to be scheduled.
    """
    awaited = AwaitedMedia
    rows = (
        await session.scalars(
            select(awaited).where(awaited.ingest_id == ingest.id).order_by(awaited.id)
        )
    ).all()
    if not rows:
        return
    publications = await _locked(session, {row.publication_id for row in rows})
    if media is None:
        for publication in publications:
            await _fail(session, publication, ingest.code, ingest.detail)
        return
    await use(session, ingest.workspace_id, media.id)
    for row in rows:
        await _put(session, row, media)
    await session.execute(delete(awaited).where(awaited.ingest_id == ingest.id))
    for publication in publications:
        await _bring_on(session, publication, media)


async def _locked(session: AsyncSession, ids: Collection[str | None]) -> Sequence[Publication]:
    """The publications, and the lanes of their accounts, in the order in which workers lock."""
    wanted = Publication.id.in_([each for each in ids if each is not None])
    subjects = await session.scalars(select(Publication.connection_id).where(wanted).distinct())
    await lanes.lock(session, sorted(subjects))
    found = await session.scalars(
        select(Publication)
        .where(wanted)
        .order_by(Publication.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return found.all()


async def _put(session: AsyncSession, row: AwaitedMedia, media: MediaFile) -> None:
    place = {"position": row.position, "media_id": media.id}
    if row.publication_id is None:
        await session.execute(insert(PostMedia).values(post_id=row.post_id, **place))
    else:
        its = insert(PublicationMedia).values(publication_id=row.publication_id, **place)
        await session.execute(its)


async def _bring_on(session: AsyncSession, publication: Publication, media: MediaFile) -> None:
    if publication.state is not State.HELD or publication.hold_reason != COMING:
        return
    if media.kind is not publication.kind:
        says = (
            f"What was fetched for it is a {media.kind}, and it is a post of a {publication.kind}."
        )
        await _fail(session, publication, _OTHER_KIND, says)
        return
    if await is_waiting(session, publication.id):
        return
    begin_anew(publication)
    publication.lane, publication.due_at = START, publication.publish_at
    publication.version += 1
    await lanes.wake(
        session, publication.workspace_id, publication.connection_id, START, publication.due_at
    )


async def _fail(session: AsyncSession, publication: Publication, code: str, detail: str) -> None:
    if publication.state is not State.HELD or publication.hold_reason != COMING:
        return
    publication.state, publication.finished_at = State.FAILED, await app_now(session)
    publication.lane = publication.due_at = publication.expected_at = None
    publication.hold_reason, publication.end_code, publication.detail = "", code, detail
    publication.version += 1
