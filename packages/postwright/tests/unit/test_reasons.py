"""Every reason why a publication waits or has failed comes with advice."""

import re
from pathlib import Path

import pytest

import postwright.publishing
from postwright.errors import Advice
from postwright.media.errors import MediaDamaged, MediaMissing
from postwright.platforms.answers import Refusal
from postwright.platforms.tiktok.words import WORDS
from postwright.publishing import aside, gate, missed, reconcile
from postwright.publishing.models import Publication
from postwright.publishing.reasons import REASONS, advice_of, explained
from postwright.publishing.states import State

SOURCES = Path(postwright.publishing.__file__).parent
RULE = "video.duration"


def ends() -> set[str]:
    """What the protocol ends attempts with, beside the network's own codes."""
    found = {reconcile.CODE, missed.MISSED, MediaMissing.code, MediaDamaged.code}
    for source in SOURCES.rglob("*.py"):
        found |= set(re.findall(r'Stage\.FAILED, "(\w+)"', source.read_text()))
    assert {"upload_rejected", "no_upload_completed"} <= found
    return found


def test_every_code_of_ours_has_words_and_advice() -> None:
    holds = {refusal.value for refusal in Refusal}
    holds |= {aside.HOLD, gate.PAUSED, gate.IN_DOUBT, missed.MISSED, missed.RESTORED}
    assert (holds | ends()) - REASONS.keys() == set()


def test_no_code_is_ours_and_the_networks() -> None:
    assert REASONS.keys() & WORDS.keys() == set()
    assert not any("postwright " in known.says for known in REASONS.values())


@pytest.mark.parametrize(
    ("state", "hold", "end", "advice"),
    [
        (State.FAILED, "", "frame_rate_check_failed", Advice.FIX),
        (State.FAILED, "", "auth_removed", Advice.RECONNECT),
        (State.FAILED, "", "reconciled", Advice.RETRY),
        (State.FAILED, "", RULE, Advice.FIX),
        (State.FAILED, "", "something_new", Advice.FIX),
        (State.HELD, "daily_cap", "", Advice.WAIT),
        (State.HELD, "restored", "", Advice.ASK_STATUS),
        (State.UNCONFIRMED, "", "", Advice.ASK_STATUS),
        (State.UNCONFIRMED, "insufficient_scope", "", Advice.RECONNECT),
        (State.PUBLISHED, "", "", None),
        (State.CANCELLED, "", "missed", None),
    ],
)
def test_a_publication_says_what_to_do(
    state: State, hold: str, end: str, advice: Advice | None
) -> None:
    publication = Publication(state=state, hold_reason=hold, end_code=end)
    assert advice_of(publication, WORDS.get) is advice


def test_a_rule_has_no_words_of_its_own() -> None:
    assert explained(RULE, WORDS.get).says == ""
