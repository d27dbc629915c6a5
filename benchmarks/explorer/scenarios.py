"""What is explored: the bounds of the full run, and smaller ones for mutants and tests."""

from benchmarks.explorer.model import Scenario
from benchmarks.explorer.state import Left
from benchmarks.explorer.tiktok import Habits

SHORT = (7, 81)
HOURS = (7, 11, 81)
SETTLING = (4, 7, 51)
ONLY_FAILS = frozenset({"fails"})
NO_REFUSALS = frozenset({"lost", "fails", "odd"})
HANDS = frozenset({"edit", "retry", "decide"})
DRAFTS = Habits(drafts=True)
LOST_OR_FAILED = frozenset({"lost", "fails"})


def _left(
    *,
    faults: int = 0,
    crashes: int = 0,
    sleeps: int = 0,
    jumps: int = 0,
    nudges: int = 0,
    cancels: int = 0,
    hands: int = 0,
    minds: int = 0,
) -> Left:
    return Left(faults, crashes, sleeps, jumps, nudges, cancels, hands, minds)


EACH_ONCE = _left(faults=1, crashes=1, sleeps=1, jumps=1, nudges=1, cancels=1)
TWICE = EACH_ONCE._replace(faults=2, jumps=2)

# Small bounds, by name: each mutation says in which of them it shows.
SMALL = {
    s.name: s
    for s in (
        Scenario("small", 2, EACH_ONCE, jumps=SHORT),
        Scenario(
            "no cancel", 2, EACH_ONCE._replace(cancels=0), jumps=SHORT, faults=NO_REFUSALS
        ),
        Scenario("one", 1, EACH_ONCE, jumps=SHORT),
        Scenario(
            "silent", 2, _left(faults=1, crashes=1, sleeps=1, jumps=1),
            habits=Habits(numbers="none", resent="stored"),
        ),
        Scenario(
            "last index", 2, _left(faults=1, crashes=1, jumps=1),
            habits=Habits("last_index", reports_bytes=False),
        ),
        Scenario(
            "parts", 2, _left(faults=1, crashes=1, jumps=1), habits=Habits(keeps_parts=True)
        ),
        Scenario(
            "late id", 1, _left(faults=1, crashes=1, jumps=2),
            habits=Habits(resent="404", tells_ids=False),
        ),
        Scenario("limits", 1, _left(faults=2, jumps=2), near_limits=True),
        Scenario("unconfirmed", 1, _left(faults=1, jumps=1)),
        Scenario(
            "asleep", 1, _left(faults=2, sleeps=1, jumps=3, nudges=1),
            jumps=(51,), faults=ONLY_FAILS,
        ),
        Scenario("pull", 0, EACH_ONCE, jumps=SHORT, files=1),
        Scenario(
            "pull early", 0, EACH_ONCE._replace(nudges=0), jumps=SHORT, files=1, early=True,
        ),
        Scenario(
            "pull asleep", 0, _left(faults=2, sleeps=1, jumps=3, nudges=1),
            jumps=(51,), faults=ONLY_FAILS, files=1,
        ),
        Scenario(
            "stopped late", 0, _left(faults=2, jumps=2, cancels=1),
            jumps=(51,), faults=ONLY_FAILS, files=1,
        ),
        Scenario(
            "not again", 1, _left(faults=2, jumps=3, cancels=1, nudges=1),
            jumps=(51,), faults=ONLY_FAILS,
        ),
        Scenario(
            "its mind", 2, _left(faults=1, jumps=3, nudges=1, minds=1),
            jumps=(7, 51), faults=ONLY_FAILS,
        ),
        Scenario(
            "its mind, pull", 0, _left(faults=1, jumps=3, minds=1, crashes=1),
            jumps=(51,), faults=ONLY_FAILS, files=1, early=True,
        ),
        Scenario(
            "its mind, by hand", 1, _left(faults=1, jumps=2, minds=1, hands=1, cancels=1),
            jumps=(51,), faults=ONLY_FAILS, acts=HANDS,
        ),
        Scenario("pull limits", 0, _left(faults=2, jumps=2), near_limits=True, files=1),
        Scenario(
            "decided", 1, _left(faults=2, jumps=2, hands=2, nudges=1),
            jumps=(81, 1441), faults=frozenset({"lost", "odd"}), acts=HANDS,
        ),
        Scenario(
            "photos", 0, EACH_ONCE._replace(nudges=0, sleeps=0), jumps=SHORT, files=2, early=True
        ),
        Scenario(
            "draft", 1, _left(faults=1, crashes=1, jumps=2, nudges=1, cancels=1),
            habits=DRAFTS, jumps=(7, 4321), draft=True,
        ),
        Scenario(
            "pulled draft", 0, _left(faults=1, jumps=1, nudges=1, cancels=1, crashes=1),
            habits=DRAFTS, jumps=SHORT, draft=True, files=1,
        ),
        Scenario(
            "hands", 1, _left(faults=1, crashes=1, sleeps=1, jumps=1, cancels=1, hands=2),
            jumps=(7, 1441), faults=frozenset({"lost", "gate", "fails"}), acts=HANDS,
        ),
        Scenario(
            "hands early", 0, _left(faults=1, jumps=1, cancels=1, hands=2),
            jumps=SHORT, faults=frozenset({"lost", "fails"}), acts=HANDS, files=1, early=True,
        ),
    )
}  # fmt: skip

