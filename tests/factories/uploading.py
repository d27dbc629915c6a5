"""Files that are sent to a served API: announced, put to their address, and asked for."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx2

from postwright.media.store.folder import FolderStore
from tests.factories.api import Api


def kept(api: Api) -> list[Path]:
    """The files in the store, and what is being written."""
    store = api.service.library.store
    assert isinstance(store, FolderStore)
    return [path for path in store.folder.glob("**/*") if path.is_file()]


async def presigned(api: Api, key: str, **changes: Any) -> dict[str, Any]:
    """Announce a photo; what is said of its address."""
    body = {"filename": "a.jpg", "contentType": "image/jpeg", **changes}
    answer = await api.ask("POST", "/v1/media/presign", key, json=body)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def put(api: Api, url: str, content: bytes, **headers: str) -> httpx2.Response:
    """Send a file to its address; underscores in names become hyphens."""
    said = {name.replace("_", "-"): text for name, text in headers.items()}
    return await api.http.put(url, content=content, headers=said)


@asynccontextmanager
async def half_put(url: str, content: bytes, size: int) -> AsyncGenerator[asyncio.StreamReader]:
    """Begin to send a file, and break off when the block ends; gives what is answered."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    head = f"PUT {parts.path} HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n"
    writer.write(head.encode() + content)
    await writer.drain()
    try:
        yield reader
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


async def media(api: Api, key: str, media_id: str) -> dict[str, Any]:
    """A file, an upload or a fetch as it stands."""
    answer = await api.ask("GET", f"/v1/media/{media_id}", key)
    assert answer.status_code == 200, answer.text
    return answer.json()["media"]
