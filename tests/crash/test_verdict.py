"""When a run is said to have met its goals, and what spoils it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.crash import ledger
from benchmarks.crash.blows import Blow, Kind
from benchmarks.crash.items import Item, Sort
from benchmarks.crash.judge import Verdict, compare_posts, compare_standing
from benchmarks.crash.records import Attempt, Call, Publication, Records
from benchmarks.crash.report import summary
from benchmarks.crash.run import Outcome, Plan
from benchmarks.crash.scene import Upload
from benchmarks.crash.supply import Row
from benchmarks.crash.windows import NAMED, Victim, Window
from postwright.platforms.content import Mode
from postwright.publishing.unrecorded import CODE

AT = datetime(2026, 11, 21, 12, tzinfo=UTC)
ITEM = Item(1, Sort.SENT, Mode.DIRECT, (Upload("ab", 100),), ())
ROW = Row("pub_1", "creator0", ITEM, state="published")
PUBLICATION = Publication(
    "pub_1", "published", None, None, "", "", "", ["7"], cancel_requested=False
)
ATTEMPT = Attempt(
    "att_1", "pub_1", 1, live=False, stage="published", publish_id="p1", announced_at=AT,
    end_code="",
)  # fmt: skip
INIT = Call(AT, "pub_1", 1, "video.init", 200, "ok", "L1", "creator0")
STATUS = Call(AT, "pub_1", 1, "status", 200, "ok", "L2", "creator0")
PUBLISH = {"publish_id": "p1", "state": "published", "fail_reason": None}
POST: dict[str, Any] = {
    "post_id": "7",
    "publish_id": "p1",
    "sha256": "ab",
    "photos": [],
    "shows_id": True,
}
SEEN: dict[str, Any] = {
    "username": "creator0",
    "status": 200,
    "publish_id": "p1",
    "real_at": AT,
    "fault": None,
    "code": "ok",
}
INIT_SEEN = SEEN | {"operation": "video.init", "log_id": "L1"}
STATUS_SEEN = SEEN | {"operation": "status", "log_id": "L2"}
GOOD = Records(
    publications={"pub_1": PUBLICATION},
    attempts=[ATTEMPT],
    calls=[INIT, STATUS],
    late_lanes=[],
    publishes=[PUBLISH],
    posts=[POST],
    requests=[INIT_SEEN, STATUS_SEEN],
    webhooks=[],
    owners={"p1": "pub_1"},
)


def posts_of(records: Records, row: Row = ROW, made: tuple[str, ...] = ()) -> list[str]:
    return list(compare_posts(records, row, list(made)))


def test_one_post_with_the_same_bytes_and_id_is_as_it_should_be() -> None:
    assert posts_of(GOOD) == []
    assert list(compare_standing(GOOD, ROW, [])) == []
    assert ledger.compare(GOOD).problems == []
    assert list(ledger.unexplained(GOOD)) == []


@pytest.mark.parametrize(
    ("posts", "says"),
    [
        ([], "has 0 posts"),
        ([POST, POST | {"post_id": "8"}], "has 2 posts"),
        ([POST | {"sha256": "cd"}], "other bytes"),
        ([POST | {"post_id": "8"}], "it tells of"),
    ],
)
def test_a_missing_a_second_and_another_post_are_found(
    posts: list[dict[str, Any]], says: str
) -> None:
    assert any(says in problem for problem in posts_of(replace(GOOD, posts=posts)))


def test_a_post_of_an_id_that_was_never_stored_is_found() -> None:
    records = replace(GOOD, attempts=[replace(ATTEMPT, publish_id=None)])
    assert any("not stored" in problem for problem in posts_of(records))


def test_photos_are_compared_in_their_order() -> None:
    item = replace(ITEM, sort=Sort.PHOTOS, files=(Upload("ab", 1), Upload("cd", 1)))
    row = replace(ROW, item=item)
    photos = [{"sha256": "ab"}, {"sha256": "cd"}]
    assert posts_of(replace(GOOD, posts=[POST | {"photos": photos}]), row) == []
    assert posts_of(replace(GOOD, posts=[POST | {"photos": photos[::-1]}]), row) != []


def test_a_draft_has_the_posts_that_its_person_made() -> None:
    row = replace(ROW, item=replace(ITEM, mode=Mode.DRAFT))
    assert posts_of(GOOD, row, ("7",)) == []
    assert posts_of(GOOD, row) != []
    delivered = replace(GOOD, posts=[], publications={"pub_1": replace(PUBLICATION, post_ids=[])})
    assert posts_of(delivered, replace(row, state="delivered")) == []
    assert posts_of(delivered, row) != []


@pytest.mark.parametrize(
    "spoilt",
    [
        replace(PUBLICATION, state="processing"),
        replace(PUBLICATION, lane="track", due_at=AT),
        replace(PUBLICATION, lane="track"),
    ],
)
def test_what_lives_on_without_a_reason_is_stuck(spoilt: Publication) -> None:
    records = replace(GOOD, publications={"pub_1": spoilt})
    assert list(compare_standing(records, ROW, [])) != []


def test_what_waits_for_a_person_says_why() -> None:
    held = replace(PUBLICATION, state="held", lane="start", hold_reason="reconnect", detail="why")
    records = replace(
        GOOD,
        publications={"pub_1": held},
        attempts=[replace(ATTEMPT, stage="ready", live=True)],
    )
    waiting = list[str]()
    assert list(compare_standing(records, replace(ROW, state="held"), waiting)) == []
    assert waiting == ["pub_1 held (reconnect: why)"]


def test_an_init_that_no_row_tells_of_is_found() -> None:
    assert ledger.compare(replace(GOOD, calls=[STATUS])).problems != []


def test_an_init_whose_answer_was_lost_is_a_row_without_a_log_id() -> None:
    void = replace(ATTEMPT, stage="void", publish_id=None)
    lost = replace(INIT, log_id="", http_status=None)
    stray = {**PUBLISH, "state": "receiving"}
    records = replace(GOOD, attempts=[void], calls=[lost], publishes=[stray])
    found = ledger.compare(records)
    assert (found.problems, found.answer_lost) == ([], 1)
    late = replace(records, calls=[replace(lost, at=AT + timedelta(minutes=1))])
    assert ledger.compare(late).problems != []


def test_a_row_that_is_there_twice_is_found_whatever_happened() -> None:
    records = replace(GOOD, calls=[INIT, INIT, STATUS])
    assert ledger.compare(records).problems != []


def test_a_row_without_an_answer_is_that_of_the_nearest_init() -> None:
    void = replace(ATTEMPT, stage="void", publish_id=None)
    lost = replace(INIT, log_id="", http_status=None)
    before = INIT_SEEN | {"log_id": "L0", "real_at": AT - timedelta(seconds=5)}
    records = replace(GOOD, attempts=[void], calls=[lost], requests=[before, INIT_SEEN])
    (problem,) = [each for each in ledger.compare(records).problems if "nothing tells" in each]
    assert "'L0'" in problem


@pytest.mark.parametrize(
    ("of", "after_s", "explains"),
    [("pub_1", 0.5, True), ("pub_1", 20, True), ("pub_2", 0.5, False), ("pub_1", 120, False)],
)
def test_an_init_that_nobody_recorded_is_told_of_by_its_intent(
    of: str, after_s: float, *, explains: bool
) -> None:
    void = replace(ATTEMPT, stage="void", publish_id=None)
    announced_at = AT - timedelta(seconds=after_s)
    intent = Call(announced_at, of, 1, "open", None, CODE, "", "creator0")
    stray = {**PUBLISH, "state": "failed"}
    records = replace(GOOD, attempts=[void], calls=[intent], publishes=[stray])
    found = ledger.compare(records)
    assert (found.problems == [], found.died_between == 1) == (explains, explains)


def test_an_intent_tells_of_one_init() -> None:
    void = replace(ATTEMPT, stage="void", publish_id=None)
    intent = Call(AT, "pub_1", 1, "open", None, CODE, "", "creator0")
    stray = {**PUBLISH, "state": "failed"}
    twice = [INIT_SEEN, INIT_SEEN | {"log_id": "L9", "real_at": AT + timedelta(seconds=9)}]
    records = replace(
        GOOD, attempts=[void], calls=[intent], publishes=[stray], requests=[*twice, STATUS_SEEN]
    )
    (problem,) = ledger.compare(records).problems
    assert "'L9'" in problem


def test_more_ids_that_were_not_stored_than_attempts_given_up_are_found() -> None:
    strays = [{**PUBLISH, "publish_id": name, "state": "receiving"} for name in ("p2", "p3")]
    records = replace(
        GOOD,
        attempts=[replace(ATTEMPT, publish_id=None, stage="void"), replace(ATTEMPT, number=2)],
        calls=[replace(INIT, attempt=2), STATUS],
        publishes=[PUBLISH, *strays],
        owners={"p1": "pub_1", "p2": "pub_1", "p3": "pub_1"},
    )
    assert any("2 ids" in problem for problem in ledger.compare(records).problems)


@pytest.mark.parametrize(
    ("state", "end_code"),
    [("published", ""), ("delivered", ""), ("failed", "internal"), ("cancelled", "")],
)
def test_an_end_that_nothing_in_the_ledger_tells_of_is_found(state: str, end_code: str) -> None:
    ended = replace(PUBLICATION, state=state, end_code=end_code)
    records = replace(GOOD, publications={"pub_1": ended}, calls=[INIT])
    assert list(ledger.unexplained(records)) != []


def good_outcome() -> Outcome:
    rows = [
        replace(ROW, item=replace(ITEM, sort=sort, mode=mode), state=state)
        for sort in Sort
        for mode, state in ((Mode.DIRECT, "published"), (Mode.DRAFT, "delivered"))
    ]
    plan = Plan(
        seed=1, publications=len(rows), worker_kills=len(NAMED), worker_stops=0, web_kills=0,
        web_stops=0, database_kills=0, database_stops=0,
    )  # fmt: skip
    kind = Kind(Victim.WORKER, "kill")
    blows = [Blow(kind, window, (), AT) for window in NAMED]
    verdict = Verdict(posts=3, expected=3, lost_answers=5, disturbed_webhooks=5)
    return Outcome(plan, rows=rows, blows=blows, verdict=verdict)


def test_a_run_with_every_window_hit_and_no_problem_meets_its_goals() -> None:
    assert summary(good_outcome())["met"] is True


@pytest.mark.parametrize(
    "spoil",
    [
        "window", "second post", "problem", "crowded", "death", "going", "no photos",
        "no lost answers", "no disturbed webhooks",
    ],
)  # fmt: skip
def test_a_run_that_is_not_as_it_should_be_does_not(spoil: str) -> None:
    outcome = good_outcome()
    match spoil:
        case "window":
            outcome.blows[-1] = replace(outcome.blows[-1], landed=Window.OTHER)
        case "second post":
            outcome.verdict.posts = 4
        case "problem":
            outcome.verdict.problems.append("something")
        case "crowded":
            outcome.verdict.crowded = 1
        case "death":
            outcome.deaths = 1
        case "no photos":
            rows = outcome.rows
            outcome.rows = [row for row in rows if row.item.sort is not Sort.PHOTOS] + rows[:2]
        case "no lost answers":
            outcome.verdict.lost_answers = 0
        case "no disturbed webhooks":
            outcome.verdict.disturbed_webhooks = 0
        case _:
            outcome.rows[0] = replace(ROW, state="processing")
    assert summary(outcome)["met"] is False
