"""Uploads: a file is announced, gets an address of its own, and is sent there once.

The address is signed, so that who sends needs no key. What comes is written down as it comes,
looked into, and kept as any other file; until then there is no trace of it but the upload's row.
A sending that is cut off can be begun again. When the key that announced it is revoked, the address
ends with it.
"""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, or_, update
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.database import NOW, app_now
from postwright.kit.ids import new_id
from postwright.kit.text import storable
from postwright.media.errors import (
    MediaUnreadable,
    NoSuchUpload,
    SizeDiffers,
    TooLarge,
    TypeNotTaken,
    UploadExpired,
    UploadUsed,
)
from postwright.media.keep import incoming, take
from postwright.media.library import Library
from postwright.media.models import MediaFile, MediaKind, Upload, UploadState
from postwright.media.probe import Probe, probe
from postwright.media.quota import refuse_over_quota
from postwright.media.store import Arrival
from postwright.media.types import kind_of
from postwright.workspaces.api_keys import is_good
from postwright.workspaces.models import Workspace

LASTS = timedelta(hours=1)
_FORGOTTEN_AFTER = timedelta(days=7)
_LONGEST_NAME = 200
_ANYTHING = "application/octet-stream"
_SAME = {"image/jpg": "image/jpeg", "video/avi": "video/x-msvideo"}


@dataclass(frozen=True, slots=True)
class Announced:
    """A file that is to come.

    Attributes:
        filename: what people call it.
        content_type: what it is declared as; `application/octet-stream` leaves it open.
        size_bytes: its exact size, if it is known.
    """

    filename: str
    content_type: str
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """What a request that brings a file says of it: None where it says nothing."""

    content_type: str | None
    size_bytes: int | None


async def announce(
    session: AsyncSession,
    workspace_id: str,
    announced: Announced,
    *,
    most_bytes: int,
    api_key_id: str | None,
) -> Upload:
    """Make an upload, good for an hour.

    Raises:
        TypeNotTaken: no video and no photo.
        TooLarge: it has more than `most_bytes`.
    """
    declared = plain_type(announced.content_type)
    _refuse_other_kinds(declared)
    if announced.size_bytes is not None and announced.size_bytes > most_bytes:
        raise TooLarge(announced.size_bytes, most_bytes)
    now = await app_now(session)
    upload = Upload(
        id=new_id("upl"),
        workspace_id=workspace_id,
        api_key_id=api_key_id,
        filename=shown_name(announced.filename),
        content_type=declared,
        size_bytes=announced.size_bytes,
        state=UploadState.WAITING,
        media_id=None,
        detail="",
        created_at=now,
        expires_at=now + LASTS,
    )
    session.add(upload)
    await session.flush()
    return upload


async def waiting(library: Library, upload_id: str, sent: Sent) -> Upload:
    """The upload that a file may be sent to now; or one that was received, to be told again.

    Its id comes out of a signed address, which stands for the right to it.

    Raises:
        NoSuchUpload: it was forgotten.
        UploadExpired: its hour is over, or the key that announced it is good no more.
        UploadUsed: what came was refused, or was another file.
        TypeNotTaken, SizeDiffers, TooLarge: what is said of the file does not fit.
        QuotaReached: the workspace has no room for it.
    """
    async with library.database.transaction() as session:
        upload = await session.get(Upload, upload_id)
        if upload is None:
            raise NoSuchUpload
        key_id = upload.api_key_id
        if key_id is not None and not await is_good(session, upload.workspace_id, key_id):
            raise UploadExpired("The API key that it was made with has expired or was revoked.")
        if upload.state is UploadState.RECEIVED:
            await _refuse_another(session, upload, sent)
            return upload
        if upload.state is UploadState.REFUSED:
            raise UploadUsed(upload.detail)
        if upload.expires_at <= await app_now(session):
            raise UploadExpired(f"It was good until {upload.expires_at:%Y-%m-%d %H:%M:%S} UTC.")
        _refuse_misfits(upload, sent, library.settings.file_bytes)
        workspace = await session.get_one(Workspace, upload.workspace_id)
        size = sent.size_bytes or upload.size_bytes or 0
        limit = library.settings.quota_bytes
        await refuse_over_quota(session, workspace, size, limit, upload.filename)
    return upload


