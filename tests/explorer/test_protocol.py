"""The explorer within small bounds: no promise breaks, and everything that can happen does."""

from functools import cache

import pytest

from benchmarks.explorer.code import real
from benchmarks.explorer.scenarios import SMALL
from benchmarks.explorer.search import Found, search
from benchmarks.explorer.trace import lines

MUST_HAPPEN = (
    "a worker claims the lane",
    "record: call",
    "record: wait",
    "record: restart",
    "record: end published",
    "record: end failed",
    "record: end cancelled",
    "the worker dies",
    "the worker dies before it lets go",
    "7 min pass",
    "7 min pass, sending",
    "51 min pass, and TikTok's failure",
    "a nudge",
    "the person cancels",
    "the person connects again",
    "no token for the call",
    "no slot for the call",
    "late: 4-8 arrives",
    "check: no answer",
    "init: no answer",
    "init: never sent",
    "send 4-8: acts, answer lost",
    "send 4-8: timed out, still under way",
    "send 4-8: breaks, half of it stays",
    "send 0-3: acts, but says complete",
    "send 0-3: 416 (9)",
    "send 0-3: 403, for good",
    "send: 416 without a number",
    "send: 400",
    "ask: no answer",
    "ask: the id is not known",
    "ask: a status nobody knows",
    "ask: failed, perhaps",
    "ask: failed for good",
    "ask: complete, no id yet",
    "ask: cannot be fetched",
    "ask: cancelled",
    "ask: in the inbox",
    "ask: finished, complete, twice",
    "ask: failed, though in the inbox",
    "init: acts, answer lost",
    "init: acts for nobody",
    "TikTok begins to fetch",
    "late: 0-0 is fetched",
    "late: 1-1 is fetched",
    "close: void",
    "close: too late, it was served",
    "cancel: stops",
    "cancel: stops, answer lost",
    "cancel: taken, and it goes on",
    "cancel: too late, it says",
    "the gate: paused",
    "the gate: missed, and not wanted any more",
    "the person lifts the pause",
    "the person edits it",
    "the person tries it again",
    "the person says it is out",
    "the person says it is not out",
    "the person says it is not out, again please",
)


@cache
def explored(name: str) -> Found:
    return search(real(), SMALL[name])


@pytest.mark.parametrize("name", SMALL)
def test_no_promise_breaks_in_any_state(name: str):
    found = explored(name)
    assert not found.broken, "\n".join(lines(found))
    assert found.exhausted


def test_everything_that_the_model_knows_happens_somewhere():
    happened = set[str]().union(*(explored(name).happened for name in SMALL))
    assert [what for what in MUST_HAPPEN if what not in happened] == []


def test_every_ending_is_reached():
    endings = {end for name in SMALL for end in explored(name).endings}
    assert endings >= {
        "published", "delivered", "failed", "cancelled", "unconfirmed",
        "held: reconnect", "held: paused", "held: unconfirmed",
    }  # fmt: skip


def test_the_same_search_visits_the_same_states():
    again = [search(real(), SMALL["one"]) for _ in range(2)]
    assert again[0].states == again[1].states
    assert again[0].transitions == again[1].transitions
