"""The server is killed while it serves: what it noted stays, and the next one goes on."""

import asyncio
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.mediahost import KEY, Site, noise

pytestmark = pytest.mark.slow

CONTENT = noise(40_000_000)

SERVER = """
import asyncio, sys
from pathlib import Path
from postwright.db.database import Database
from postwright.media.host.app import MediaHost
from postwright.media.host.serving import answering, listening
from postwright.media.host.signing import Signer
from postwright.media.store.folder import FolderStore

async def main(url, folder, key):
    store = FolderStore(Path(folder), reserve_bytes=0)
    host = MediaHost(Database(url), store, Signer(bytes.fromhex(key)))
    with listening("127.0.0.1", 0) as listener:
        async with answering(host, listener):
            print(listener.getsockname()[1], flush=True)
            await asyncio.Event().wait()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_a_killed_server_has_noted_what_it_served_and_the_next_one_serves_the_rest(
    site: Site, tmp_path: Path
) -> None:
    path = await site.of(CONTENT, early=True, released=False)
    command = [sys.executable, "-c", SERVER, site.database.url, str(tmp_path / "media"), KEY.hex()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: ASYNC220  # the server to kill
        assert process.stdout is not None
        port = int(await asyncio.to_thread(process.stdout.readline))
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        await reader.readuntil(b"\r\n\r\n")
        got = await reader.readexactly(1_000_000)
        process.send_signal(signal.SIGKILL)
        process.wait()
    try:
        while piece := await reader.read(1 << 20):
            got += piece
    except ConnectionResetError:
        pass
    writer.close()
    # Nobody takes the part for the whole: it is shorter than was said.
    assert 1_000_000 <= len(got) < len(CONTENT)
    assert CONTENT.startswith(got)
    assert (await site.rows())[0].first_byte_at is not None
    assert not await site.void()
    rest = await site.ask(path, headers={"Range": f"bytes={len(got)}-"})
    assert rest.status_code == 206
    assert got + rest.content == CONTENT