SETTLED = Scenario(
    "settling", 1, _left(faults=1, sleeps=1, jumps=5, nudges=1),
    habits=Habits(resent="stored"), jumps=SETTLING, faults=ONLY_FAILS,
)  # fmt: skip

PULL_SETTLED = Scenario(
    "pull settling", 0, _left(faults=1, sleeps=1, jumps=5, nudges=1),
    jumps=SETTLING, faults=ONLY_FAILS, files=1,
)  # fmt: skip

# What mutants are looked for in: wide enough to show one, no wider.
HUNTING = SMALL | {s.name: s for s in (SETTLED, PULL_SETTLED)}

FULL = (
    Scenario("two ranges", 2, TWICE, jumps=(7, 81, 1441)),
    Scenario("one range", 1, TWICE),
    Scenario("three ranges", 3, EACH_ONCE._replace(jumps=2)),
    Scenario(
        "no numbers told, ranges taken twice", 3, TWICE._replace(jumps=1, nudges=0),
        habits=Habits(numbers="none", resent="stored"),
    ),
    Scenario(
        "last index told, no bytes in status", 2, TWICE._replace(jumps=1),
        habits=Habits("last_index", reports_bytes=False),
    ),
    Scenario(
        "parts of broken ranges stay", 2, TWICE._replace(jumps=1, nudges=0),
        habits=Habits(keeps_parts=True),
    ),
    Scenario(
        "404 after the end, the id comes late", 2, EACH_ONCE._replace(jumps=2),
        habits=Habits(resent="404", tells_ids=False),
    ),
    Scenario(
        "near every limit", 1, TWICE._replace(crashes=0, cancels=0), near_limits=True
    ),
    Scenario(
        "crashes and sleep", 2, _left(crashes=3, sleeps=2, jumps=3, cancels=1),
        faults=frozenset(),
    ),
    Scenario(
        "two late PUTs, two ranges", 2, _left(faults=1, crashes=2, sleeps=1, jumps=2),
        jumps=HOURS, faults=LOST_OR_FAILED, wire=2,
    ),
    Scenario(
        "two late PUTs, one range", 1, _left(faults=1, crashes=2, sleeps=2, jumps=2),
        jumps=(7, 51), faults=LOST_OR_FAILED, wire=2,
    ),
    SETTLED,
    Scenario("pull", 0, TWICE._replace(nudges=0), jumps=(7, 81, 1441), files=1),
    Scenario(
        "pull, served early", 0, EACH_ONCE._replace(jumps=2), jumps=SHORT, files=1, early=True
    ),
    Scenario(
        "pull, crashes and sleep, served early", 0,
        _left(crashes=3, sleeps=2, jumps=3, cancels=1),
        jumps=HOURS, faults=frozenset(), files=1, early=True,
    ),
    Scenario("two photos", 0, EACH_ONCE, files=2),
    Scenario("two photos, served early", 0, EACH_ONCE._replace(nudges=0), files=2, early=True),
    Scenario(
        "pull near every limit", 0, _left(faults=2, jumps=2, nudges=1, crashes=1),
        near_limits=True, files=1,
    ),
    PULL_SETTLED,
    Scenario(
        "pull, webhooks known to arrive", 0, EACH_ONCE._replace(cancels=0, nudges=2),
        jumps=SHORT, files=1, told=True,
    ),
    Scenario(
        "draft", 1, TWICE._replace(nudges=2, sleeps=0),
        habits=DRAFTS, jumps=(7, 1441, 4321), draft=True,
    ),
    Scenario(
        "pulled draft, served early", 0, EACH_ONCE._replace(sleeps=0),
        habits=DRAFTS, jumps=(7, 81, 4321), draft=True, files=1, early=True,
    ),
    Scenario(
        "a cancel while it settles", 1, _left(faults=1, sleeps=1, jumps=5, nudges=1, cancels=1),
        habits=Habits(resent="stored"), jumps=SETTLING, faults=ONLY_FAILS,
    ),
    Scenario(
        "TikTok contradicts itself", 2,
        _left(faults=2, crashes=1, sleeps=1, jumps=3, nudges=1, cancels=1, minds=1),
        jumps=(7, 51), faults=LOST_OR_FAILED,
    ),
    Scenario(
        "TikTok contradicts itself, pull, by hand", 0,
        _left(faults=1, crashes=1, jumps=3, cancels=1, hands=1, minds=1),
        jumps=(51,), faults=LOST_OR_FAILED, acts=HANDS, files=1, early=True,
    ),
    Scenario(
        "by hand, two ranges", 2, _left(faults=2, crashes=1, sleeps=1, jumps=2, cancels=1, hands=2),
        jumps=(81, 1441), faults=frozenset({"lost", "odd", "gate"}), acts=HANDS,
    ),
    Scenario(
        "by hand, pull", 0, _left(faults=2, crashes=1, sleeps=1, jumps=2, cancels=1, hands=2),
        jumps=(81, 1441), faults=LOST_OR_FAILED, acts=HANDS, files=1,
    ),
    Scenario(
        "by hand, pull, served early", 0,
        _left(faults=1, crashes=1, sleeps=1, jumps=2, cancels=1, hands=3),
        jumps=(81, 1441), faults=frozenset({"lost", "gate"}), acts=HANDS, files=1, early=True,
    ),
    Scenario(
        "by hand, draft", 1, _left(faults=2, crashes=1, jumps=2, nudges=1, cancels=1, hands=2),
        habits=DRAFTS, jumps=(7, 1441), faults=LOST_OR_FAILED, acts=HANDS, draft=True,
    ),
)  # fmt: skip
