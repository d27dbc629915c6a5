"""Looks into the bytes of a publish once they are all in."""

import asyncio

from tiktok_emulator.posting.publish import Publish
from tiktok_emulator.posting.settle import settle
from tiktok_emulator.posting.state import Medium, Outcome
from tiktok_emulator.pull.photos import look_at
from tiktok_emulator.store import World


def begin(world: World, publish: Publish) -> None:
    """Start looking into a complete publish; nobody waits for it."""
    publish.work = world.spawn(inspect(world, publish))


async def inspect(world: World, publish: Publish) -> None:
    """Find out what the bytes are, without blocking the loop, and decide what is due."""
    outcome = _take_outcome(world, publish.username)
    match publish.medium:
        case Medium.VIDEO:
            [file] = publish.files
            at_ms = publish.info.cover_timestamp_ms
            publish.facts, publish.cover = await world.looks.at(file, at_ms)
        case Medium.PHOTO:
            publish.photos, publish.setback, publish.why = await asyncio.to_thread(
                look_at, publish.files
            )
    if outcome is not None:
        publish.is_stuck = outcome.fail_reason is None
        publish.ordered_failure = outcome.fail_reason
    publish.is_probed = True
    if not publish.is_forgotten:
        settle(world, publish)


def _take_outcome(world: World, username: str) -> Outcome | None:
    for outcome in world.outcomes:
        if outcome.creator in (None, username):
            outcome.count -= 1
            if not outcome.count:
                world.outcomes.remove(outcome)
            return outcome
    return None
