"""`python -m benchmarks.calls`, which is `make bench NAME=calls`."""

import asyncio
import json
import sys
import time
from statistics import median

import click
import httpx2

from benchmarks.sink import sink
from tiktok_client import AsyncTikTok, AsyncTransport, Endpoints, TikTok, Transport

CALLS = 1_000
GOALS = {"rate_ratio": 0.8}
PATH = "/v2/post/publish/creator_info/query/"
HEADERS = {
    "Authorization": "Bearer act.example",
    "Content-Type": "application/json; charset=UTF-8",
}


async def waiting(base: str, calls: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of each round: httpx2 alone, and the async client."""
    raw, ours = list[float](), list[float]()
    async with httpx2.AsyncClient() as http, AsyncTransport() as transport:
        tiktok = AsyncTikTok(
            token="act.example",
            endpoints=Endpoints.at(base),
            transport=transport,
        )
        for number in range(rounds + 1):
            began = time.perf_counter()
            for _ in range(calls):
                answer = await http.post(base + PATH, content=b"{}", headers=HEADERS)
                assert answer.json()["data"]["creator_username"] == "maya"
            middle = time.perf_counter()
            for _ in range(calls):
                assert (await tiktok.posting.creator_info()).username == "maya"
            if number:  # the first round opens connections and loads what is loaded once
                raw.append(middle - began)
                ours.append(time.perf_counter() - middle)
    return raw, ours


def blocking(base: str, calls: int, rounds: int) -> tuple[list[float], list[float]]:
    """Seconds of each round: httpx2 alone, and the sync client."""
    raw, ours = list[float](), list[float]()
    with httpx2.Client() as http, Transport() as transport:
        tiktok = TikTok(
            token="act.example",
            endpoints=Endpoints.at(base),
            transport=transport,
        )
        for number in range(rounds + 1):
            began = time.perf_counter()
            for _ in range(calls):
                answer = http.post(base + PATH, content=b"{}", headers=HEADERS)
                assert answer.json()["data"]["creator_username"] == "maya"
            middle = time.perf_counter()
            for _ in range(calls):
                assert tiktok.posting.creator_info().username == "maya"
            if number:
                raw.append(middle - began)
                ours.append(time.perf_counter() - middle)
    return raw, ours


@click.command()
@click.option("--calls", default=CALLS, show_default=True, help="Calls in each round.")
@click.option("--rounds", default=7, show_default=True, help="Rounds of each.")
def main(calls: int, rounds: int) -> None:
    """Rate of small calls on one connection pool, against httpx2 alone."""
    with sink("benchmarks.calls.sink") as base:
        kinds = {
            "async": asyncio.run(waiting(base, calls, rounds)),
            "sync": blocking(base, calls, rounds),
        }
    click.echo(f"{calls} calls{'httpx2/s':>12}{'client/s':>12}{'ratio':>8}")
    told: dict[str, object] = {"benchmark": "calls"}
    met = True
    for kind, (raw, ours) in kinds.items():
        ratio = median(theirs / its for theirs, its in zip(raw, ours, strict=True))
        click.echo(
            f"{kind:<10}{calls / median(raw):>12.0f}{calls / median(ours):>12.0f}{ratio:>8.2f}"
        )
        told[kind] = {
            "raw_per_s": round(calls / median(raw)),
            "client_per_s": round(calls / median(ours)),
            "rate_ratio": round(ratio, 3),
        }
        met = met and ratio >= GOALS["rate_ratio"]
    click.echo(json.dumps(told | {"goals": GOALS, "met": met}))
    sys.exit(0 if met else 1)


if __name__ == "__main__":
    main()
