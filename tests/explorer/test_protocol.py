"""The explorer within small bounds: no promise breaks, and everything that can happen does.

Each scenario is searched once, by one test: it takes seconds, and the tests are spread over
processes.
"""

import pytest

from benchmarks.explorer.code import real
from benchmarks.explorer.scenarios import SMALL
from benchmarks.explorer.search import search
from benchmarks.explorer.trace import lines

# What the model knows must happen somewhere: here.
HAPPENS = {
    "pull": {"init: acts for nobody"},
    "small": {
        "7 min pass, sending",
        "a nudge",
        "late: 4-8 arrives",
        "send 4-8: acts, answer lost",
        "send 4-8: timed out, still under way",
        "send 0-3: acts, but says complete",
        "send 0-3: 416 (9)",
        "send 0-3: 403, for good",
        "send: 416 without a number",
        "send: 400",
    },
    "late id": {
        "ask: complete, no id yet",
    },
    "parts": {
        "send 4-8: breaks, half of it stays",
    },
    "photos": {
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
        "the person cancels",
        "the person connects again",
        "no token for the call",
        "no slot for the call",
        "check: no answer",
        "init: no answer",
        "init: never sent",
        "ask: no answer",
        "ask: the id is not known",
        "ask: a status nobody knows",
        "ask: failed, perhaps",
        "ask: failed for good",
        "ask: cannot be fetched",
        "ask: cancelled",
        "init: acts, answer lost",
        "TikTok begins to fetch",
        "late: 0-0 is fetched",
        "late: 1-1 is fetched",
        "close: void",
        "close: too late, it was served",
        "cancel: stops",
        "cancel: stops, answer lost",
        "cancel: taken, and it goes on",
        "cancel: too late, it says",
    },
    "draft": {
        "ask: in the inbox",
        "ask: finished, complete, twice",
        "ask: failed, though in the inbox",
    },
    "hands": {
        "the gate: paused",
        "the gate: missed, and not wanted any more",
        "the person lifts the pause",
        "the person edits it",
        "the person tries it again",
        "the person says it is out",
    },
    "decided": {
        "the person says it is not out",
        "the person says it is not out, again please",
    },
    "its mind": {
        "51 min pass, and TikTok's failure",
        "TikTok posts what had failed",
    },
}
# And every ending is reached.
ENDS = {
    "draft": {
        "cancelled",
        "delivered",
        "failed",
        "held: reconnect",
        "published",
        "unconfirmed",
    },
    "pull early": {
        "held: unconfirmed",
    },
    "hands": {
        "held: paused",
    },
}


@pytest.mark.parametrize("name", SMALL)
def test_no_promise_breaks_in_any_state_and_what_can_happen_does(name: str):
    found = search(real(), SMALL[name])
    assert not found.broken, "\n".join(lines(found))
    assert found.exhausted
    assert sorted(HAPPENS.get(name, set[str]()) - found.happened) == []
    assert sorted(ENDS.get(name, set[str]()) - set(found.endings)) == []


def test_what_must_happen_is_looked_for_in_scenarios_that_there_are():
    assert set(HAPPENS) | set(ENDS) <= set(SMALL)


def test_the_same_search_visits_the_same_states():
    again = [search(real(), SMALL["parts"]) for _ in range(2)]
    assert again[0].states == again[1].states
    assert again[0].transitions == again[1].transitions