async def receive(
    library: Library, upload: Upload, sent: Sent, pieces: AsyncIterator[bytes]
) -> MediaFile:
    """Take the bytes of an upload that waits, and keep the file that they are.

    Whatever `pieces` raises ends it, with nothing left: it can be sent again.

    Raises:
        SizeDiffers, TooLarge: more or fewer bytes came than may.
        MediaUnreadable, TypeNotTaken: it is no video or photo, or not what was declared; the
            upload is over.
        UploadUsed: somebody else was quicker with another file.
        QuotaReached: the workspace has no room for it.
        StorageTrouble: the store or the database cannot be used; it can be sent again.
    """
    exact = upload.size_bytes
    most = library.settings.file_bytes if exact is None else exact
    room = min(most, sent.size_bytes or exact or 0)
    async with library.store.receiving(room) as arrival:
        await _fill(arrival, pieces, most_bytes=most, exact=exact is not None)
        if exact is not None and arrival.size_bytes != exact:
            raise SizeDiffers(arrival.size_bytes, exact)
        await arrival.finish()
        try:
            found = await looked_into(library, arrival, upload.filename)
            _refuse_another_kind(upload.content_type, found)
        except (MediaUnreadable, TypeNotTaken) as error:
            await _refuse(library, upload, error.why)
            raise
        file = incoming(arrival.path, found, name=upload.filename)

        async def also(session: AsyncSession, row: MediaFile) -> None:
            await _received(session, upload, row)

        return await take(
            library, upload.workspace_id, arrival, file, actor=_actor(upload), also=also
        )


async def receive_again(
    library: Library, upload: Upload, pieces: AsyncIterator[bytes]
) -> MediaFile:
    """Take the bytes of an upload that was received once more: the file that it became.

    Raises:
        UploadUsed: they are another file.
    """
    async with library.database.transaction() as session:
        media = await session.get_one(MediaFile, upload.media_id)
    digest, size = hashlib.sha256(), 0
    async for piece in pieces:
        size += len(piece)
        if size > media.size_bytes:
            break
        digest.update(piece)
    if size != media.size_bytes or digest.hexdigest() != media.sha256:
        raise UploadUsed("It has received another file.")
    return media


async def add(
    library: Library,
    workspace_id: str,
    announced: Announced,
    pieces: AsyncIterator[bytes],
    *,
    actor: str,
    api_key_id: str | None = None,
) -> MediaFile:
    """Keep a file that comes at once, with what announces it; see `receive`."""
    declared = plain_type(announced.content_type)
    _refuse_other_kinds(declared)
    most = library.settings.file_bytes
    name = shown_name(announced.filename)
    async with library.store.receiving(announced.size_bytes or 0) as arrival:
        await _fill(arrival, pieces, most_bytes=most, exact=False)
        await arrival.finish()
        found = await looked_into(library, arrival, name)
        _refuse_another_kind(declared, found)
        file = incoming(arrival.path, found, name=name)

        async def also(session: AsyncSession, row: MediaFile) -> None:
            now = await app_now(session)
            session.add(
                Upload(
                    id=new_id("upl"), workspace_id=workspace_id, api_key_id=api_key_id,
                    filename=name, content_type=declared, size_bytes=row.size_bytes,
                    state=UploadState.RECEIVED, media_id=row.id, detail="", created_at=now,
                    expires_at=now,
                )
            )  # fmt: skip

        return await take(library, workspace_id, arrival, file, actor=actor, also=also)


