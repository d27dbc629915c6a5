"""Media over the API: with the public client library as it is, and by hand."""

import asyncio
import os
from collections.abc import AsyncGenerator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2
import pytest
from PIL import Image

from postwright.api.media import uploads
from postwright.config import MediaSettings
from postwright.media.models import IngestState
from postwright.media.store.folder import FolderStore
from postwright.workspaces.models import Scope
from tests.factories.api import Api, served_api
from tests.factories.installation import Service
from tests.factories.origin import Origin, running_origin
from tests.factories.sdk import Zernio

pytestmark = pytest.mark.slow


@pytest.fixture
async def origin() -> AsyncGenerator[Origin]:
    async with running_origin() as running:
        yield running


@pytest.fixture
async def api(service: Service) -> AsyncGenerator[Api]:
    """A served API that may fetch from this machine."""
    media = service.settings.media.model_copy(update={"ingest_allow": "127.0.0.1/32"})
    service.settings = service.settings.model_copy(update={"media": media})
    async with served_api(service) as api:
        yield api


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    file = tmp_path / "Lisbon 1.jpg"
    Image.new("RGB", (720, 960), (40, 90, 200)).save(file)
    return file


async def sdk(api: Api) -> Zernio:
    return Zernio(await api.key(Scope.PUBLISH), base_url=api.url)


def kept(api: Api) -> list[Path]:
    store = api.service.library.store
    assert isinstance(store, FolderStore)
    return [path for path in store.folder.glob("**/*") if path.is_file()]


async def presigned(api: Api, key: str, **changes: Any) -> dict[str, Any]:
    body = {"filename": "a.jpg", "contentType": "image/jpeg", **changes}
    answer = await api.ask("POST", "/v1/media/presign", key, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(api: Api, url: str, content: bytes, **headers: str) -> httpx2.Response:
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    return await api.http.put(url, content=content, headers=said)


async def media(api: Api, key: str, media_id: str) -> dict[str, Any]:
    answer = await api.ask("GET", f"/v1/media/{media_id}", key)
    assert answer.status_code == 200, answer.text
    return answer.json()["media"]


async def test_the_client_library_presigns_and_a_plain_put_uploads(api: Api, photo: Path) -> None:
    client, content = await sdk(api), photo.read_bytes()
    for told in (
        await asyncio.to_thread(
            client.media.get_media_presigned_url, photo.name, "image/jpeg", size=len(content)
        ),
        await client.media.aget_media_presigned_url(photo.name, "image/jpeg"),
    ):
        assert told["expiresIn"] == 3600
        assert told["uploadUrl"].startswith(f"{api.url}/v1/media/uploads/{told['key']}/")
        assert told["publicUrl"] == f"{api.url}/v1/media/{told['key']}/Lisbon%201.jpg"
        answer = await put(api, told["uploadUrl"], content, content_type="image/jpeg")
        assert answer.status_code == 200, answer.text
        shown = await media(api, client.api_key, told["key"])
        assert shown == answer.json()["media"]
        assert (shown["state"], shown["type"], shown["size"]) == ("ready", "image", len(content))
        assert shown["findings"] == {"tiktok": []}
    assert len(kept(api)) == 1


async def test_the_client_library_uploads_small_files(api: Api, photo: Path) -> None:
    client = await sdk(api)
    other = photo.with_name("other.png")
    Image.new("RGB", (640, 640), (1, 2, 3)).save(other)
    answers = [
        await asyncio.to_thread(client.media.upload, photo),
        await asyncio.to_thread(client.media.upload_bytes, photo.read_bytes(), "again.jpg"),
        await asyncio.to_thread(client.media.upload_multiple, [photo, other]),
        await client.media.aupload(photo),
        await client.media.aupload_bytes(other.read_bytes(), "b.png"),
        await client.media.aupload_multiple([photo, other]),
    ]
    files = [file for answer in answers for file in answer.files or []]
    assert [file.filename for file in files] == [
        photo.name, photo.name, photo.name, "other.png", photo.name, "other.png", photo.name,
        "other.png",
    ]  # fmt: skip
    assert [file.mimeType for file in files[2:4]] == ["image/jpeg", "image/png"]
    assert files[0].size == photo.stat().st_size
    found = await api.ask(
        "GET", urlsplit(str(files[3].url)).path.rpartition("/")[0], client.api_key
    )
    assert found.json()["media"]["filename"] == "other.png"
    assert len(kept(api)) == 2


async def test_an_upload_that_is_repeated_after_its_answer_gets_it_again(
    api: Api, photo: Path
) -> None:
    key, content = await api.key(), photo.read_bytes()
    told = await presigned(api, key)
    first = await put(api, told["uploadUrl"], content)
    again = await put(api, told["uploadUrl"], content)
    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    other = await put(api, told["uploadUrl"], content + b"\0")
    assert (other.status_code, other.json()["code"]) == (409, "upload_used")


async def test_an_upload_that_breaks_off_leaves_nothing_and_can_be_repeated(
    api: Api, photo: Path
) -> None:
    key, content = await api.key(), photo.read_bytes()
    told = await presigned(api, key, size=len(content))
    parts = urlsplit(str(told["uploadUrl"]))
    _, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content[:3000])
    await writer.drain()
    async with asyncio.timeout(20):
        while not kept(api):
            await asyncio.sleep(0.02)
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()
        while kept(api):
            await asyncio.sleep(0.02)
    assert (await media(api, key, told["key"]))["state"] == "waiting"
    assert (await put(api, told["uploadUrl"], content)).status_code == 200


