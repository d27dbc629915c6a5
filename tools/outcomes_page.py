"""The tables of what becomes of a post, from the rows that the tests hold."""

from postwright.platforms.tiktok.words import WORDS
from tests.factories.outcomes import CASES, FAILINGS, LEAVINGS, Case, Failing


def answers() -> str:
    """Every error code at every call."""
    head = "| call | HTTP | code | posted | state | reason | advice | then |\n"
    return head + "| --- " * 8 + "|\n" + "".join(_answer(case) for case in CASES)


def failures() -> str:
    """Every reason for a failure after the upload."""
    head = "| reason | state | advice | then | words |\n"
    return head + "| --- " * 5 + "|\n" + "".join(_failure(case) for case in FAILINGS)


def leavings() -> str:
    """What is said of an account that is disconnected."""
    head = "| HTTP | code | the network | advice |\n"
    rows = (
        f"| {case.status} | `{case.code}` | **{case.told.value}** | {case.advice.value} |\n"
        for case in LEAVINGS
    )
    return head + "| --- " * 4 + "|\n" + "".join(rows)


def _answer(case: Case) -> str:
    code = "any body" if case.code.startswith("http_") else f"`{case.code}`"
    said = "" if case.count is None else ", once"
    reason = f"`{case.reason}`" if case.reason else ""
    cells = (
        f"`{case.call}`", f"{case.status}{said}", code, case.what.value, f"**{case.state.value}**",
        reason, case.advice.value, case.then.value,
    )  # fmt: skip
    return f"| {' | '.join(cells)} |\n"


def _failure(case: Failing) -> str:
    says = WORDS[case.code].says
    cells = f"`{case.code}`", f"**{case.state.value}**", case.advice.value, case.then.value, says
    return f"| {' | '.join(cells)} |\n"
