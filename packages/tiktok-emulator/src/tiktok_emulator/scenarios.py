"""Named circumstances: what TikTok does in each, and what a good client does then.

A scenario is switches and faults under one name. Playing one first takes back what an earlier
one, or somebody by hand, has ordered: settings are those of the start, with the scenario's put
over them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from tiktok_emulator.errors import EmulatorError
from tiktok_emulator.faults import Fault, FaultKind
from tiktok_emulator.operations import ENDPOINTS, Operation
from tiktok_emulator.settings import changed
from tiktok_emulator.store import World

TOKEN_OPERATIONS = (Operation.TOKEN, Operation.REFRESH, Operation.CLIENT_TOKEN, Operation.REVOKE)
# What programs call; a person in a browser is left in peace.
CALLED = tuple(
    operation
    for operation in (*(endpoint.operation for endpoint in ENDPOINTS), *TOKEN_OPERATIONS[1:3])
    if operation is not Operation.AUTHORIZE
)
ASKING = (
    Operation.CREATOR_INFO,
    Operation.STATUS,
    Operation.USER_INFO,
    Operation.VIDEO_LIST,
    Operation.VIDEO_QUERY,
)
OPENING = (Operation.INIT, Operation.INBOX_INIT, Operation.PHOTO_INIT)


class UnknownScenario(EmulatorError):
    """There is no scenario of that name."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One set of circumstances.

    `lasts_s` is on the emulator's clock, None until another one is played; only faults end
    with it. `faults` are patterns: each playing makes its own.
    """

    name: str
    says: str
    good_client: str
    settings: Mapping[str, object] = field(default_factory=dict[str, object])
    faults: tuple[Fault, ...] = ()
    lasts_s: float | None = None


def each(operations: Iterable[Operation], kind: FaultKind, **facts: object) -> tuple[Fault, ...]:
    """The same fault for several operations, on every call unless `count` says otherwise."""
    pattern = replace(Fault(Operation.STATUS, kind, count=None), **facts)
    return tuple(replace(pattern, operation=operation) for operation in operations)


_ALL = (
    Scenario(
        "calm",
        "Nothing goes wrong; the settings are those of the start.",
        "Works.",
    ),
    Scenario(
        "flaky",
        "About one call in five fails: connections break before or after the deed, answers arrive "
        "cut in half, gateways answer 502 and 503. Uploads break off in the middle.",
        "Repeats what it may repeat (asking, chunks at the stored offset), with a pause. Never "
        "repeats an init whose answer was lost without saying that there may be two. After a lost "
        "refresh it tries the old token once and then asks for consent.",
        faults=(
            *each(ASKING, FaultKind.DROP_BEFORE, probability=0.07),
            *each(ASKING, FaultKind.HTML, probability=0.07, status=502),
            *each(ASKING, FaultKind.TRUNCATED, probability=0.05),
            *each(ASKING, FaultKind.RESET_IN_ANSWER, probability=0.05),
            *each(OPENING, FaultKind.ERROR, probability=0.2, status=503),
            *each([Operation.UPLOAD], FaultKind.RESET_IN_BODY, probability=0.1, after_bytes=65_536),
            *each([Operation.UPLOAD], FaultKind.ERROR, probability=0.1, status=503),
            *each([Operation.UPLOAD], FaultKind.DROP_AFTER, probability=0.05),
            *each(TOKEN_OPERATIONS, FaultKind.DROP_BEFORE, probability=0.1),
        ),
    ),
    Scenario(
        "slow",
        "Every answer takes 300 ms, uploads are read at 2 MB/s, processing takes 20 s and "
        "moderation a minute.",
        "Sets its time limits by what a call has to do and none on a whole upload. Asks for the "
        "status with growing pauses, and does not start again because something takes long.",
        settings={
            "intake_bytes_per_second": 2_000_000,
            "processing": {"mode": "after_seconds", "value": 20},
            "moderation_seconds": 60,
        },
        faults=each(
            [operation for operation in CALLED if operation is not Operation.UPLOAD],
            FaultKind.DELAY_BEFORE,
            delay_s=0.3,
        ),
    ),
    Scenario(
        "outage",
        "For ten minutes of the emulator's clock nothing answers but a gateway, with an HTML page "
        "and 503. Then all is well; what was begun before is still there.",
        "Tells an outage from a refusal, keeps what it has (the upload address lives for an hour), "
        "waits, and goes on at the stored offset. Reads no JSON from an HTML page.",
        faults=each(CALLED, FaultKind.HTML, status=503),
        lasts_s=600,
    ),
    Scenario(
        "legacy-tokens",
        "Tokens as in the documentation before November 2026: access for 24 hours, refresh for "
        "365 days, and a refresh keeps its refresh token.",
        "Goes by expires_in and refresh_expires_in, stores whatever refresh token came back, and "
        "depends on neither number.",
        settings={
            "access_token_s": 86_400,
            "refresh_token_s": 31_536_000,
            "rotate_refresh": False,
        },
    ),
    Scenario(
        "strict-2026-08",
        "The strictest reading of what was seen in August 2026: every chunk rule, re-sent chunks "
        "are 416, an app that is not audited gets nothing but SELF_ONLY, videos under 3 s fail, "
        "and a new publish_id is unknown to status for two seconds.",
        "Plans chunks so that every reading takes them, sends each byte once and in order, offers "
        "only what creator_info offers, and takes invalid_publish_id right after an init for 'not "
        "yet'.",
        settings={
            "param_error_code": "invalid_params",
            "resent_chunk": "refuse_416",
            "unaudited_other_privacy": "refuse",
            "brand_content_private": "refuse",
            "min_duration_check": True,
            "content_type_must_match": True,
            "publish_id_visible_after_s": 2,
        },
    ),
    Scenario(
        "as-documented",
        "The other reading of everything that the documentation leaves open: invalid_param, OAuth "
        "errors with HTTP 400, Content-Range with the index of the last byte, megabytes of 10^6.",
        "Knows both spellings, looks at `error` and not at the status, and takes both meanings of "
        "Content-Range.",
        settings={
            "param_error_code": "invalid_param",
            "oauth_error_status": 400,
            "content_range_counts": "last_index",
            "min_chunk_bytes": 5_000_000,
            "max_chunk_bytes": 64_000_000,
            "max_last_chunk_bytes": 128_000_000,
        },
    ),
    Scenario(
        "lost-answers",
        "The next answer of each operation that changes something is lost, although it was done.",
        "Knows that it does not know: asks for the status instead of posting again, and compares "
        "what is stored instead of sending a chunk again.",
        faults=each([*OPENING, Operation.UPLOAD, Operation.CANCEL], FaultKind.DROP_AFTER, count=1),
    ),
    Scenario(
        "stale-tokens",
        "The next call with a token is answered 401 access_token_invalid, whatever its age.",
        "Refreshes once and repeats the call once; refreshes one at a time for each user.",
        faults=each((*ASKING, *OPENING, Operation.CANCEL), FaultKind.STALE_TOKEN, count=1),
    ),
    Scenario(
        "busy",
        "Two inits, three creator infos and five status calls a minute are the limit; every fourth "
        "answer is 429 anyway.",
        "Paces itself, waits for the window and not for a header that TikTok does not send, and "
        "never counts 429 as a failed post.",
        settings={"rate_limits": {"init": 2, "creator_info": 3, "status": 5}},
        faults=each(
            (*ASKING, *OPENING),
            FaultKind.ERROR,
            probability=0.25,
            status=429,
            code="rate_limit_exceeded",
        ),
    ),
    Scenario(
        "long-moderation",
        "Processing takes half an hour and moderation three, so a token of two hours dies "
        "meanwhile.",
        "Keeps asking for hours, less and less often, and refreshes its token on the way.",
        settings={
            "processing": {"mode": "after_seconds", "value": 1_800},
            "moderation_seconds": 10_800,
        },
    ),
)
SCENARIOS: Mapping[str, Scenario] = {scenario.name: scenario for scenario in _ALL}


def find(name: str) -> Scenario:
    """The scenario of this name.

    Raises:
        UnknownScenario: there is none.
    """
    if name not in SCENARIOS:
        raise UnknownScenario(f"no scenario {name!r}; there are: {', '.join(SCENARIOS)}")
    return SCENARIOS[name]


def play(world: World, name: str) -> Scenario:
    """Let these circumstances hold from now on, instead of any ordered before.

    Raises:
        UnknownScenario: there is none of that name; then nothing was changed.
    """
    scenario = find(name)
    until = None
    if scenario.lasts_s is not None:
        until = world.clock.now() + timedelta(seconds=scenario.lasts_s)
    world.settings = changed(world.base_settings, dict(scenario.settings))
    world.outcomes.clear()
    world.faults.waiting = [replace(fault, until=until) for fault in scenario.faults]
    world.scenario = name
    return scenario


def scenario_facts(scenario: Scenario) -> dict[str, object]:
    """A scenario as the control plane shows it."""
    return {
        "name": scenario.name,
        "says": scenario.says,
        "good_client": scenario.good_client,
        "settings": dict(scenario.settings),
        "faults": [
            {
                "operation": fault.operation,
                "kind": fault.kind,
                "count": fault.count,
                "probability": fault.probability,
            }
            for fault in scenario.faults
        ],
        "lasts_s": scenario.lasts_s,
    }
