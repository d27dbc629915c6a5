"""What the control plane does, apart from how it is asked: pages and Python ask for it too."""

from dataclasses import asdict
from datetime import timedelta

from pydantic import ValidationError

from tiktok_emulator.control.lookup import known
from tiktok_emulator.control.schemas import (
    BadOrder,
    ClockOrder,
    FaultOrder,
    OutcomeOrder,
)
from tiktok_emulator.faults import Fault
from tiktok_emulator.oauth.departures import follow
from tiktok_emulator.oauth.state import App
from tiktok_emulator.posting.by_hand import follow_account
from tiktok_emulator.posting.state import Creator, FailReason, Outcome
from tiktok_emulator.seeds import AppSeed, CreatorSeed, Seed, problems
from tiktok_emulator.settings import Settings, changed
from tiktok_emulator.store import World


async def move_clock(world: World, order: ClockOrder) -> None:
    """Stop, speed up or move the clock; what becomes due on the way happens.

    Raises:
        ClockOutOfRange: before 1970 or after 2999; then it was not moved.
    """
    clock = world.clock
    if order.to is not None:
        clock.check(order.to - clock.now())
    if order.advance_s is not None:
        clock.check(timedelta(seconds=order.advance_s))
    if order.freeze is not None:
        clock.freeze() if order.freeze else clock.release()
    if order.rate is not None:
        clock.run_at(order.rate)
    if order.to is not None:
        await world.due.advance(order.to - clock.now())
    if order.advance_s is not None:
        await world.due.advance(timedelta(seconds=order.advance_s))
    await world.due.run_now()
    world.due.wake()


def clock_facts(world: World) -> dict[str, object]:
    """The emulator's time, how it runs, and when something will happen by itself."""
    next_at = world.due.next_at()
    return {
        "now": world.clock.now().isoformat(),
        "is_frozen": world.clock.is_frozen,
        "rate": world.clock.rate,
        "offset_s": round(world.clock.offset.total_seconds(), 3),
        "next_due_at": next_at.isoformat() if next_at else None,
    }


def order_fault(world: World, order: FaultOrder) -> None:
    """Let a fault wait for its calls.

    Raises:
        Missing: no such creator or app.
    """
    facts = order.model_dump(exclude={"for_s"})
    if order.creator is not None:
        known(world.creators, order.creator, "creator")
    if order.client_key is not None:
        known(world.apps, order.client_key, "app")
    if order.for_s is not None:
        facts["until"] = world.clock.now() + timedelta(seconds=order.for_s)
    world.faults.waiting.append(Fault(**facts))


def fault_facts(fault: Fault) -> dict[str, object]:
    """A fault as the control plane shows it."""
    return {**asdict(fault), "until": fault.until.isoformat() if fault.until else None}


def clear_faults(world: World) -> None:
    """Take back all faults that wait."""
    world.faults.waiting.clear()


def order_outcome(world: World, order: OutcomeOrder) -> None:
    """Let the next finished uploads end in a certain way.

    Raises:
        Missing: no such creator.
    """
    if order.creator is not None:
        known(world.creators, order.creator, "creator")
    reason = order.outcome if isinstance(order.outcome, FailReason) else None
    world.outcomes.append(Outcome(reason, order.creator, order.count))


def change_settings(world: World, changes: dict[str, object]) -> Settings:
    """Change switches by name; groups are merged key by key.

    Raises:
        BadOrder: an unknown name or a value out of range; then nothing was changed.
    """
    try:
        world.settings = changed(world.settings, changes)
    except ValidationError as error:
        raise BadOrder(problems(error)) from error
    world.due.wake()
    return world.settings


def change_creator(world: World, username: str, facts: dict[str, object]) -> Creator:
    """Change facts of one creator; `facts` are those of CreatorPatch.

    Raises:
        Missing: no such creator.
    """
    creator = known(world.creators, username, "creator")
    change = CreatorSeed.model_validate({"username": creator.username, **facts})
    world.seed(Seed(creators=[change]))
    follow(world, world.creators[creator.username])
    follow_account(world, creator.username)
    return world.creators[creator.username]


def change_app(world: World, client_key: str, facts: dict[str, object]) -> App:
    """Change facts of one app; `facts` are those of AppPatch.

    Raises:
        Missing: no such app.
        SeedInvalid: what TikTok would not register.
    """
    app = known(world.apps, client_key, "app")
    world.seed(Seed(apps=[AppSeed.model_validate({"client_key": app.client_key, **facts})]))
    return world.apps[app.client_key]
