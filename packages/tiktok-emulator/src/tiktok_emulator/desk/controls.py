"""The controls as a page: the clock, scenarios, faults, outcomes, switches, reset."""

from collections.abc import Awaitable, Callable, Mapping

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tiktok_emulator.control import deeds
from tiktok_emulator.control.schemas import ClockOrder, FaultOrder, OutcomeOrder, ResetOrder
from tiktok_emulator.desk.switches import changes_of, groups
from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.faults import FaultKind
from tiktok_emulator.forms import see, takes_form, text
from tiktok_emulator.operations import Operation
from tiktok_emulator.pages import page
from tiktok_emulator.posting.state import FailReason
from tiktok_emulator.scenarios import SCENARIOS, play
from tiktok_emulator.seeds import problems
from tiktok_emulator.store import World, world_of

Deed = Callable[[World, FormData], Awaitable[str]]
_DONE = {
    "clock": "The clock was moved; what became due has happened.",
    "scenario": "The scenario is on.",
    "fault": "The fault waits for its call.",
    "faults": "No fault waits any more.",
    "outcome": "Noted for the next upload.",
    "settings": "Saved.",
    "reset": "Everything is as after the start.",
}
_HOURS = (("+1 hour", 3_600), ("+3 hours", 10_800), ("+25 hours", 90_000))


async def controls(request: Request) -> Response:
    """Everything that can be turned."""
    return _controls_page(request)


def _controls_page(request: Request, problem: str = "") -> Response:
    world = world_of(request)
    values = {
        "problem": problem,
        "done": _DONE.get(request.query_params.get("done", "")) if not problem else None,
        "hours": _HOURS,
        "rate": world.clock.rate,
        "scenarios": list(SCENARIOS.values()),
        "playing": world.scenario,
        "operations": [(each.value, each.value) for each in Operation],
        "kinds": [(each.value, each.value.replace("_", " ")) for each in FaultKind],
        "creators": [("", "anybody"), *((name, f"@{name}") for name in world.creators)],
        "outcomes": [("stuck", "stuck: processing never ends"), *_reasons()],
        "faults": world.faults.waiting,
        "ordered": world.outcomes,
        "groups": groups(world.settings),
    }
    return page(request, "controls.html", values, status=400 if problem else 200)


def _reasons() -> list[tuple[str, str]]:
    return [(each.value, f"fails: {each.value}") for each in FailReason]


async def _move_clock(world: World, form: FormData) -> str:
    order: dict[str, object] = {}
    if advance := text(form, "advance_s"):
        order["advance_s"] = advance
    if (freeze := text(form, "freeze")) in ("yes", "no"):
        order["freeze"] = freeze == "yes"
    if rate := text(form, "rate"):
        order["rate"] = rate
    await deeds.move_clock(world, ClockOrder.model_validate(order))
    return "clock"


async def _play(world: World, form: FormData) -> str:
    play(world, text(form, "name"))
    return "scenario"


async def _order_fault(world: World, form: FormData) -> str:
    order: dict[str, object] = {name: text(form, name) for name in ("operation", "kind")}
    for name in ("count", "delay_s", "status", "code", "creator", "bytes_per_second"):
        if value := text(form, name):
            order[name] = value
    if form.get("for_ever"):
        order["count"] = None
    deeds.order_fault(world, FaultOrder.model_validate(order))
    return "fault"


async def _clear_faults(world: World, _: FormData) -> str:
    deeds.clear_faults(world)
    return "faults"


async def _order_outcome(world: World, form: FormData) -> str:
    order: dict[str, object] = {"outcome": text(form, "outcome")}
    for name in ("creator", "count"):
        if value := text(form, name):
            order[name] = value
    deeds.order_outcome(world, OutcomeOrder.model_validate(order))
    return "outcome"


async def _change_settings(world: World, form: FormData) -> str:
    deeds.change_settings(world, changes_of(form))
    return "settings"


async def _reset(world: World, form: FormData) -> str:
    order = ResetOrder.model_validate({"seed": text(form, "seed") or None})
    world.reset(order.seed)
    return "reset"


def _taken(deed: Deed) -> Callable[[Request, FormData], Awaitable[Response]]:
    """Do it and show the page again; or say on the page what was wrong with the order."""

    async def take(request: Request, form: FormData) -> Response:
        try:
            done = await deed(world_of(request), form)
        except ValidationError as error:
            return _controls_page(request, problems(error))
        except EmulatorError as error:
            return _controls_page(request, str(error))
        return see(f"/_controls?done={done}")

    return take


_DEEDS: Mapping[str, Deed] = {
    "clock": _move_clock,
    "scenario": _play,
    "fault": _order_fault,
    "clear-faults": _clear_faults,
    "outcome": _order_outcome,
    "settings": _change_settings,
    "reset": _reset,
}
ROUTES = [
    Route("/_controls", controls, methods=["GET"]),
    *(
        Route(f"/_controls/{name}", takes_form(_taken(deed)), methods=["POST"])
        for name, deed in _DEEDS.items()
    ),
]
