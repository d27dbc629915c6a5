"""What apps are told: how tests look at it, and have it told."""

import asyncio
from collections.abc import Callable
from typing import Any

from .conftest import Caller


async def deliveries(caller: Caller) -> list[dict[str, Any]]:
    return (await caller.http.get("/_control/webhooks")).json()["deliveries"]


async def until(caller: Caller, fits: Callable[[list[dict[str, Any]]], bool]) -> Any:
    async with asyncio.timeout(5):
        while not fits(told := await deliveries(caller)):
            await asyncio.sleep(0.005)
    return told


async def tell(caller: Caller, event: str = "post.publish.complete") -> int:
    order = {"event": event, "username": "demo", "content": {"publish_id": "p"}}
    return (await caller.control("webhooks", client_key=caller.key, **order))["n"]


def all_are(state: str) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda told: bool(told) and all(each["state"] == state for each in told)


def tried(times: int) -> Callable[[list[dict[str, Any]]], bool]:
    return lambda told: len(told[-1]["attempts"]) == times
