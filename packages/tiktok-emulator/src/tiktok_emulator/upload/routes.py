"""The upload address."""

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.errors import UploadRefusal
from tiktok_emulator.journal import note_of
from tiktok_emulator.posting.inspect import begin
from tiktok_emulator.store import World, world_of
from tiktok_emulator.upload import address, rules
from tiktok_emulator.upload.pace import Stopping, paced
from tiktok_emulator.upload.spool import (
    ChunkIncomplete,
    ChunkSuperseded,
    ChunkTooLate,
    store_chunk,
)
from tiktok_emulator.upload.state import Upload

INTAKE = "tiktok_emulator.intake"


async def put(request: Request) -> Response:
    """Take one chunk: 206 stored, 201 it was the last.

    A refusal is answered when the body has been read, so that a client that sends before it
    listens gets the answer and not a broken pipe.

    spec: upload.put, upload.put.created-201, upload.put.partial-206
    Source: media transfer guide, 2026-09-11.
    """
    world = world_of(request)
    try:
        upload = address.find(world, request.query_params)
        upload = rules.check_alive(upload, world.clock.now())
        note_of(request).publish_id = upload.publish_id
        return await _take_chunk(request, world, upload)
    except UploadRefusal as refusal:
        note_of(request).refuse(refusal)
        await _read_to_the_end(request)
        headers = {"Content-Range": refusal.content_range} if refusal.content_range else {}
        return Response(status_code=refusal.status, headers=headers)
    except (ChunkIncomplete, ClientDisconnect, Stopping):
        note_of(request).why = "The connection broke inside the chunk; nothing of it was kept."
        # Who still reads it is cut off by the end of the emulator, not by a fault of the request.
        return Response(status_code=503 if world.closing.is_set() else 400)


async def _take_chunk(request: Request, world: World, upload: Upload) -> Response:
    span, media_type = rules.check_headers(request.headers)
    if _is_again(world, upload, span):
        await _read_to_the_end(request)
        return _stored(world, upload)
    rules.check_progress(upload, span, world.settings)
    pieces = paced(world, request.stream(), lambda: _rate(request, world))
    try:
        await store_chunk(upload, span, pieces, world.clock.now)
    except ChunkSuperseded as error:
        raise UploadRefusal(
            416,
            "range_mismatch",
            rule="upload.put.sequential",
            why="a newer request for the same chunk took over; its bytes count, these do not.",
            content_range=rules.content_range(upload, world.settings),
        ) from error
    except ChunkTooLate as error:
        raise rules.expired(upload) from error
    except OSError as error:
        raise UploadRefusal(
            500,
            "internal_error",
            rule="upload.put",
            why=f"the spool folder refused the bytes: {error.strerror}. Nothing was stored.",
        ) from error
    upload.media_type = upload.media_type or media_type
    if upload.is_complete:
        begin(world, upload)
    return _stored(world, upload)


def _is_again(world: World, upload: Upload, span: rules.Range) -> bool:
    """Whether this repeats bytes that were accepted, and a switch says to take that well."""
    return (
        world.settings.resent_chunk == "accept_again"
        and span.total == upload.plan.size_bytes
        and span.last < upload.received_bytes
    )


def _stored(world: World, upload: Upload) -> Response:
    headers = {"Content-Range": rules.content_range(upload, world.settings)}
    return Response(status_code=201 if upload.is_complete else 206, headers=headers)


def _rate(request: Request, world: World) -> int | None:
    ordered: int | None = request.scope.get(INTAKE)
    return ordered or world.settings.intake_bytes_per_second


async def _read_to_the_end(request: Request) -> None:
    try:
        async for _ in request.stream():
            pass
    except (ClientDisconnect, RuntimeError):
        return  # gone, or read before


ROUTES = [Route(address.PATH, put, methods=["PUT"])]
