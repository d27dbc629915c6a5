"""Addresses that stand for media here: what a caller puts into a post in place of the file.

    <base>/v1/media/<id>/<file name>

They are names, not keys: whoever has one sees nothing by it. The id is that of a file, of an
upload or of an ingest, and means something only together with the workspace.
"""

import re
from collections.abc import Collection
from typing import ClassVar, TypeVar
from urllib.parse import quote, urlsplit

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.db.plain import Columns
from postwright.db.statement import Coming, Statement
from postwright.errors import Advice, Conflict
from postwright.media.errors import NoSuchMedia
from postwright.media.models import Ingest, IngestState, MediaFile, Upload, UploadState

FOLDER = "/v1/media/"

_Row = TypeVar("_Row", MediaFile, Upload, Ingest)

_OURS = re.compile(r".*/v1/media/(?P<id>(?:media|upl|ing)_[0-9a-z]{12})(?:/[^/]*)?")


_FILE = Columns(MediaFile, "f")
_FILES = Statement(f"""
    SELECT f.id, {_FILE.text} FROM media_files AS f
    WHERE f.workspace_id = :workspace_id AND f.id = ANY (CAST(:ids AS text[]))
      AND f.removed_at IS NULL
    UNION ALL
    SELECT u.id, {_FILE.text} FROM uploads AS u JOIN media_files AS f ON f.id = u.media_id
    WHERE u.workspace_id = :workspace_id AND u.id = ANY (CAST(:ids AS text[]))
      AND f.workspace_id = :workspace_id AND f.removed_at IS NULL
""")  # noqa: S608  # the columns are ours


class MediaNotThere(Conflict):
    """The address is one of ours, but no file stands behind it: not yet, or not any more."""

    code: ClassVar[str] = "media_not_there"
    advice: ClassVar[Advice] = Advice.FIX

    def __init__(self, wanted: str, why: str, *, fix: str = "") -> None:
        super().__init__(
            f"There is no file behind {wanted}.",
            why=why,
            fix=fix or "Upload the file, and name the address that is then given.",
        )


def reference(base: str, media_id: str, name: str) -> str:
    """The address that stands for a file, an upload or an ingest.

    Args:
        base: where the API is, as the caller reaches it, like https://postwright.example.com.
        media_id: of the file, the upload or the ingest.
        name: of the file; its ending tells programs what it is.
    """
    return f"{base}{FOLDER}{media_id}/{quote(name, safe='')}"


def referred(url: str) -> str | None:
    """The id in an address of ours; None if it is none."""
    try:
        found = _OURS.fullmatch(urlsplit(url).path)
    except ValueError:
        return None
    return None if found is None else found["id"]


async def media_of(session: AsyncSession, workspace_id: str, url: str) -> MediaFile | None:
    """The file that an address of ours stands for; None if it is an address of somebody else.

    Raises:
        NoSuchMedia: this workspace has no such file, upload or ingest, or it was removed.
        MediaNotThere: nothing has come yet, or what came was refused.
    """
    found = await resolve(session, workspace_id, url)
    if not isinstance(found, Ingest):
        return found
    raise MediaNotThere(
        found.id,
        "It is being fetched.",
        fix="Wait until its state is ready: GET /v1/media/" + found.id,
    )


async def ask_for_files(session: AsyncSession, workspace_id: str, urls: Collection[str]) -> Coming:
    """Ask for the files behind addresses, in one go; `files_of` reads it."""
    ids = [each for each in map(referred, urls) if each is not None]
    return await _FILES.ask(session, {"workspace_id": workspace_id, "ids": ids})


async def files_of(asked: Coming, urls: Collection[str]) -> dict[str, MediaFile]:
    """The files that are there, by address. Of all others `resolve` says what is the matter."""
    found = {row[0]: _FILE.read(row, 1) for row in await asked.rows()}
    named = ((url, referred(url)) for url in urls)
    return {url: found[its] for url, its in named if its is not None and its in found}


async def resolve(session: AsyncSession, workspace_id: str, url: str) -> MediaFile | Ingest | None:
    """What an address of ours stands for; an ingest as long as it is under way.

    Raises:
        NoSuchMedia, MediaNotThere: as `media_of` does.
    """
    wanted = referred(url)
    if wanted is None:
        return None
    match wanted.partition("_")[0]:
        case "upl":
            return await _file(
                session, workspace_id, await _uploaded(session, workspace_id, wanted)
            )
        case "ing":
            ingest = await ingest_by_id(session, workspace_id, wanted)
            if ingest.state in {IngestState.WAITING, IngestState.FETCHING}:
                return ingest
            if ingest.media_id is None:
                raise MediaNotThere(wanted, ingest.detail, fix="Name another address.")
            return await _file(session, workspace_id, ingest.media_id)
        case _:
            return await _file(session, workspace_id, wanted)


async def upload_by_id(session: AsyncSession, workspace_id: str, upload_id: str) -> Upload:
    """One upload as it stands.

    Raises:
        NoSuchMedia: this workspace has none of this id.
    """
    return await _row(session, Upload, workspace_id, upload_id)


async def ingest_by_id(session: AsyncSession, workspace_id: str, ingest_id: str) -> Ingest:
    """One ingest as it stands.

    Raises:
        NoSuchMedia: this workspace has none of this id.
    """
    return await _row(session, Ingest, workspace_id, ingest_id)


async def _uploaded(session: AsyncSession, workspace_id: str, upload_id: str) -> str:
    upload = await upload_by_id(session, workspace_id, upload_id)
    if upload.media_id is None:
        refused = upload.state is UploadState.REFUSED
        raise MediaNotThere(upload_id, upload.detail if refused else "Nothing was sent yet.")
    return upload.media_id


async def _file(session: AsyncSession, workspace_id: str, media_id: str) -> MediaFile:
    file = await _row(session, MediaFile, workspace_id, media_id)
    if file.removed_at is not None:
        raise NoSuchMedia(media_id, why="It was removed.")
    return file


async def _row(session: AsyncSession, its: type[_Row], workspace_id: str, row_id: str) -> _Row:
    found: _Row | None = await session.scalar(
        select(its)
        .where(its.workspace_id == workspace_id, its.id == row_id)
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NoSuchMedia(row_id)
    return found
