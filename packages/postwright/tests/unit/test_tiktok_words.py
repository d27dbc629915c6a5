"""Every code of TikTok's that the client knows is said in words, with advice that fits."""

import pytest

from postwright.errors import Advice
from postwright.platforms.tiktok.words import WORDS
from tiktok_client import Advice as Told
from tiktok_client import FailReason
from tiktok_client.codes import CODES, OAUTH_CODES

REASONS = {reason.value: reason.advice for reason in FailReason}
ADVICE = {code: meaning.advice for code, meaning in CODES.items()} | REASONS | dict(OAUTH_CODES)
FITS = {
    Told.RETRY: {Advice.RETRY, Advice.WAIT},
    Told.RETRY_LATER: {Advice.RETRY, Advice.WAIT},
    Told.REAUTHORISE: {Advice.RECONNECT},
    Told.FIX_INPUT: {Advice.FIX},
    Told.GIVE_UP: {Advice.GIVE_UP},
    Told.ASK_STATUS: {Advice.ASK_STATUS},
}
# Where a person can do more, or something else, than a program.
FOR_PEOPLE = {
    "spam_risk_text": Advice.FIX,  # another text is another post
    "access_denied": Advice.RECONNECT,  # they can change their mind
    "invalid_request": Advice.RECONNECT,  # only a new consent follows a corrected app
    "invalid_publish_id": Advice.ASK_STATUS,  # it may be too early
    "unsupported_grant_type": Advice.GIVE_UP,  # no person can correct what we send
    "unsupported_response_type": Advice.GIVE_UP,
}


def test_the_client_knows_thirteen_reasons_and_one_for_all_others() -> None:
    assert len(FailReason) == 13 + 1


@pytest.mark.parametrize("code", ADVICE)
def test_every_code_is_explained_in_whole_sentences(code: str) -> None:
    said = WORDS[code].says

    assert said[0].isupper()
    assert said.endswith(".")
    assert code not in said
    assert "postwright " not in said  # it is shown where nobody can type, too


@pytest.mark.parametrize("code", ADVICE)
def test_the_advice_for_people_is_the_one_for_programs(code: str) -> None:
    if code in FOR_PEOPLE:
        assert WORDS[code].advice is FOR_PEOPLE[code]
    else:
        assert WORDS[code].advice in FITS[ADVICE[code]]


def test_nothing_is_explained_that_nobody_says() -> None:
    assert WORDS.keys() - ADVICE.keys() == {"state_mismatch"}
