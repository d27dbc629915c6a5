"""Fetches what a pull names, file by file, and hands it on to be looked at."""

import asyncio
import hashlib
import os
from collections.abc import AsyncGenerator, Coroutine
from contextlib import aclosing
from pathlib import Path

from tiktok_emulator.faults import Call, Fault, FaultKind
from tiktok_emulator.operations import Operation
from tiktok_emulator.posting.inspect import begin
from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.posting.settle import settle
from tiktok_emulator.posting.state import FailReason, Medium
from tiktok_emulator.pull.address import Address
from tiktok_emulator.pull.fetch import Answer, FetchFailed, Target, ask, find
from tiktok_emulator.pull.state import Pull
from tiktok_emulator.store import World
from tiktok_emulator.upload.disk import blocks, write
from tiktok_emulator.upload.pace import Stopping, paced

LARGEST_PHOTO_BYTES = 20_971_520
RANGE_BYTES = 8_388_608


def start(world: World, pull: Pull) -> asyncio.Task[None]:
    """Begin to download; nobody needs to wait for it."""
    task = asyncio.get_running_loop().create_task(_run(world, pull))
    pull.work = task
    world.downloads.add(task)
    task.add_done_callback(world.downloads.discard)
    return task


async def through(world: World, task: asyncio.Task[None]) -> None:
    """Wait until a download has ended, one way or the other, or the emulator stops."""
    stopping = asyncio.ensure_future(world.closing.wait())
    try:
        await asyncio.wait([task, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stopping.cancel()


async def _run(world: World, pull: Pull) -> None:
    try:
        await _ordered(world, pull)
        for number, address in enumerate(pull.addresses):
            path = world.spool / f"{pull.publish_id.rpartition('.')[2]}-{number}"
            pull.files.append(await _file(world, pull, address, path))
            pull.announced_bytes = None
    except _Failed as error:
        _fail(world, pull, error.reason, str(error))
    except FetchFailed as error:
        _fail(world, pull, None, str(error))
    except OSError as error:
        _fail(world, pull, FailReason.INTERNAL, f"the spool folder refused: {error.strerror}")
    except Stopping:
        return
    else:
        pull.completed_at = world.clock.now()
        begin(world, pull)


def _fail(world: World, pull: Pull, reason: FailReason | None, why: str) -> None:
    pull.work = None  # nothing is running any more that giving up would have to stop
    pull.give_up(reason, why)
    settle(world, pull)


class _Failed(Exception):
    """The bytes came, and are nothing for TikTok."""

    def __init__(self, reason: FailReason | None, why: str) -> None:
        super().__init__(why)
        self.reason = reason


async def _ordered(world: World, pull: Pull) -> None:
    """Do what a fault orders for this download.

    Raises:
        FetchFailed: it is not to work.
    """
    text = " ".join(address.url for address in pull.addresses)
    fault: Fault | None = world.faults.take(
        Call(Operation.PULL, pull.username, pull.client_key, text=text)
    )
    if fault is None:
        return
    if fault.kind in (FaultKind.DELAY_BEFORE, FaultKind.DELAY_AFTER):
        await world.pause(fault.delay_s)
    else:
        raise FetchFailed(f"a fault was ordered for this download: {fault.kind}")


async def _file(world: World, pull: Pull, address: Address, path: Path) -> StoredFile:
    """One file, whole.

    Raises:
        FetchFailed: it cannot be had.
        _Failed: it has more bytes than TikTok takes.

    spec: media.photo.size
    Source: media transfer guide, 2026-09-11; the reasons for too many bytes are assumed.
    """
    if pull.medium is Medium.PHOTO:
        most, reason = LARGEST_PHOTO_BYTES, FailReason.PICTURE_SIZE
    else:
        most, reason = world.settings.max_video_bytes, None
    digest = hashlib.sha256()
    descriptor = await asyncio.to_thread(os.open, path, os.O_WRONLY | os.O_CREAT, 0o600)
    received = 0
    try:
        async with aclosing(_pieces(world, pull, address)) as pieces:
            async for block in blocks(paced(world, pieces, lambda: _rate(world))):
                await _to_the_end(asyncio.to_thread(write, descriptor, block, received, digest))
                received += sum(map(len, block))
                _check_size(received, most, reason, address)
        _check_size(received, most, reason, address)
    except BaseException:
        _delete(path)
        raise
    finally:
        os.close(descriptor)
    return StoredFile(path, received, digest.hexdigest())


def _check_size(received: int, most: int, reason: FailReason | None, address: Address) -> None:
    if received > most:
        raise _Failed(reason, f"{address.url} has more than {most} bytes.")
    if not received:
        raise FetchFailed(f"{address.url} is empty")


def _delete(path: Path) -> None:
    path.unlink(missing_ok=True)


async def _to_the_end(work: Coroutine[object, object, None]) -> None:
    """Await something that has to end, even if whoever waits is cancelled."""
    task = asyncio.ensure_future(work)
    try:
        await asyncio.shield(task)
    finally:
        await asyncio.wait([task])


def _rate(world: World) -> int | None:
    return world.settings.pull_bytes_per_second


async def _pieces(world: World, pull: Pull, address: Address) -> AsyncGenerator[bytes]:
    """The bytes of one file, asked for as the setting `pull_asks` says; counts what comes in."""
    target = await find(address, world.settings.pull_stand_ins)
    match world.settings.pull_asks:
        case "get":
            source = _whole(pull, target)
        case "head_then_get":
            async with ask(target, "HEAD") as answer:
                _check(answer, "HEAD", target, 200)
            source = _whole(pull, target)
        case "ranges":
            source = _by_ranges(target)
    async with aclosing(source):
        async for piece in source:
            pull.received_bytes += len(piece)
            yield piece


async def _whole(pull: Pull, target: Target) -> AsyncGenerator[bytes]:
    async with ask(target) as answer:
        _check(answer, "GET", target, 200)
        pull.announced_bytes = answer.length if answer.length >= 0 else None
        async for piece in answer.body:
            yield piece


async def _by_ranges(target: Target) -> AsyncGenerator[bytes]:
    """Range after range, until one is not full; the whole file from a server without ranges."""
    first = 0
    while True:
        received = 0
        async with ask(target, first=first, last=first + RANGE_BYTES - 1) as answer:
            if first and answer.status == 416:
                return
            _check(answer, "GET", target, 206, 200 if not first else 206)
            async for piece in answer.body:
                received += len(piece)
                yield piece
        first += received
        if answer.status == 200 or received < RANGE_BYTES:
            return


def _check(answer: Answer, method: str, target: Target, *good: int) -> None:
    if answer.status in good:
        return
    why = f"{method} {target.host} answered {answer.status}"
    if 300 <= answer.status < 400:
        why += "; redirects are not followed"
    raise FetchFailed(why)
