"""The least that publishing can cost: the same HTTP calls with raw httpx2, and nothing else.

`python -m benchmarks.publishing.bare URL VIDEO COUNT < tokens` prints its milliseconds of CPU per
publication. No database, no retries, no checks: what is lost here is lost.
"""

import asyncio
import sys
import time
from pathlib import Path

import httpx2

AT_ONCE = 16


def headers_of(token: str) -> dict[str, str]:
    """Of a call for whoever has this token."""
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json; charset=UTF-8",
    }


async def publish(http: httpx2.AsyncClient, token: str, video: Path) -> None:
    """One publication, seen through to its end."""
    headers = headers_of(token)
    creator = await http.post(
        "/v2/post/publish/creator_info/query/", content=b"{}", headers=headers
    )
    assert creator.json()["data"]["creator_username"]
    publish_id = await upload(http, token, video)
    await asyncio.sleep(0.5)
    asked = await http.post(
        "/v2/post/publish/status/fetch/", json={"publish_id": publish_id}, headers=headers
    )
    assert asked.json()["data"]["status"] == "PUBLISH_COMPLETE", asked.text


async def upload(http: httpx2.AsyncClient, token: str, video: Path) -> str:
    """Announce a video and send it; its publish id."""
    content = await asyncio.to_thread(video.read_bytes)
    size = len(content)
    announced = await http.post(
        "/v2/post/publish/video/init/",
        json={
            "post_info": {"privacy_level": "PUBLIC_TO_EVERYONE", "title": "bare"},
            "source_info": {
                "source": "FILE_UPLOAD",
                "video_size": size,
                "chunk_size": size,
                "total_chunk_count": 1,
            },
        },
        headers=headers_of(token),
    )
    opened = announced.json()["data"]
    sent = await http.put(
        opened["upload_url"],
        content=content,
        headers={
            "Content-Type": "video/mp4",
            "Content-Range": f"bytes 0-{size - 1}/{size}",
        },
    )
    assert sent.status_code == 201, sent.status_code
    return opened["publish_id"]


async def main() -> None:
    """Publish with each token of the standard input, so many at a time."""
    url, video, tokens = sys.argv[1], Path(sys.argv[2]), sys.stdin.read().split()
    waiting = iter(tokens[1:])
    async with httpx2.AsyncClient(base_url=url, timeout=60) as http:

        async def work() -> None:
            for token in waiting:
                await publish(http, token, video)

        await publish(http, tokens[0], video)  # opens connections and loads what is loaded once
        began = time.process_time()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        spent_s = time.process_time() - began
    print(1000 * spent_s / (len(tokens) - 1))


if __name__ == "__main__":
    asyncio.run(main())
