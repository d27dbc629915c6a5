"""What the host answers over HTTP: bytes, heads, parts, and refusals that say nothing."""

import asyncio
import re
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from postwright.media.host.app import Limits
from postwright.media.host.sample import sample_path
from postwright.media.host.signing import Signer
from tests.factories.mediahost import Site, noise, running_site, sha256

pytestmark = pytest.mark.slow

CONTENT = noise(700_001)
PROOF = ("tiktok" + "a1B2" * 8 + ".txt", "tiktok-developers-site-verification=" + "a1B2" * 8)


async def test_a_file_comes_whole_with_its_type_its_length_and_nothing_to_cache(site: Site) -> None:
    path = await site.of(CONTENT)
    answer = await site.ask(path)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer.headers["content-type"] == "video/mp4"
    assert answer.headers["content-length"] == str(len(CONTENT))
    assert answer.headers["etag"] == f'"{sha256(CONTENT)}"'
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-disposition"] == 'attachment; filename="1.mp4"'
    assert "no-store" in answer.headers["cache-control"]
    assert "no-transform" in answer.headers["cache-control"]
    assert "server" not in answer.headers
    assert re.fullmatch(r"/m/adr_[0-9a-z]{12}/[\w-]{36}/1\.mp4", path)
    assert "name of my own" not in str(answer.headers)


async def test_a_file_changed_by_one_bit_anywhere_in_its_path_is_not_there(site: Site) -> None:
    path = await site.of(CONTENT)
    for position in range(len("/m/"), len(path)):
        for letter in {"a", "0", "_", "/", chr(ord(path[position]) ^ 1)} - {path[position]}:
            altered = f"{path[:position]}{letter}{path[position + 1 :]}"
            if "#" in altered or "?" in altered or not letter.isprintable():
                continue
            answer = await site.ask(altered)
            assert (answer.status_code, answer.text) == (404, "There is nothing here.\n"), altered
    assert (await site.rows())[0].first_byte_at is None


