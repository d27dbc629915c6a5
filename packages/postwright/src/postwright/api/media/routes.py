"""`/v1/media`: files by upload or from an address, what is in them, and what needs them."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.bases import base_of
from postwright.api.caller import Caller, Publisher, Reader
from postwright.api.errors import InvalidRequest
from postwright.api.idempotency import CallOf
from postwright.api.media.shown import TYPES, files_shown, ingest_shown, reached, upload_shown
from postwright.api.paging import PageOf
from postwright.api.parts import Parts, PartsOf
from postwright.api.routing import routes
from postwright.api.wire.base import warnings_of
from postwright.api.wire.media import (
    MediaAnswer,
    MediaList,
    MediaOut,
    MediaType,
    MediaUrl,
    MendedOut,
)
from postwright.api.wire.profiles import Message
from postwright.errors import NotFound
from postwright.media import queries, references
from postwright.media.errors import NoSuchMedia
from postwright.media.fetching import outside
from postwright.media.ingest import ingest
from postwright.media.models import Ingest, MediaFile, Upload
from postwright.media.remove import remove

router = routes("Media")

MediaId = Annotated[
    str,
    Path(
        alias="mediaId",
        description="The id of a file, or its whole SHA-256; or that of an upload, or of a fetch.",
        examples=["media_7k3m9x2q4d1f"],
    ),
]
_MOST_MENDED = 100
_KINDS = {shown: kind for kind, shown in TYPES.items()}


class NotOffered(NotFound):
    """Another server offers this; here something else does the same."""

    code = "not_offered"


@router.get("/media", summary="List files", operation_id="list_media")
async def list_media(
    *,
    request: Request,
    caller: Reader,
    parts: PartsOf,
    page: PageOf,
    kind: Annotated[
        MediaType | None, Query(alias="type", description="Only photos, or only videos.")
    ] = None,
) -> MediaList:
    """The files that are not removed, the newest first."""
    wanted = [reached(caller)]
    if kind is not None:
        wanted.append(MediaFile.kind == _KINDS[kind])
    after = None if page.after is None else _after(page.after)
    async with parts.database.transaction() as session:
        total = await queries.count_files(session, caller.workspace_id, *wanted)
        found = await queries.files(
            session, caller.workspace_id, *wanted, after=after, skip=page.skip, limit=page.limit
        )
        base = base_of(request, parts.settings.web.public_url)
        shown = await files_shown(session, parts, caller.workspace_id, found, base)
    last = (found[-1].created_at.isoformat(), found[-1].id) if len(found) == page.limit else None
    return MediaList(media=shown, pagination=page.told(total, last))


@router.post(
    "/media/ingest",
    summary="Fetch a file from an address",
    operation_id="ingest_media",
    status_code=202,
    response_model=MediaAnswer,
)
async def ingest_media(
    wanted: MediaUrl, request: Request, caller: Publisher, parts: PartsOf, call: CallOf
) -> Response:
    """Have a worker fetch the file at an address of the public network.

    It is answered at once, with an id whose state is `fetching`. `GET /v1/media/{mediaId}` tells
    how much has come and what became of it; the `url` can be named in a post right away. The same
    address that is under way is fetched once. An address that stands for a file here is that file.
    """
    base = base_of(request, parts.settings.web.public_url)

    async def work(session: AsyncSession) -> MediaAnswer:
        media_id = references.referred(wanted.url)
        if media_id is None:
            made = await ingest(
                session,
                parts.accounts.vault,
                caller.workspace_id,
                outside(wanted.url, parts.settings.media.allowed_networks),
                api_key_id=caller.key_id,
                only_for=caller.alone,
            )
            media_id = made.id
        shown = await _shown(session, parts, caller, media_id, base)
        return MediaAnswer(media=shown, warnings=warnings_of(wanted))

    return await call.once(work, status=202)


@router.get(
    "/media/upload-token", summary="Upload tokens are not offered", operation_id="get_upload_token"
)
async def get_upload_token(caller: Reader) -> Message:  # noqa: ARG001  # says who may
    """There are no upload tokens here: always 404, with what to do."""
    raise _no_tokens()


@router.post(
    "/media/upload-token", summary="Upload tokens are not offered", operation_id="make_upload_token"
)
async def make_upload_token(caller: Publisher) -> Message:  # noqa: ARG001  # says who may
    """There are no upload tokens here: always 404, with what to do."""
    raise _no_tokens()


@router.get("/media/{mediaId}", summary="Get a file", operation_id="get_media")
async def get_media(
    media_id: MediaId, request: Request, caller: Reader, parts: PartsOf
) -> MediaAnswer:
    """What a file is: what is in it, what networks say of it, what needs it.

    Of an upload or a fetch: the file that it became, or how it stands.
    """
    base = base_of(request, parts.settings.web.public_url)
    async with parts.database.transaction() as session:
        return MediaAnswer(media=await _shown(session, parts, caller, media_id, base))


@router.delete("/media/{mediaId}", summary="Remove a file", operation_id="delete_media")
async def delete_media(media_id: MediaId, caller: Publisher, parts: PartsOf) -> Message:
    """Remove a file that nothing needs. Removing it again does nothing."""
    async with parts.database.transaction() as session:
        found = await _found(session, caller, media_id)
    if not isinstance(found, MediaFile):
        raise references.MediaNotThere(media_id, "No file has come of it.")
    await remove(parts.library, caller.workspace_id, found.id, actor=caller.actor)
    return Message(message="The file was removed.")


async def _shown(
    session: AsyncSession, parts: Parts, caller: Caller, media_id: str, base: str
) -> MediaOut:
    found = await _found(session, caller, media_id)
    match found:
        case MediaFile():
            (shown,) = await files_shown(session, parts, caller.workspace_id, [found], base)
            its = [MediaFile.original_id == found.id, reached(caller)]
            mended = await queries.files(session, caller.workspace_id, *its, limit=_MOST_MENDED)
            told = [MendedOut(media_id=each.id, name=each.name) for each in reversed(mended)]
            return shown.model_copy(update={"mended_as": told})
        case Upload():
            return upload_shown(found, base)
        case Ingest():
            return ingest_shown(found, base)


async def _found(
    session: AsyncSession, caller: Caller, media_id: str
) -> MediaFile | Upload | Ingest:
    """What an id stands for, if the key reaches it."""
    row: Upload | Ingest
    match media_id.partition("_")[0]:
        case "upl":
            row = await references.upload_by_id(session, caller.workspace_id, media_id)
        case "ing":
            row = await references.ingest_by_id(session, caller.workspace_id, media_id)
        case _:
            return await _file(session, caller, media_id)
    if row.media_id is not None:
        return await _file(session, caller, row.media_id)
    if caller.profile_ids is not None and row.api_key_id != caller.key_id:
        raise NoSuchMedia(media_id)
    return row


async def _file(session: AsyncSession, caller: Caller, media_id: str) -> MediaFile:
    named = or_(MediaFile.id == media_id, MediaFile.sha256 == media_id)
    wanted = [named, reached(caller)]
    found = await queries.files(session, caller.workspace_id, *wanted, removed=True, limit=1)
    if not found:
        raise NoSuchMedia(media_id)
    return found[0]


def _after(cursor: tuple[object, ...]) -> tuple[datetime, str]:
    match cursor:
        case (str(at), str(media_id)):
            try:
                return datetime.fromisoformat(at), media_id
            except ValueError:
                pass
        case _:
            pass
    raise InvalidRequest("The cursor is none of ours.", param="cursor")


def _no_tokens() -> NotOffered:
    return NotOffered(
        "There are no upload tokens here: POST /v1/media/presign gives an address to send a file "
        "to, without a key.",
        fix="Ask for an address for each file, and PUT the file there.",
    )