# What was announced, what is sent (None: a photo), how it is declared, and what is answered.
MISFITS: list[tuple[dict[str, Any], bytes | None, dict[str, str], int, str]] = [
    ({"size": 10}, b"123456789", {}, 400, "media_size"),
    ({"size": 10}, b"12345678901", {}, 400, "media_size"),
    ({}, b"GIF89a", {"content_type": "video/mp4"}, 415, "media_type"),
    ({}, os.urandom(3000), {}, 400, "media_unreadable"),
    ({"contentType": "video/mp4"}, None, {}, 415, "media_type"),
]


async def test_what_does_not_fit_what_was_announced_is_refused(api: Api, photo: Path) -> None:
    key = await api.key()
    for changes, content, headers, status, code in MISFITS:
        told = await presigned(api, key, **changes)
        sent = photo.read_bytes() if content is None else content
        answer = await put(api, told["uploadUrl"], sent, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert kept(api) == []


async def test_an_address_that_was_changed_is_none(api: Api, photo: Path) -> None:
    key = await api.key()
    url = (await presigned(api, key))["uploadUrl"]
    other = (await presigned(api, key))["uploadUrl"]
    for wrong in (
        url[:-1],
        url + "x",
        url.replace(url.split("/")[-3], other.split("/")[-3]),
        url.replace(url.split("/")[-2], "A" * 36),
    ):
        answer = await put(api, wrong, photo.read_bytes())
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_upload")


NOT_TAKEN: list[tuple[dict[str, Any], int]] = [
    ({"filename": "a.pdf", "contentType": "application/pdf"}, 415),
    ({"filename": "a.mp4", "contentType": "video/mp4", "size": 5 * 1024**3 + 1}, 413),
    ({"filename": "a.mp4", "contentType": "video/mp4", "size": 0}, 400),
    ({"contentType": "video/mp4"}, 400),
]
A_SONG = (
    b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.mp3"\r\n'
    b"Content-Type: audio/mpeg\r\n\r\nabc\r\n--x--\r\n"
)
# Type of the body, the body, and what is answered.
NO_FORMS: list[tuple[str, bytes, int]] = [
    ("application/json", b"{}", 415),
    ("multipart/form-data", b"", 415),
    ("multipart/form-data; boundary=x", b"", 400),
    ("multipart/form-data; boundary=x", b"--x--\r\n", 400),
    ("multipart/form-data; boundary=x", b"damaged", 400),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.jpg"\r\n\r\nabc',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        b'--x\r\nContent-Disposition: form-data; name="other"\r\n\r\nabc\r\n--x--\r\n',
        400,
    ),
    (
        "multipart/form-data; boundary=x",
        A_SONG,
        415,
    ),
]


async def test_what_cannot_be_taken_gets_no_address(api: Api) -> None:
    key = await api.key()
    for body, status in NOT_TAKEN:
        answer = await api.ask("POST", "/v1/media/presign", key, json=body)
        assert answer.status_code == status, body


