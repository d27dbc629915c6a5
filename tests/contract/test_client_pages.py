"""The examples on the client's pages are run as they stand, against the emulator's addresses."""

import re
from pathlib import Path
from typing import Any

import pytest

from tests.contract.desk import DESKTOP, Desk
from tiktok_client import AsyncTransport

ROOT = Path(__file__).resolve().parents[2]
HOWTO = ROOT / "docs" / "howto" / "use-the-client.md"
README = ROOT / "packages" / "tiktok-client" / "README.md"


def examples(page: Path) -> list[dict[str, Any]]:
    """What each Python block of a page defines."""
    found: list[dict[str, Any]] = []
    for block in re.findall(r"^```python\n(.*?)^```", page.read_text(), re.MULTILINE | re.DOTALL):
        names: dict[str, Any] = {}
        exec(compile(block, str(page), "exec"), names)  # noqa: S102  # our own page
        found.append(names)
    return found


@pytest.mark.parametrize("page", [HOWTO, README], ids=lambda page: page.name)
def test_every_example_can_be_imported(page: Path) -> None:
    assert all(examples(page))


async def test_clients_of_the_how_to_are_made_as_it_says(desk: Desk) -> None:
    _, fresh, limits = examples(HOWTO)
    grant = await desk.grant()
    async with AsyncTransport() as transport:
        for client in (
            fresh["speaking_for"](grant, DESKTOP, transport),
            limits["limited"](grant.access_token, grant.open_id, transport),
        ):
            client.posting._endpoints = desk.endpoints
            assert (await client.posting.creator_info()).username == "maya"
