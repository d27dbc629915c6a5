"""Uploads: announced, sent once to an address of their own, and kept as any other file."""

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from sqlalchemy import func, select

from postwright.media.errors import (
    MediaUnreadable,
    NoSuchMedia,
    NoSuchUpload,
    QuotaReached,
    SizeDiffers,
    TooLarge,
    TypeNotTaken,
    UploadExpired,
    UploadUsed,
)
from postwright.media.host.signing import UPLOADS, Signer
from postwright.media.library import Library
from postwright.media.models import MediaClaim, MediaFile, Upload, UploadState
from postwright.media.references import MediaNotThere, media_of, reference, referred
from postwright.media.remove import remove
from postwright.media.store.folder import FolderStore
from postwright.media.uploads import (
    Announced,
    Sent,
    add,
    announce,
    forget_uploads,
    receive,
    shown_name,
    waiting,
)
from postwright.workspaces.models import Workspace
from tests.factories.shelf import Shelf

pytestmark = pytest.mark.slow

BASE = "https://api.example.com"
NOTHING_SAID = Sent(None, None)


@pytest.fixture
def library(shelf: Shelf) -> Library:
    return shelf.library


@pytest.fixture
def photo(tmp_path: Path) -> bytes:
    file = tmp_path / "photo.jpg"
    Image.new("RGB", (720, 960), (40, 90, 200)).save(file)
    return file.read_bytes()


async def announced(shelf: Shelf, **changes: Any) -> Upload:
    given = replace(Announced("Lisbon.jpg", "image/jpeg"), **changes)
    async with shelf.database.transaction() as session:
        return await announce(
            session,
            shelf.workspace_id,
            given,
            most_bytes=1_000_000,
            api_key_id=None,
        )


async def pieces(content: bytes, step: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(content), step):
        yield content[at : at + step]


async def state(shelf: Shelf, upload: Upload) -> UploadState:
    async with shelf.database.transaction() as session:
        return (await session.get_one(Upload, upload.id)).state


async def nothing_is_left(shelf: Shelf, library: Library) -> bool:
    assert isinstance(library.store, FolderStore)
    async with shelf.database.transaction() as session:
        claims = await session.scalar(select(func.count()).select_from(MediaClaim))
        files = await session.scalar(select(func.count()).select_from(MediaFile))
    return (claims, files, list(library.store.folder.glob("**/*"))) == (0, 0, [])


async def resolved(shelf: Shelf, url: str) -> MediaFile | None:
    async with shelf.database.transaction() as session:
        return await media_of(session, shelf.workspace_id, url)