async def test_a_form_without_a_file_that_is_taken_is_refused(api: Api) -> None:
    key = await api.key()
    for kind, body, status in NO_FORMS:
        headers = {"content-type": kind}
        answer = await api.ask("POST", "/v1/media", key, content=body, headers=headers)
        assert answer.status_code == status, answer.text
    assert kept(api) == []


async def test_a_form_that_is_too_large_is_told_where_to_go(
    api: Api, photo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "FORM_BYTES", 2000)
    form = {"files": ("a.jpg", photo.read_bytes(), "image/jpeg")}
    answer = await api.ask("POST", "/v1/media", await api.key(), files=form)
    assert answer.status_code == 413
    assert "presign" in answer.json()["details"]["fix"]
    assert kept(api) == []


async def test_files_are_listed_page_by_page_and_removed(api: Api, tmp_path: Path) -> None:
    key = await api.key()
    ids = [(await api.service.add_photo(tmp_path, number)).id for number in range(3)]
    first = (await api.ask("GET", "/v1/media?limit=2", key)).json()
    assert [each["_id"] for each in first["media"]] == [ids[2], ids[1]]
    assert first["pagination"]["total"] == 3
    cursor = first["pagination"]["nextCursor"]
    second = (await api.ask("GET", f"/v1/media?limit=2&cursor={cursor}", key)).json()
    assert [each["_id"] for each in second["media"]] == [ids[0]]
    assert second["pagination"]["nextCursor"] is None
    assert (await api.ask("GET", "/v1/media?type=video", key)).json()["media"] == []
    assert (await api.ask("GET", "/v1/media?cursor=WzFd", key)).status_code == 400

    assert (await api.ask("DELETE", f"/v1/media/{ids[0]}", key)).status_code == 200
    assert (await api.ask("GET", "/v1/media", key)).json()["pagination"]["total"] == 2
    assert (await media(api, key, ids[0]))["state"] == "removed"


async def test_a_file_that_a_post_needs_is_not_removed(api: Api, tmp_path: Path) -> None:
    connection = await api.service.connect()
    video = tmp_path / "a.mp4"
    video.write_bytes(os.urandom(1000))
    await api.service.publish(connection, video)
    key = await api.key()
    (shown,) = (await api.ask("GET", "/v1/media", key)).json()["media"]
    assert shown["usedBy"][0]["what"] == "post"
    answer = await api.ask("DELETE", f"/v1/media/{shown['_id']}", key)
    assert (answer.status_code, answer.json()["code"]) == (409, "media_needed")


async def test_a_key_of_one_profile_sees_what_it_brought_and_no_more(
    api: Api, photo: Path, tmp_path: Path
) -> None:
    made = await api.ask("POST", "/v1/profiles", await api.key(), json={"name": "Acme"})
    bound = await api.key(Scope.PUBLISH, profile_ids=[made.json()["profile"]["_id"]])
    other = (await api.service.add_photo(tmp_path, 7)).id
    assert (await api.ask("GET", f"/v1/media/{other}", bound)).status_code == 404
    assert (await api.ask("DELETE", f"/v1/media/{other}", bound)).status_code == 404
    body = {"url": f"{api.url}/v1/media/{other}/photo.jpg"}
    for path in ("/v1/tools/validate/media", "/v1/media/ingest"):
        assert (await api.ask("POST", path, bound, json=body)).status_code == 404, path
    told = await presigned(api, bound)
    await put(api, told["uploadUrl"], photo.read_bytes())
    form = {"files": ("b.jpg", photo.read_bytes() + b"\0", "image/jpeg")}
    assert (await api.ask("POST", "/v1/media", bound, files=form)).status_code == 201
    listed = (await api.ask("GET", "/v1/media", bound)).json()
    assert listed["pagination"]["total"] == 2
    assert (await media(api, bound, told["key"]))["state"] == "ready"


