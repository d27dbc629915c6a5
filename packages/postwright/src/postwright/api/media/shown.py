"""Files, uploads and fetches as they go over the wire."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, exists, select, true
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.caller import Caller
from postwright.api.findings import found_in
from postwright.api.parts import Parts
from postwright.api.wire.media import MediaOut, MediaState, MediaType, UseOut
from postwright.connections.models import Connection
from postwright.media.models import (
    Ingest,
    IngestState,
    MediaFile,
    MediaKind,
    Upload,
    UploadState,
)
from postwright.media.references import reference
from postwright.media.uses import uses
from postwright.publishing.models import Publication, PublicationMedia

TYPES = {MediaKind.PHOTO: MediaType.IMAGE, MediaKind.VIDEO: MediaType.VIDEO}
_OF_UPLOAD = {
    UploadState.WAITING: MediaState.WAITING,
    UploadState.RECEIVED: MediaState.READY,
    UploadState.REFUSED: MediaState.REFUSED,
}
_OF_INGEST = {
    IngestState.WAITING: MediaState.FETCHING,
    IngestState.FETCHING: MediaState.FETCHING,
    IngestState.READY: MediaState.READY,
    IngestState.FAILED: MediaState.FAILED,
}


def reached(caller: Caller) -> ColumnElement[bool]:
    """The condition that a file is within a key's bounds.

    That is what the key itself has brought, and what is in posts of its profiles.
    """
    if caller.profile_ids is None:
        return true()
    uploaded = exists().where(Upload.media_id == MediaFile.id, Upload.api_key_id == caller.key_id)
    fetched = exists().where(Ingest.media_id == MediaFile.id, Ingest.api_key_id == caller.key_id)
    posted = exists().where(
        PublicationMedia.media_id == MediaFile.id,
        PublicationMedia.publication_id == Publication.id,
        Publication.connection_id == Connection.id,
        caller.within(Connection.profile_id),
    )
    return uploaded | fetched | posted


async def reaches_file(session: AsyncSession, caller: Caller, media_id: str) -> bool:
    """Whether a file of the workspace is within a key's bounds."""
    if caller.profile_ids is None:
        return True
    wanted = select(MediaFile.id).where(
        MediaFile.workspace_id == caller.workspace_id, MediaFile.id == media_id, reached(caller)
    )
    return await session.scalar(wanted) is not None


async def files_shown(
    session: AsyncSession, parts: Parts, workspace_id: str, files: Sequence[MediaFile], base: str
) -> list[MediaOut]:
    """Files, each with what needs it."""
    ids = [file.id for file in files]
    needed = await uses(session, workspace_id, ids, parts.library.posts_needing) if ids else {}
    return [
        file_shown(
            file,
            parts,
            base,
            [UseOut(what=use.what, id=use.id, says=use.says) for use in needed.get(file.id, [])],
        )
        for file in files
    ]


def file_shown(file: MediaFile, parts: Parts, base: str, used_by: list[UseOut]) -> MediaOut:
    """A file."""
    shortest = parts.settings.media.min_duration_s
    return MediaOut(
        id=file.id,
        state=MediaState.READY if file.removed_at is None else MediaState.REMOVED,
        url=reference(base, file.id, file.name),
        type=TYPES[file.kind],
        filename=file.name,
        mime_type=file.content_type,
        size=file.size_bytes,
        received_bytes=file.size_bytes,
        sha256=file.sha256,
        probe=file.probe,
        findings=found_in(file.probe, min_duration_s=shortest),
        original_id=file.original_id,
        changes=file.changes,
        used_by=used_by,
        created_at=file.created_at,
        used_at=file.used_at,
        removed_at=file.removed_at,
    )


def upload_shown(upload: Upload, base: str) -> MediaOut:
    """An upload to which nothing came, or nothing that is any good."""
    return MediaOut(
        id=upload.id,
        state=_OF_UPLOAD[upload.state],
        url=reference(base, upload.id, upload.filename),
        filename=upload.filename,
        size=upload.size_bytes,
        code="media_unreadable" if upload.state is UploadState.REFUSED else None,
        detail=upload.detail or None,
        created_at=upload.created_at,
    )


def ingest_shown(ingest: Ingest, base: str) -> MediaOut:
    """A fetch that is under way, or has failed."""
    name = ingest.shown.rpartition("/")[2] or "file"
    return MediaOut(
        id=ingest.id,
        state=_OF_INGEST[ingest.state],
        url=reference(base, ingest.id, name),
        filename=name,
        size=ingest.size_bytes,
        received_bytes=ingest.done_bytes,
        code=ingest.code or None,
        detail=ingest.detail or None,
        created_at=ingest.created_at,
    )
