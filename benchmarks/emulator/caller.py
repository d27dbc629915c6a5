"""Asks for creator info as fast as it is answered; a process of its own, with raw sockets.

    python -m benchmarks.emulator.caller PORT TOKEN CONNECTIONS SECONDS

Prints how many answers came and in how many seconds. A real HTTP client would measure itself.
"""

import asyncio
import json
import sys
import time


class _Line(asyncio.Protocol):
    """One connection: a request, its answer, the next request."""

    def __init__(self, request: bytes, until: float) -> None:
        self.answers = 0
        self.ended = asyncio.get_running_loop().create_future()
        self._request = request
        self._until = until
        self._missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        if not self._missing:
            head, _, body = data.partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            length = int(head.lower().partition(b"content-length: ")[2].split()[0])
            self._missing = length - len(body)
        else:
            self._missing -= len(data)
        if self._missing:
            return
        self.answers += 1
        if time.perf_counter() < self._until:
            self._transport.write(self._request)
        else:
            self.ended.set_result(None)
            self._transport.close()


async def _ask(port: int, token: str, connections: int, seconds: float) -> None:
    request = (
        "POST /v2/post/publish/creator_info/query/ HTTP/1.1\r\n"
        f"Host: 127.0.0.1:{port}\r\nAuthorization: Bearer {token}\r\n"
        "Content-Type: application/json; charset=UTF-8\r\nContent-Length: 2\r\n\r\n{}"
    ).encode()
    loop = asyncio.get_running_loop()
    began = time.perf_counter()
    lines: list[_Line] = []
    for _ in range(connections):
        _, line = await loop.create_connection(
            lambda: _Line(request, began + seconds), "127.0.0.1", port
        )
        lines.append(line)
    await asyncio.gather(*(line.ended for line in lines))
    answers = sum(line.answers for line in lines)
    sys.stdout.write(json.dumps({"answers": answers, "elapsed_s": time.perf_counter() - began}))


if __name__ == "__main__":
    asyncio.run(_ask(int(sys.argv[1]), sys.argv[2], int(sys.argv[3]), float(sys.argv[4])))