async def looked_into(library: Library, arrival: Arrival, name: str) -> Probe:
    """What is in a file that has arrived; it is called by its own name if it is no good.

    Raises:
        MediaUnreadable: it is no video or photo that can be read.
    """
    try:
        return await probe(arrival.path, timeout_s=library.settings.probe_timeout_s)
    except MediaUnreadable as error:
        raise MediaUnreadable(Path(name), error.why, fix=error.fix) from None


async def forget_uploads(session: AsyncSession) -> None:
    """Forget the uploads to which nothing came. Those that were received are what URLs lead to."""
    await session.execute(
        delete(Upload).where(
            Upload.expires_at < NOW - _FORGOTTEN_AFTER,
            or_(Upload.state == UploadState.WAITING, Upload.state == UploadState.REFUSED),
        )
    )


def plain_type(given: str) -> str:
    """A media type without its parameters, by its usual name."""
    plain = given.partition(";")[0].strip().lower()
    return _SAME.get(plain, plain)


def shown_name(given: str) -> str:
    """A file's name without folders, fit to be stored and shown."""
    name = storable(given.replace("\\", "/").rpartition("/")[2])
    return name[-_LONGEST_NAME:] or "file"


async def _fill(
    arrival: Arrival, pieces: AsyncIterator[bytes], *, most_bytes: int, exact: bool
) -> None:
    async for piece in pieces:
        if (size := arrival.size_bytes + len(piece)) > most_bytes:
            raise SizeDiffers(size, most_bytes) if exact else TooLarge(size, most_bytes)
        await arrival.write(piece)


def _refuse_other_kinds(declared: str) -> None:
    if not declared.startswith(("video/", "image/")) and declared != _ANYTHING:
        raise TypeNotTaken(f"It is declared as {storable(declared) or 'nothing'}.")


def _refuse_another_kind(declared: str, found: Probe) -> None:
    kind = kind_of(found)
    begins = "image/" if kind is MediaKind.PHOTO else "video/"
    if declared != _ANYTHING and not declared.startswith(begins):
        raise TypeNotTaken(f"It is declared as {declared}, and is a {kind.value}.")


def _refuse_misfits(upload: Upload, sent: Sent, most_bytes: int) -> None:
    declared = plain_type(sent.content_type or upload.content_type)
    if declared not in {upload.content_type, _ANYTHING}:
        raise TypeNotTaken(f"It was announced as {upload.content_type}, and is sent as {declared}.")
    if sent.size_bytes is None:
        return
    if upload.size_bytes is not None and sent.size_bytes != upload.size_bytes:
        raise SizeDiffers(sent.size_bytes, upload.size_bytes)
    if sent.size_bytes > most_bytes:
        raise TooLarge(sent.size_bytes, most_bytes)


async def _refuse_another(session: AsyncSession, upload: Upload, sent: Sent) -> None:
    kept = await session.get_one(MediaFile, upload.media_id)
    if sent.size_bytes not in (None, kept.size_bytes):
        raise UploadUsed(f"It has received a file of {kept.size_bytes:,} bytes.")


async def _received(session: AsyncSession, upload: Upload, row: MediaFile) -> None:
    """Say what the upload became; of two that were sent at once the same file is no other one."""
    done = await session.execute(
        update(Upload)
        .where(
            Upload.workspace_id == upload.workspace_id,
            Upload.id == upload.id,
            or_(Upload.state == UploadState.WAITING, Upload.media_id == row.id),
        )
        .values(state=UploadState.RECEIVED, media_id=row.id)
        .returning(Upload.id)
    )
    if done.first() is None:
        raise UploadUsed("Somebody was quicker, with another file.")


async def _refuse(library: Library, upload: Upload, why: str) -> None:
    async with library.database.transaction() as session:
        await session.execute(
            update(Upload)
            .where(
                Upload.workspace_id == upload.workspace_id,
                Upload.id == upload.id,
                Upload.state == UploadState.WAITING,
            )
            .values(state=UploadState.REFUSED, detail=f"What came was refused: {why}")
        )


def _actor(upload: Upload) -> str:
    return upload.api_key_id or "upload"