async def test_all_that_is_not_here_looks_the_same(site: Site) -> None:
    path = await site.of(CONTENT)
    stranger = Signer(bytes(32)).path("adr_000000000000", "1.mp4", 2_000_000_000)
    unknown = site.signer.path("adr_000000000000", "1.mp4", 2_000_000_000)
    expired = await site.of(noise(10), attempt_id="att_2")
    await site.advance(hours=2)
    fresh = await site.of(noise(11), attempt_id="att_3")
    for nowhere in (
        "/", "/m", "/m/", "/m/x", "/favicon.ico", "/robots.txt", "/m/../healthz", "/../etc/passwd",
        "/m/..%2f..%2fetc%2fpasswd", "/m/%2e%2e/%2e%2e/etc/passwd", "//etc/passwd",
        "/http://example.com/1.mp4", "/m/http://example.com/1.mp4", "/?url=http://example.com/",
        "/healthz/", "/healthz/../m", "/healthz/xyz", f"{path}/", f"{fresh}/", f"/{fresh}",
        fresh.replace("/m/", "/M/"), fresh.replace("/m/", "/m//"), fresh.replace("1.mp4", "2.mp4"),
        fresh.replace("1.mp4", "%31.mp4"), stranger, unknown, expired, path,
    ):  # fmt: skip
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(f"GET {nowhere} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        said = await reader.read()
        writer.close()
        head, _, body = said.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 404 "), nowhere
        assert b"location" not in head.lower()
        assert body == b"There is nothing here.\n"
    assert (await site.ask(fresh)).status_code == 200


async def test_an_address_in_the_request_line_leads_nowhere_else(site: Site) -> None:
    for line, status in (
        ("GET http://example.com/1.mp4", b"404"),
        ("CONNECT example.com:443", b"400"),
        ("GET example.com:443", b"400"),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
        writer.write(f"{line} HTTP/1.1\r\nHost: example.com\r\n\r\n".encode())
        assert (await reader.readline()).split(b" ")[1] == status, line
        writer.close()


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_only_reading_is_allowed(site: Site, method: str) -> None:
    path = await site.of(CONTENT)
    for each in (path, "/", "/healthz"):
        answer = await site.ask(each, method)
        assert answer.status_code == 405
        assert answer.headers["allow"] == "GET, HEAD"
    assert (await site.rows())[0].first_byte_at is None


async def test_parts_come_as_they_are_asked_for(site: Site) -> None:
    path = await site.of(CONTENT)
    last = len(CONTENT) - 1
    for asked, first, end in (
        ("bytes=0-0", 0, 0), ("bytes=5-99", 5, 99), (f"bytes={last}-", last, last),
        ("bytes=-10", last - 9, last), ("bytes=0-", 0, last), (f"bytes=9-{last * 5}", 9, last),
        (f"bytes=-{last * 5}", 0, last), ("BYTES = 1-2", 1, 2),
        ("bytes=300000-600000", 300_000, 600_000),
        ("bytes=7-18446744073709551617", 7, last), (f"bytes=-{'9' * 4400}", 0, last),
    ):  # fmt: skip
        answer = await site.ask(path, headers={"Range": asked})
        assert answer.status_code == 206, asked
        assert answer.content == CONTENT[first : end + 1], asked
        assert answer.headers["content-range"] == f"bytes {first}-{end}/{len(CONTENT)}"
        assert answer.headers["content-length"] == str(end - first + 1)


@pytest.mark.parametrize(
    "asked",
    ["bytes=700001-", "bytes=-0", "bytes=5-4", "bytes=-", "bytes=a-b", "bytes=1", "bytes=--1",
     "bytes=99999999999999999999-", "bytes=" + "9" * 5000 + "-"],
)  # fmt: skip
async def test_a_part_that_is_none_is_refused_and_serves_no_byte(site: Site, asked: str) -> None:
    path = await site.of(CONTENT)
    answer = await site.ask(path, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{len(CONTENT)}"
    assert (await site.rows())[0].first_byte_at is None


async def test_several_parts_at_once_or_other_units_get_the_whole_file(site: Site) -> None:
    path = await site.of(CONTENT)
    for asked in ("bytes=0-1,5-6", "lines=1-2", "", "bytes"):
        answer = await site.ask(path, headers={"Range": asked})
        assert (answer.status_code, answer.content) == (200, CONTENT), asked


async def test_a_part_of_another_version_gets_the_whole_file(site: Site) -> None:
    path = await site.of(CONTENT)
    for version, status in (
        (f'"{sha256(CONTENT)}"', 206), (f'W/"{sha256(CONTENT)}"', 200), ('"other"', 200),
        ("Sat, 21 Nov 2026 05:00:00 GMT", 200),
    ):  # fmt: skip
        headers = {"Range": "bytes=1-2", "If-Range": version}
        assert (await site.ask(path, headers=headers)).status_code == status


async def test_a_head_has_the_length_of_all_whatever_part_it_asks_for(site: Site) -> None:
    path = await site.of(CONTENT)
    answer = await site.ask(path, "HEAD", {"Range": "bytes=0-1"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-length"] == str(len(CONTENT))


async def test_what_the_store_has_lost_is_not_there_and_was_not_served(site: Site) -> None:
    path = await site.of(CONTENT)
    await site.store.delete(site.workspace_id, sha256(CONTENT))
    assert (await site.ask(path)).status_code == 404
    assert (await site.rows())[0].first_byte_at is None


async def test_a_file_that_the_store_has_cut_short_never_looks_whole(site: Site) -> None:
    path = await site.of(CONTENT)
    (kept,) = [each for each in (site.folder / "media").rglob("*") if each.is_file()]
    kept.chmod(0o600)
    kept.write_bytes(CONTENT[:300_000])
    reader, writer = await asyncio.open_connection("127.0.0.1", site.port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    said = b""
    try:
        while piece := await reader.read(65_536):
            said += piece
    except ConnectionResetError:
        pass
    writer.close()
    head, _, body = said.partition(b"\r\n\r\n")
    assert f"content-length: {len(CONTENT)}".encode() in head.lower()
    assert len(body) < len(CONTENT)


async def test_the_samples_of_the_doctor_are_new_each_time_and_need_our_key(site: Site) -> None:
    path = sample_path(site.signer)
    one, two = await site.ask(path), await site.ask(path)
    assert one.status_code == two.status_code == 200
    assert one.content[:16] != two.content[:16]
    assert one.content[16:] == two.content[16:]
    assert (await site.ask(sample_path(Signer(bytes(32))))).status_code == 404


async def test_it_is_well_and_proves_who_it_is(site: Site) -> None:
    answer = await site.ask("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"ready": True})
    nonce = "0" * 32
    assert (await site.ask(f"/healthz/{nonce}")).json() == {"proof": site.signer.proof(nonce)}


@asynccontextmanager
async def based(
    database_url: str, folder: Path, base: str, limits: Limits | None = None
) -> AsyncGenerator[Site]:
    async with running_site(
        database_url, folder, base=base, proofs=dict([PROOF]), limits=limits
    ) as site:
        yield site


@pytest.mark.parametrize("base", ["", "/postwright"])
async def test_the_proof_of_ownership_lies_in_the_root_and_beside_the_media(
    database_url: str, tmp_path: Path, base: str
) -> None:
    name, text = PROOF
    async with based(database_url, tmp_path, base) as site:
        path = await site.of(CONTENT)
        for folder in {"/", "/m/", f"{base}/", f"{base}/m/"}:
            answer = await site.ask(f"{folder}{name}")
            assert (answer.status_code, answer.text) == (200, text), folder
            assert answer.headers["content-type"].startswith("text/plain")
        for nowhere in (f"/x/{name}", f"/m{name}", f"/{name}/", f"/{name.upper()}", f"/m/x/{name}"):
            assert (await site.ask(nowhere)).status_code == 404
        assert (await site.ask(f"{base}{path}")).content == CONTENT
        assert (await site.ask(path)).content == CONTENT