async def test_what_was_announced_and_sent_is_a_file_with_an_address_that_stands_for_it(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    upload = await announced(shelf, size_bytes=len(photo))
    url = reference(BASE, upload.id, upload.filename)
    with pytest.raises(MediaNotThere):
        await resolved(shelf, url)

    there = await waiting(library, upload.id, Sent("image/jpeg", len(photo)))
    media = await receive(library, there, NOTHING_SAID, pieces(photo))

    assert (media.name, media.content_type, media.size_bytes) == (
        "Lisbon.jpg", "image/jpeg", len(photo),
    )  # fmt: skip
    assert media.probe["width"] == 720
    assert await state(shelf, upload) is UploadState.RECEIVED
    found = await resolved(shelf, url)
    assert found is not None
    assert found.id == media.id
    # The file's own address stands for it as well.
    assert (await resolved(shelf, reference("http://x", media.id, "a"))) is not None


async def test_one_that_was_cut_off_can_be_sent_again_and_one_that_was_received_is_told_again(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    upload = await announced(shelf)

    async def cut_off() -> AsyncIterator[bytes]:
        yield photo[:5000]
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await receive(library, upload, NOTHING_SAID, cut_off())
    assert await nothing_is_left(shelf, library)

    there = await waiting(library, upload.id, NOTHING_SAID)
    media = await receive(library, there, NOTHING_SAID, pieces(photo))
    again = await waiting(library, upload.id, Sent(None, len(photo)))
    assert (again.state, again.media_id) == (UploadState.RECEIVED, media.id)
    with pytest.raises(UploadUsed):
        await waiting(library, upload.id, Sent(None, len(photo) + 1))


async def test_the_same_file_sent_twice_at_once_is_one_and_another_one_is_too_late(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    upload = await announced(shelf)
    first, second = await asyncio.gather(
        receive(library, upload, NOTHING_SAID, pieces(photo)),
        receive(library, upload, NOTHING_SAID, pieces(photo)),
    )
    assert first.id == second.id
    with pytest.raises(UploadUsed):
        await receive(library, upload, NOTHING_SAID, pieces(photo + b"\0"))
    async with shelf.database.transaction() as session:
        assert (await session.get_one(Upload, upload.id)).media_id == first.id
        assert await session.scalar(select(func.count()).select_from(MediaFile)) == 1


async def test_more_or_less_than_was_announced_is_refused_and_can_be_sent_again(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    upload = await announced(shelf, size_bytes=len(photo))
    for content in (photo[:-1], photo + b"\0"):
        with pytest.raises(SizeDiffers):
            await waiting(library, upload.id, Sent(None, len(content)))
        with pytest.raises(SizeDiffers):
            await receive(library, upload, NOTHING_SAID, pieces(content))
        assert await nothing_is_left(shelf, library)
    assert (await waiting(library, upload.id, NOTHING_SAID)).state is UploadState.WAITING


async def test_no_file_is_larger_than_one_may_be(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    small = shelf.having(file_bytes=1000)
    upload = await announced(shelf)
    with pytest.raises(TooLarge):
        await announced(shelf, size_bytes=1_000_001)
    with pytest.raises(TooLarge):
        await waiting(small, upload.id, Sent(None, 1001))
    with pytest.raises(TooLarge):
        await receive(small, upload, NOTHING_SAID, pieces(photo))
    assert await nothing_is_left(shelf, library)


@pytest.mark.parametrize("declared", ["application/pdf", "audio/mpeg", "text/vtt", "", "x" * 900])
async def test_what_is_declared_as_neither_video_nor_photo_is_not_announced(
    shelf: Shelf, declared: str
) -> None:
    with pytest.raises(TypeNotTaken):
        await announced(shelf, content_type=declared)


async def test_what_is_sent_has_to_be_declared_as_it_was_announced(
    shelf: Shelf, library: Library
) -> None:
    upload = await announced(shelf, content_type="image/jpg; q=1")
    for declared in ("image/jpeg", "IMAGE/JPG", "application/octet-stream", None):
        await waiting(library, upload.id, Sent(declared, None))
    with pytest.raises(TypeNotTaken):
        await waiting(library, upload.id, Sent("video/mp4", None))


@pytest.mark.parametrize(
    ("content", "declared", "error"),
    [
        (os.urandom(5000), "image/jpeg", MediaUnreadable),
        (b"", "image/jpeg", MediaUnreadable),
        (None, "video/mp4", TypeNotTaken),
    ],
)
async def test_what_is_something_else_is_refused_for_good(
    shelf: Shelf,
    photo: bytes,
    content: bytes | None,
    declared: str,
    error: type[Exception],
) -> None:
    library = shelf.library
    upload = await announced(shelf, content_type=declared)
    with pytest.raises(error) as caught:
        await receive(library, upload, NOTHING_SAID, pieces(photo if content is None else content))
    assert ".part" not in str(caught.value)
    assert await state(shelf, upload) is UploadState.REFUSED
    assert await nothing_is_left(shelf, library)
    with pytest.raises(UploadUsed):
        await waiting(library, upload.id, NOTHING_SAID)
    with pytest.raises(MediaNotThere, match=upload.id) as told:
        await resolved(shelf, reference(BASE, upload.id, "a.jpg"))
    assert "refused" in told.value.why


async def test_an_address_is_good_for_an_hour_and_what_came_stays(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    late, received = await announced(shelf), await announced(shelf)
    media = await receive(library, received, NOTHING_SAID, pieces(photo))
    await shelf.advance(hours=1.01)
    with pytest.raises(UploadExpired):
        await waiting(library, late.id, NOTHING_SAID)
    assert (await waiting(library, received.id, NOTHING_SAID)).media_id == media.id

    await shelf.advance(hours=24 * 7)
    async with shelf.database.transaction() as session:
        await forget_uploads(session)
    with pytest.raises(NoSuchUpload):
        await waiting(library, late.id, NOTHING_SAID)
    assert await resolved(shelf, reference(BASE, received.id, "a.jpg")) is not None


async def test_no_room_is_said_before_anything_is_sent(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    small = shelf.having(quota_bytes=1000)
    upload = await announced(shelf)
    with pytest.raises(QuotaReached):
        await waiting(small, upload.id, Sent(None, 1001))
    with pytest.raises(QuotaReached):
        await receive(small, upload, NOTHING_SAID, pieces(photo))
    assert await state(shelf, upload) is UploadState.WAITING
    assert await nothing_is_left(shelf, library)


async def test_an_address_means_nothing_in_another_workspace(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    upload, still_waits = await announced(shelf), await announced(shelf)
    media = await receive(library, upload, NOTHING_SAID, pieces(photo))
    async with shelf.database.transaction() as session:
        session.add(Workspace(id="ws_other0000000", name="other", created_at=media.created_at))
        await session.flush()
        nobodys = ("upl_000000000000", "ing_000000000000")
        for wanted in (upload.id, still_waits.id, media.id, *nobodys):
            with pytest.raises(NoSuchMedia):
                await media_of(session, "ws_other0000000", reference(BASE, wanted, "a.jpg"))


async def test_an_address_of_a_removed_file_says_so(
    shelf: Shelf, library: Library, photo: bytes
) -> None:
    media = await add(
        library, shelf.workspace_id, Announced("a.jpg", "image/jpeg"), pieces(photo), actor="test"
    )
    await remove(library, shelf.workspace_id, media.id, actor="test")
    with pytest.raises(NoSuchMedia):
        await resolved(shelf, reference(BASE, media.id, "a.jpg"))


def test_only_addresses_of_ours_are_taken_for_ours() -> None:
    assert referred(reference(BASE, "upl_0123456789ab", "a/b ü?.jpg")) == "upl_0123456789ab"
    assert referred("http://x/prefix/v1/media/media_0123456789ab") == "media_0123456789ab"
    for url in ("https://x/a.jpg", "https://x/v1/media/post_0123456789ab/a", "http://[", ""):
        assert referred(url) is None


def test_a_key_for_uploads_is_good_for_nothing_else() -> None:
    uploads, media = Signer(bytes(32), folder=UPLOADS), Signer(bytes(32))
    path = uploads.path("upl_0123456789ab", "a.mp4", 5)
    assert uploads.read(path) is not None
    assert media.read(path) is None
    assert media.read(path.replace(UPLOADS, "/m/")) is None
    assert uploads.read(path.replace("upl_0", "upl_1")) is None


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\clips\\a.mp4", "a.mp4"),
        ("a\r\nb\x00.mp4", "a  b�.mp4"),
        ("", "file"),
        ("x" * 300 + ".mp4", "x" * 196 + ".mp4"),
    ],
)
def test_a_name_is_one_without_folders_that_can_be_shown(given: str, name: str) -> None:
    assert shown_name(given) == name
