"""Media over the API: with the public client library as it is, and by hand."""

import asyncio
import os
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from PIL import Image

from postwright.config import MediaSettings
from postwright.media.models import IngestState
from postwright.workspaces.models import Scope
from tests.factories.api import Api, served_api
from tests.factories.installation import Service
from tests.factories.origin import Origin
from tests.factories.sdk import Zernio
from tests.factories.uploading import kept, media, presigned, put

pytestmark = pytest.mark.slow
fetches = pytest.mark.usefixtures("may_fetch")


async def sdk(api: Api) -> Zernio:
    return Zernio(await api.key(Scope.PUBLISH), base_url=api.url)


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


@fetches
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


@fetches
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


@fetches
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
