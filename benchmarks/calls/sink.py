"""Answers every request with one creator: `python -m benchmarks.calls.sink` prints its port."""

import asyncio
import json

CREATOR = {
    "creator_avatar_url": "https://p16.tiktokcdn.example/avatar.jpeg",
    "creator_username": "maya",
    "creator_nickname": "Maya",
    "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
    "comment_disabled": False,
    "duet_disabled": False,
    "stitch_disabled": False,
    "max_video_post_duration_sec": 600,
}
ERROR = {"code": "ok", "message": "", "log_id": "202611210000000123456789ABCDEF0123"}
BODY = json.dumps({"data": CREATOR, "error": ERROR}).encode()
ANSWER = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
    b"Content-Length: %d\r\n\r\n" % len(BODY)
) + BODY


class Answering(asyncio.Protocol):
    """Counts what it gets, so that a request in two parts is answered once."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._got = b""

    def data_received(self, data: bytes) -> None:
        self._got += data
        # The body is `{}` for both senders.
        while (end := self._got.find(b"\r\n\r\n{}")) >= 0:
            self._got = self._got[end + 6 :]
            self._transport.write(ANSWER)


async def main() -> None:
    """Listen until killed."""
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
