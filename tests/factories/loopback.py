"""A server on loopback that does exactly what a test says, and the client in both kinds."""

import asyncio
import datetime as dt
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tiktok_client import (
    AsyncTikTok,
    AsyncTransport,
    CallRecord,
    Chunk,
    ChunkReceipt,
    Endpoints,
    PublishStatus,
    TikTok,
    Transport,
)

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter, bytes], Awaitable[None]]


@dataclass
class Served:
    """Where a server is, and the heads of the requests it has read."""

    base: str
    heads: list[bytes] = field(default_factory=list[bytes])


@asynccontextmanager
async def serve(behaviour: Behaviour, tls: ssl.SSLContext | None = None) -> AsyncGenerator[Served]:
    """Listen on loopback; for every request read its head, then do as told."""

    connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        connections[task] = writer
        with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                served.heads.append(head)
                await behaviour(reader, writer, head)
                if writer.is_closing():
                    return

    server = await asyncio.start_server(connected, "127.0.0.1", 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served = Served(f"{'https' if tls else 'http'}://127.0.0.1:{port}")
    try:
        yield served
    finally:
        server.close()
        await _turns()  # whoever was accepted just now is among the connections then
        for task, writer in connections.items():
            task.cancel()
            writer.transport.abort()
        if connections:
            await asyncio.wait(connections)
        await server.wait_closed()
        await _turns()  # and what was aborted has closed its socket


async def _turns() -> None:
    """Let the event loop do what it was about to do: it takes it a few rounds."""
    for _ in range(10):
        await asyncio.sleep(0)


async def whole_body(reader: asyncio.StreamReader, head: bytes) -> int:
    """Read the body; return its length."""
    found = re.search(rb"(?i)content-length: (\d+)", head)
    left = length = int(found.group(1)) if found else 0
    while left:
        left -= len(await reader.read(min(65_536, left)) or b"x" * left)
    return length


def reply(status: str, body: bytes = b"", headers: str = "") -> bytes:
    """An answer as bytes."""
    return f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body


class Caller:
    """One call at a time through the async or the sync client, told the same way."""

    def __init__(self, *, waits: bool) -> None:
        self.waits = waits
        self.records: list[CallRecord] = []

    async def status(self, base: str, timeout_s: float = 20.0) -> PublishStatus:
        """Ask for a status."""
        at = Endpoints.at(base)
        if self.waits:
            async with AsyncTransport(
                on_call=self.records.append, timeout_s=timeout_s
            ) as transport:
                client = AsyncTikTok(token="act.s3cret", endpoints=at, transport=transport)
                return await client.posting.status("p1")

        def call() -> PublishStatus:
            with Transport(on_call=self.records.append, timeout_s=timeout_s) as transport:
                client = TikTok(token="act.s3cret", endpoints=at, transport=transport)
                return client.posting.status("p1")

        return await asyncio.to_thread(call)

    async def put(
        self,
        base: str,
        content: bytes,
        *,
        verify: ssl.SSLContext | bool = True,
        stall_timeout_s: float = 20.0,
        upload_timeout_s: float = 20.0,
    ) -> ChunkReceipt:
        """Send bytes as one chunk."""
        chunk = Chunk(0, 0, len(content) - 1, is_last=True)
        at, url, size = Endpoints.at(base), f"{base}/upload?upload_token=s3cret", len(content)
        if self.waits:
            async with AsyncTransport(
                on_call=self.records.append,
                verify=verify,
                stall_timeout_s=stall_timeout_s,
                upload_timeout_s=upload_timeout_s,
            ) as transport:
                posting = AsyncTikTok(endpoints=at, transport=transport).posting
                return await posting.upload_chunk(url, content, chunk, total_bytes=size)

        def call() -> ChunkReceipt:
            with Transport(
                on_call=self.records.append,
                verify=verify,
                stall_timeout_s=stall_timeout_s,
                upload_timeout_s=upload_timeout_s,
            ) as transport:
                posting = TikTok(endpoints=at, transport=transport).posting
                return posting.upload_chunk(url, content, chunk, total_bytes=size)

        return await asyncio.to_thread(call)


OK = reply(
    "200 OK",
    b'{"data":{"status":"PROCESSING_UPLOAD"},"error":{"code":"ok","message":"","log_id":"L1"}}',
)
MIB = 1_048_576


def certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's and a client's context that trust each other, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    client = ssl.create_default_context(cafile=str(pem))
    return server, client
