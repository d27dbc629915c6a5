"""A file that does not stay as it was while it is sent to a service elsewhere."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from pydantic import SecretStr

from postwright.cli.elsewhere.sending import send
from postwright.errors import AppError
from postwright.media.errors import MediaChanged, MediaNotFound, MediaUnreadable
from postwright.remote.address import Address
from postwright.remote.client import Remote
from postwright.remote.transport import Transport

from .probes import PHOTO

PROBE = replace(PHOTO, width=10, height=10, size_bytes=5)
PLACE = {
    "uploadUrl": "https://post.example.com/v1/media/uploads/upl_1/signed/image",
    "publicUrl": "x",
    "key": "upl_1",
    "type": "image",
    "expiresIn": 3600,
    "expiresAt": "2027-01-15T10:00:00Z",
}

FAULT = {
    "error": "No.", "type": "api_error", "code": "internal_error", "docUrl": "x",
    "details": {"advice": "retry"},
}  # fmt: skip


def becomes_another(file: Path) -> None:
    file.write_bytes(b"other")


def grows(file: Path) -> None:
    file.write_bytes(b"longer than before")


def goes(file: Path) -> None:
    file.unlink()


def becomes_a_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


@pytest.mark.parametrize(
    ("happens", "kind"),
    [
        (becomes_another, MediaChanged),
        (grows, MediaChanged),
        (goes, MediaNotFound),
        (becomes_a_folder, MediaUnreadable),
    ],
)
async def test_it_is_said_what_has_become_of_it(
    tmp_path: Path, happens: Callable[[Path], None], kind: type[AppError]
) -> None:
    file = tmp_path / "a.jpg"
    file.write_bytes(b"photo")

    def server(request: httpx2.Request) -> httpx2.Response:
        if request.method == "POST":
            happens(file)
            return httpx2.Response(200, json=PLACE)
        return httpx2.Response(500, json=FAULT)

    async with httpx2.AsyncClient(transport=httpx2.MockTransport(server)) as http:
        remote = Remote(Transport(Address.parse("https://post.example.com"), SecretStr("k"), http))
        with pytest.raises(kind) as said:
            await send(remote, file, PROBE, lambda _: None)
    assert "a.jpg" in said.value.what
