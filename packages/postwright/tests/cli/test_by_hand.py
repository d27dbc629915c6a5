"""What people change and decide by hand: times, texts, retries, verdicts, which copy goes on."""

from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def sql(database_url: str, statement: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        connection.execute(statement.encode())


@pytest.fixture
def planned(connected: Commandline, video: Path) -> dict[str, Any]:
    """A post for tomorrow."""
    words = connected.publish(video, caption="first", at="+1d", key="plan")
    ran = connected(*words, "--json")
    assert ran.code == 0, ran
    return ran.json


def test_a_post_gets_another_time_in_a_zone_that_is_named(
    connected: Commandline, planned: dict[str, Any]
) -> None:
    words = ("reschedule", "plan", "--at", "2031-03-02 09:00", "--timezone", "Europe/Berlin")
    moved = connected(*words, "--json").json
    assert moved["publish_at"] == "2031-03-02T08:00:00+00:00"
    assert moved["content_version"] == 2
    assert "goes out at" in connected("reschedule", planned["post_id"], "--at", "+2d").out


def test_an_hour_that_comes_twice_is_asked_back_and_a_fold_answers(
    connected: Commandline, planned: dict[str, Any]
) -> None:
    words = ("reschedule", "plan", "--at", "2030-10-27 02:30", "--timezone", "Europe/Berlin")
    told = connected.refused(3, *words)
    assert "2030-10-27T02:30:00+02:00 or 2030-10-27T02:30:00+01:00" in told
    second = connected(*words, "--fold", "second", "--json").json
    assert second["publish_at"] == "2030-10-27T01:30:00+00:00"


def test_the_list_goes_on_after_the_last_one_and_can_be_narrowed(
    connected: Commandline, planned: dict[str, Any], video: Path
) -> None:
    newer = connected(*connected.publish(video, at="+3d", key="newer"), "--json").json
    first = connected("posts", "--limit", 1, "--json").json
    assert [post["key"] for post in first["posts"]] == ["newer"]
    assert first["next"] == newer["publication_id"]
    assert f"postwright posts --after {first['next']}" in connected("posts", "--limit", 1).out
    more = connected("posts", "--after", first["next"], "--json").json
    assert ([post["key"] for post in more["posts"]], more["next"]) == (["plan"], None)
    narrow = ("--state", "scheduled", "--account", "@demo", "--from", "+2d", "--to", "+4d")
    narrowed = connected("posts", *narrow, "--json").json["posts"]
    assert [post["key"] for post in narrowed] == ["newer"]
    assert connected("posts", "--state", "published").out == "There is none.\n"


@pytest.mark.parametrize(
    ("code", "words", "says"),
    [
        (4, ("posts", "--after", "nobody"), "no post nobody"),
        (4, ("posts", "--account", "@nobody"), "No connected account"),
        (3, ("posts", "--from", "soon"), "not a time"),
        (2, ("reschedule", "plan"), "When?"),
        (3, ("reschedule", "plan", "--at", "+1h", "--timezone", "Mars"), "no time zone"),
        (3, ("reschedule", "plan", "--at", "2020-01-01 00:00"), "has passed"),
        (4, ("reschedule", "nobody", "--at", "+1h"), "no post nobody"),
        (2, ("edit", "plan"), "What is to change?"),
        (2, ("edit", "plan", "--title", "Photos"), "A video has no title."),
        (3, ("edit", "plan", "--caption", "x" * 2201), "2,200"),
        (5, ("edit", "plan", "--caption", "late", "--version", "7"), "changed meanwhile"),
        (5, ("reschedule", "plan", "--at", "+1h", "--version", "7"), "changed meanwhile"),
        (5, ("cancel", "plan", "--version", "7"), "changed meanwhile"),
        (5, ("retry", "plan", "--version", "7"), "changed meanwhile"),
        (5, ("reconcile", "plan", "--published", "--version", "7"), "changed meanwhile"),
        (5, ("retry", "plan"), "has not failed"),
        (5, ("reconcile", "plan", "--published"), "nothing to decide"),
        (2, ("reconcile", "--not-published"), "Of which post?"),
        (2, ("reconcile", "plan", "--published", "--not-published"), "It is out, or it is not."),
        (2, ("reconcile", "plan", "--retry"), "Look first"),
        (2, ("reconcile", "plan", "--published", "somewhere"), "is no post"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(
    connected: Commandline,
    planned: dict[str, Any],
    code: int,
    words: tuple[str, ...],
    says: str,
) -> None:
    assert says in connected.refused(code, *words)
    assert connected("status", "plan", "--json").json["caption"] == "first"


def test_a_text_is_changed_and_the_post_is_the_same(
    connected: Commandline, planned: dict[str, Any]
) -> None:
    words = ("edit", "plan", "--caption", "second", "--if-missed", "skip", "--version", 1)
    changed = connected(*words, "--json").json
    assert (changed["caption"], changed["settings"]["title"]) == ("second", "second")
    assert changed["publish_at"] == planned["publish_at"]
    assert "version 3" in connected("edit", "plan", "--caption", "third").out


def test_what_has_failed_goes_again_and_says_why_it_had(
    connected: Commandline, planned: dict[str, Any], database_url: str
) -> None:
    sql(
        database_url,
        "UPDATE publications SET state = 'failed', end_code = 'frame_rate_check_failed',"
        " lane = NULL, due_at = NULL",
    )
    told = connected("retry", "plan", "--at", "+1h").out
    assert "frame_rate_check_failed" in told
    assert "goes out at" in told
    assert connected("status", "plan", "--json").json["state"] == "scheduled"


def test_what_nobody_can_prove_is_shown_with_what_is_known_and_decided_by_a_person(
    connected: Commandline, planned: dict[str, Any], database_url: str
) -> None:
    assert "Nothing waits" in connected("reconcile").out
    sql(database_url, "UPDATE publications SET state = 'unconfirmed', lane = 'track'")
    assert planned["post_id"] in connected("reconcile").out
    (waiting,) = connected("reconcile", "--json").json["undecided"]
    assert waiting["publication_id"] == planned["publication_id"]
    shown = connected("reconcile", "plan").out
    assert "No webhook has come about it." in shown
    assert f"postwright reconcile {planned['post_id']} --published" in shown
    address = "https://www.tiktok.com/@demo/video/7301234567890123456?lang=en"
    decided = connected("reconcile", "plan", "--published", address, "--json").json
    assert (decided["state"], decided["url"]) == ("published", address)
    assert decided["tiktok_post_ids"] == ["7301234567890123456"]
    assert decided["evidence"]["attempts"] == []


def test_what_is_not_out_goes_again_only_if_that_is_asked_for(
    connected: Commandline, planned: dict[str, Any], database_url: str
) -> None:
    sql(database_url, "UPDATE publications SET state = 'unconfirmed', lane = 'track'")
    decided = connected("reconcile", "plan", "--not-published", "--json").json
    assert (decided["state"], decided["reason"]) == ("failed", "reconciled")
    sql(database_url, "UPDATE publications SET state = 'unconfirmed', lane = 'track'")
    assert "scheduled" in connected("reconcile", "plan", "--not-published", "--retry").out


def test_a_copy_is_held_until_a_person_confirms_it(connected: Commandline) -> None:
    first = connected("installation", "--json").json
    assert (first["epoch"], first["in_doubt"], first["held"]) == (1, False, 0)
    assert "the one that goes on" in connected("installation").out
    told = connected("installation", "doubt", "--reason", "A clone of the machine.").out
    assert "postwright installation confirm" in told
    assert not connected("installation", "doubt", "--json").json["is_new"]
    assert "This may be a copy of the data" in connected("posts").err
    shown = connected("installation", "show").out
    assert "In doubt. A clone of the machine." in shown
    assert "stop it for good first" in " ".join(shown.split())
    checks = connected("doctor", "--json").json["checks"]
    (verdict,) = [check for check in checks if check["about"] == "installation"]
    assert verdict["light"] == "red"
    assert "postwright installation confirm" in verdict["do"]
    assert "epoch 2" in connected("installation", "confirm").out
    assert connected("posts").err == ""
    done = connected("installation", "confirm", "--moved", "--json").json
    assert (done["epoch"], done["moved"], done["brought_on"]) == (3, True, 0)
    checks = connected("doctor", "--json").json["checks"]
    (verdict,) = [check for check in checks if check["about"] == "installation"]
    assert verdict["light"] == "green"
