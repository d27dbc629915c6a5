"""Pause, resume, forecast and jobs, as people and programs see them."""

from pathlib import Path

import pytest

from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def test_a_paused_account_is_shown_everywhere_and_goes_on_when_resumed(
    connected: Commandline, video: Path
) -> None:
    ran = connected("pause", "--account", "@demo", "--reason", "wrong video")
    assert (ran.code, ran.out) == (0, "Paused: @demo.\n")
    again = connected("pause", "--account", "demo", "--json").json
    assert again == {"paused": "@demo", "is_new": False}
    connected("pause", "--account", "demo", "--reason", "wrong video")
    assert connected(*connected.publish(video, key="waits")).code == 0
    connected.start("worker", until="is running")
    connected.until("waits", "held")

    told = connected("status", "waits").out
    assert "held: publishing is paused (wrong video)" in told
    told = connected("forecast", "--json").json
    assert [one["reason"] for one in told["forecast"]] == ["paused"]
    assert told["accounts"][0]["paused"] == "wrong video"
    assert "wrong video" in connected("forecast").out
    held = connected("jobs", "--json").json
    assert held["held"] == {"paused": 1}
    assert len(held["workers"]) == 1
    assert "publishing is paused" in connected("jobs").out

    ran = connected("resume", "--account", "@demo")
    assert ran.out == "Resumed: @demo. 1 that it held go out now.\n"
    assert connected("status", "waits", "--watch", "--timeout", 60).code == 0


def test_what_another_pause_holds_is_said_when_one_ends(connected: Commandline) -> None:
    connected("pause", "--all", "--reason", "maintenance")
    connected("pause")
    ran = connected("resume")
    assert ran.out == "Resumed: this workspace.\n"
    assert "Still paused: everything: maintenance" in ran.err
    assert connected("resume", "--all", "--json").json["paused"] == []


def test_accounts_tell_of_their_pauses_with_the_reason_and_what_ends_them(
    connected: Commandline,
) -> None:
    connected("pause", "--account", "@demo", "--reason", "wrong video")
    connected("pause", "--reason", "holidays")
    (facts,) = connected("accounts", "--json").json["accounts"]
    assert [(one["of"], one["reason"]) for one in facts["pauses"]] == [
        ("@demo", "wrong video"),
        ("this workspace", "holidays"),
    ]
    assert facts["pauses"][0]["since"]
    assert facts["state"] == "connected"
    assert "postwright resume --account @demo; to post again: postwright resume" in facts["to_do"]
    listed = " ".join(connected("accounts").out.split())
    assert "paused since" in listed
    assert "wrong video" in listed
    shown = connected("accounts", "show", "@demo").out
    assert "paused          @demo, since" in shown
    assert ": holidays" in shown
    connected("resume")
    connected("resume", "--account", "@demo")
    connected("pause", "--all")
    assert "postwright resume --all" in connected("accounts", "show", "@demo").out


def test_one_account_and_all_exclude_each_other(connected: Commandline) -> None:
    assert "exclude each other" in connected.refused(3, "pause", "--all", "--account", "@demo")
    assert "No connected account" in connected.refused(4, "pause", "--account", "@nobody")


def test_the_forecast_draws_what_waits_in_the_next_day(connected: Commandline, video: Path) -> None:
    assert connected(*connected.publish(video, key="later", at="+3h")).code == 0
    assert connected(*connected.publish(video, key="too", at="+3h")).code == 0
    ran = connected("forecast")
    line = next(line for line in ran.out.splitlines() if line.startswith("@demo"))
    assert line.split()[1].count("2") == 1
    assert "0 of about 15" in line
    told = connected("forecast", "--account", "@demo", "--json").json
    assert told["waiting"] == 2
    assert [one["reason"] for one in told["forecast"]] == ["", ""]
    assert told["forecast"][0]["starts_at"] == told["forecast"][0]["publish_at"]
    jobs = connected("jobs", "--json").json
    (start,) = [one for one in jobs["lanes"] if one["kind"] == "start"]
    assert (start["planned"], start["due"], start["late"]) == (1, 0, 0)
    assert "No worker is running" in connected("jobs").err


def test_without_an_account_there_is_nothing_to_forecast(postwright: Commandline) -> None:
    assert "No account is connected yet" in postwright("forecast").out
