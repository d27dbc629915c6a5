"""The client in both kinds, told the same way, and what the server answers it."""

import asyncio
import ssl

from tests.factories.loopback import reply
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

OK = reply(
    "200 OK",
    b'{"data":{"status":"PROCESSING_UPLOAD"},"error":{"code":"ok","message":"","log_id":"L1"}}',
)


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
