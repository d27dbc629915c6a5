"""`/v1/media/presign` and where it leads, and files that come with the request itself."""

from datetime import timedelta
from typing import Annotated, Any

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.bases import base_of
from postwright.api.bodies import FILES, Form, PlacesOf, pieces_of, refuse_coded
from postwright.api.caller import Publisher
from postwright.api.errors import InvalidRequest
from postwright.api.idempotency import CallOf
from postwright.api.media.shown import TYPES, file_shown
from postwright.api.parts import PartsOf
from postwright.api.routing import routes
from postwright.api.wire.base import warnings_of
from postwright.api.wire.media import (
    FileOut,
    FilesOut,
    MediaAnswer,
    MediaType,
    UploadNew,
    UploadOut,
)
from postwright.media.errors import NoSuchUpload
from postwright.media.models import MediaFile, UploadState
from postwright.media.references import reference
from postwright.media.uploads import (
    LASTS,
    Announced,
    Sent,
    add,
    announce,
    receive,
    receive_again,
    waiting,
)

router = routes("Media")

# Of a form: it comes in one go, and is begun anew when it breaks off.
FORM_BYTES = 100 * 1024 * 1024
_MOST_FILES = 35

_BYTES: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
_FILE_BODY = {
    "requestBody": {
        "required": True,
        "description": "The bytes of the file, declared as it was announced.",
        "content": {"video/*": _BYTES, "image/*": _BYTES, "application/octet-stream": _BYTES},
    }
}
_FORM_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FILES],
                    "properties": {
                        FILES: {
                            "type": "array",
                            "maxItems": _MOST_FILES,
                            "items": {"type": "string", "format": "binary"},
                            "description": f"The files, up to {_MOST_FILES}; "
                            f"{FORM_BYTES:,} bytes together.",
                        }
                    },
                }
            }
        },
    }
}


@router.post(
    "/media/presign",
    summary="Get an address to upload a file to",
    operation_id="get_media_presigned_url",
    response_model=UploadOut,
)
async def presign(
    wanted: UploadNew, request: Request, caller: Publisher, parts: PartsOf, call: CallOf
) -> Response:
    """Announce a file, and get a signed address to `PUT` it to, good for an hour.

    `publicUrl` stands for the file in posts. The file itself is sent in one request of any
    length, and looked into when it is there.
    """
    base = base_of(request, parts.settings.web.public_url)

    async def work(session: AsyncSession) -> UploadOut:
        upload = await announce(
            session,
            caller.workspace_id,
            Announced(wanted.filename, wanted.content_type, wanted.size),
            most_bytes=parts.settings.media.file_bytes,
            api_key_id=caller.key_id,
        )
        kind = _declared(upload.content_type)
        ends_s = int((upload.expires_at + timedelta(seconds=1)).timestamp())
        path = parts.uploads.path(upload.id, f"{kind or 'file'}", ends_s)
        return UploadOut(
            upload_url=base + path,
            public_url=reference(base, upload.id, upload.filename),
            key=upload.id,
            type=kind,
            expires_in=int(LASTS.total_seconds()),
            expires_at=upload.expires_at,
            warnings=warnings_of(wanted),
        )

    return await call.once(work, status=200, has_secret=True)


@router.put(
    "/media/uploads/{uploadId}/{signature}/{uploadName}",
    summary="Send the file that was announced",
    operation_id="put_upload",
    openapi_extra=_FILE_BODY,
)
async def put_upload(
    *,
    request: Request,
    parts: PartsOf,
    places: PlacesOf,
    upload_id: Annotated[str, Path(alias="uploadId", description="The upload's id.")],
    signature: Annotated[str, Path(description="What makes the address a good one.")],
    name: Annotated[str, Path(alias="uploadName", description="The end of the address.")],
) -> MediaAnswer:
    """Send the bytes of a file to the address that `presign` gave. No API key is needed.

    It is answered when the file is kept. A request that breaks off leaves nothing and can be
    repeated; one that is repeated after it was answered gets the same answer, and one with another
    file 409. The address ends after its hour, and when the key that asked for it is revoked.
    """
    signed = parts.uploads.read(request.scope["path"])
    if signed is None or (signed.address_id, signed.name) != (upload_id, name) or not signature:
        raise NoSuchUpload
    refuse_coded(request)
    sent = _sent(request)
    async with places.one(signed.address_id):
        upload = await waiting(parts.library, signed.address_id, sent)
        if upload.state is UploadState.RECEIVED:
            media = await receive_again(parts.library, upload, pieces_of(request))
        else:
            media = await receive(parts.library, upload, sent, pieces_of(request))
    base = base_of(request, parts.settings.web.public_url)
    return MediaAnswer(media=file_shown(media, parts, base, []))


@router.post(
    "/media",
    summary="Upload small files",
    operation_id="upload_media",
    status_code=201,
    openapi_extra=_FORM_BODY,
)
async def upload_media(
    request: Request, caller: Publisher, parts: PartsOf, places: PlacesOf
) -> FilesOut:
    """Send files in the fields `files` of a form. The same bytes are one file, however often sent.

    If one of them is refused, those before it are kept. Large files go to `presign`.
    """
    base = base_of(request, parts.settings.web.public_url)
    done = list[FileOut]()
    async with places.one():
        form = Form(request, most_bytes=FORM_BYTES)
        async for announced, content in form.files():
            if len(done) == _MOST_FILES:
                raise InvalidRequest(f"A form has {_MOST_FILES} files at most.", param=FILES)
            media = await add(
                parts.library,
                caller.workspace_id,
                announced,
                content,
                actor=caller.actor,
                api_key_id=caller.key_id,
            )
            done.append(_shown(media, base))
    if not done:
        raise InvalidRequest(f"The form has no file in a field `{FILES}`.", param=FILES)
    return FilesOut(files=done)


def _shown(media: MediaFile, base: str) -> FileOut:
    return FileOut(
        type=TYPES[media.kind],
        url=reference(base, media.id, media.name),
        filename=media.name,
        size=media.size_bytes,
        mime_type=media.content_type,
        media_id=media.id,
    )


def _declared(content_type: str) -> MediaType | None:
    return {"video": MediaType.VIDEO, "image": MediaType.IMAGE}.get(content_type.partition("/")[0])


def _sent(request: Request) -> Sent:
    length = request.headers.get("content-length", "")
    kind = request.headers.get("content-type")
    return Sent(kind or None, int(length) if length.isdecimal() else None)