async def test_what_is_named_by_its_address_is_fetched_by_a_worker(
    api: Api, origin: Origin, photo: Path
) -> None:
    key, content = await api.key(), photo.read_bytes()
    url = origin.gives("/Lisbon.jpg", content)
    origin.go.clear()
    first = await api.ask("POST", "/v1/media/ingest", key, json={"url": url + "?secret=1"})
    again = await api.ask("POST", "/v1/media/ingest", key, json={"url": url + "?secret=1"})
    assert first.status_code == again.status_code == 202, first.text
    told = first.json()["media"]
    assert (told["state"], told["filename"]) == ("fetching", "Lisbon.jpg")
    assert again.json()["media"]["_id"] == told["_id"]
    assert "secret" not in first.text

    api.service.start_worker()
    origin.go.set()
    async with asyncio.timeout(60):
        while (shown := await media(api, key, told["_id"]))["state"] == "fetching":
            await asyncio.sleep(0.05)
    assert (shown["state"], shown["filename"], shown["size"]) == (
        "ready",
        "Lisbon.jpg",
        len(content),
    )
    assert len(origin.asked) == 1
    ours = await api.ask("POST", "/v1/media/ingest", key, json={"url": told["url"]})
    assert ours.json()["media"]["_id"] == shown["_id"]


async def test_an_address_that_gives_no_file_fails_with_the_reason(
    api: Api, origin: Origin
) -> None:
    key = await api.key()
    url = origin.gives("/page.mp4", b"<!DOCTYPE html><title>Log in</title>")
    told = (await api.ask("POST", "/v1/media/ingest", key, json={"url": url})).json()["media"]
    api.service.start_worker()
    async with asyncio.timeout(60):
        while (shown := await media(api, key, told["_id"]))["state"] == "fetching":
            await asyncio.sleep(0.05)
    assert (shown["state"], shown["code"]) == (IngestState.FAILED, "address_failed")
    assert "page" in shown["detail"]


async def test_what_is_no_address_is_refused_at_once(api: Api) -> None:
    key = await api.key()
    for url in ("file:///etc/passwd", "http://me:hush@example.com/a", "nonsense", "http://a b/"):
        answer = await api.ask("POST", "/v1/media/ingest", key, json={"url": url})
        assert (answer.status_code, answer.json()["code"]) == (400, "address_refused")
        assert "hush" not in answer.text


async def test_what_is_plainly_private_is_refused_at_once(api: Api) -> None:
    key = await api.key()
    for host in ("10.0.0.1", "0xa000001", "[::1]", "[::ffff:a00:1]", "169.254.169.254"):
        body = {"url": f"http://{host}/a.mp4"}
        answer = await api.ask("POST", "/v1/media/ingest", key, json=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "address_refused")
        assert "private" in answer.json()["details"]["why"]


async def test_a_file_at_an_address_is_looked_at_and_forgotten(
    api: Api, origin: Origin, photo: Path, tmp_path: Path
) -> None:
    client = await sdk(api)
    good = origin.gives("/a.jpg", photo.read_bytes())
    small = tmp_path / "b.png"
    Image.new("RGB", (100, 100)).save(small)
    odd = origin.gives("/b.png", small.read_bytes())

    told = await asyncio.to_thread(client.validate.validate_media, good)
    assert (told["valid"], told["type"], told["contentType"]) == (True, "image", "image/jpeg")
    assert told["platformLimits"]["tiktok"]["withinLimit"] is True
    told = await client.validate.avalidate_media(odd)
    assert told["valid"] is False
    assert "media.photo.formats" in {each["rule"] for each in told["findings"]["tiktok"]}
    told = await client.validate.avalidate_media(f"{origin.url}/nothing")
    assert (told["valid"], told["code"]) == (False, "address_failed")
    told = await client.validate.avalidate_media("http://[::1]/a.jpg")
    assert (told["valid"], told["code"]) == (False, "address_refused")
    assert kept(api) == []

    mine = await client.media.aupload(photo)
    assert (await client.validate.avalidate_media(str((mine.files or [])[0].url)))["valid"]


async def test_without_a_setting_nothing_is_fetched_from_this_machine(
    service: Service, origin: Origin
) -> None:
    assert MediaSettings().ingest_allow == ""
    origin.gives("/a.jpg", b"secret")
    async with served_api(service) as api:
        key = await api.key()
        body = {"url": f"{origin.url}/a.jpg"}
        told = (await api.ask("POST", "/v1/tools/validate/media", key, json=body)).json()
    assert (told["valid"], told["code"]) == (False, "address_refused")
    assert origin.asked == []


async def test_upload_tokens_lead_to_what_is_there_instead(api: Api) -> None:
    client = await sdk(api)
    for ask in (client.media.generate_upload_token, lambda: client.media.check_upload_token("x")):
        with pytest.raises(Exception, match="presign"):
            await asyncio.to_thread(ask)
