"""From the command line to a profile, and every way to look at it."""

import hashlib
import re
import signal
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.factories.afar import Afar
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def test_a_file_is_published_and_followed_to_its_end(
    asked: Commandline | Afar, connected: Commandline, video: Path
) -> None:
    connected.start("worker", until="is running")
    command = connected.publish(video, caption="First light", key="first", allow_comment=True)
    ran = asked(*command, "--wait", "--timeout", 60)
    assert ran.code == 0, ran
    lines = ran.out.splitlines()
    assert lines[0].startswith("probing: 540 x 960, 30 fps, ")
    assert lines[-1].startswith("processing: published: http://127.0.0.1:")
    (post,) = connected.control("state")["posts"]
    assert post["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert (post["title"], post["disable_comment"]) == ("First light", False)
    seen = asked("status", "first", "--json").json
    assert (seen["state"], seen["tiktok_post_ids"]) == ("published", [post["post_id"]])
    assert seen["url"] == post["url"]
    assert asked("status", "first", "--watch").code == 0
    calls = asked("ledger", "first", "--json").json["calls"]
    assert [call["operation"] for call in calls][1:3] == ["video.init", "upload"]
    assert all(call["log_id"] for call in calls if call["operation"] != "upload")
    everything = connected("ledger").out
    assert "oauth.token" in everything
    assert "creator_info" in everything


def test_with_json_each_change_is_a_line(
    asked: Commandline | Afar, connected: Commandline, video: Path
) -> None:
    connected.start("worker", until="is running")
    soon = (datetime.now(UTC) + timedelta(seconds=3)).isoformat()
    command = connected.publish(video, key="soon", at=soon)
    ran = asked(*command, "--wait", "--timeout", 60, "--json")
    states = [line["state"] for line in ran.json_lines]
    assert ran.code == 0, ran
    assert states[-1] == "published"
    assert set(states[:-1]) <= {
        "scheduled", "preparing", "submitting", "uploading", "processing"
    }  # fmt: skip
    assert ran.json_lines[-1]["uploaded_bytes"] == video.stat().st_size
    again = asked(*command, "--json")  # its time has passed, but it is the same command
    assert (again.code, again.json["is_new"], again.json["state"]) == (0, False, "published")


def test_a_post_that_tiktok_does_not_take_ends_with_8(connected: Commandline, video: Path) -> None:
    connected.control("creators/demo", {"banned": True}, method="PATCH")
    connected.control("faults", {"operation": "creator_info", "kind": "drop_before", "count": 3})
    connected.start("worker", until="is running")
    ran = connected(*connected.publish(video, key="banned"), "--wait", "--timeout", 60, "--json")
    assert ran.code == 8, ran
    assert ran.json_lines[-1]["error"]["code"] == "publish_failed"
    assert connected("status", "banned", "--watch").code == 8


def test_a_creator_who_may_not_post_is_refused_at_once(connected: Commandline, video: Path) -> None:
    connected.control("creators/demo", {"banned": True}, method="PATCH")
    said = connected.refused(5, *connected.publish(video))
    assert "TikTok does not let @demo post." in said
    assert connected.nothing_was_stored()


@pytest.mark.parametrize("is_relative", [True, False])
def test_the_same_key_again_is_the_same_post(
    connected: Commandline, video: Path, *, is_relative: bool
) -> None:
    at = "+2h" if is_relative else (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    first = connected(*connected.publish(video, key="monday", at=at), "--json")
    again = connected(*connected.publish(video, key="monday", at=at), "--json")
    assert (first.json["is_new"], again.json["is_new"]) == (True, False)
    assert first.json["post_id"] == again.json["post_id"]
    assert "this is the same post" in again.err
    assert len(connected("posts", "--json").json["posts"]) == 1
    assert connected("posts", "--json").json["next"] is None
    said = connected.refused(5, *connected.publish(video, key="monday", caption="Another"))
    assert "The key 'monday' was used for another post" in said


def test_without_a_worker_the_person_is_told(connected: Commandline, video: Path) -> None:
    ran = connected(*connected.publish(video))
    assert "No worker is running. It goes out when one does: postwright up" in ran.err
    assert re.search(r"^post_\w{12}: scheduled: goes out at ", ran.out, re.MULTILINE)


def test_a_post_is_cancelled_and_then_never_goes_out(connected: Commandline, video: Path) -> None:
    connected(*connected.publish(video, at="+1h", key="never"))
    assert connected("cancel", "never").code == 0
    assert connected("status", "never", "--json").json["state"] == "cancelled"
    assert connected("status", "never", "--watch").code == 8
    assert connected.refused(5, "cancel", "never")


def test_accounts_say_what_they_need(connected: Commandline) -> None:
    (account,) = connected("accounts", "--json").json["accounts"]
    assert (account["account"], account["state"], account["to_do"]) == (
        "@demo", "connected", "nothing"
    )  # fmt: skip
    assert "@demo" in connected("accounts").out


def test_check_asks_what_this_creator_may_do(connected: Commandline, video: Path) -> None:
    assert connected("check", video).code == 0
    assert connected("check", video, "--account", "@demo", "--privacy", "public").code == 0
    ran = connected("check", video, "--account", "@demo", "--privacy", "followers", "--json")
    assert (ran.code, ran.json["ok"]) == (3, False)
    assert ran.json["creator"]["privacy_options"][0] == "PUBLIC_TO_EVERYONE"


def test_check_needs_no_database(alone: Commandline, video: Path) -> None:
    ran = alone("check", video, "--json")
    assert (ran.code, ran.json["ok"]) == (0, True)
    assert not alone.data_dir.exists()


def test_ctrl_c_ends_the_waiting_and_not_the_post(
    asked: Commandline | Afar, connected: Commandline, video: Path
) -> None:
    command = connected.publish(video, key="later", at="+1h", wait=True)
    process = asked.start(*command, until="waiting")
    process.send_signal(signal.SIGINT)
    output, _ = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "The post goes on without this command." in output
    assert connected("status", "later", "--json").json["state"] == "scheduled"


def test_a_post_that_waits_for_a_person_does_not_go_on_by_itself(
    connected: Commandline, video: Path
) -> None:
    connected(*connected.publish(video, key="held", at="+2s"))
    connected.control("reset", {})  # an emulator that starts anew knows no token any more
    connected.start("worker", until="is running")
    watching = connected.start("status", "held", "--watch", until="connected again")
    watching.send_signal(signal.SIGINT)
    watching.communicate(timeout=60)
    said = connected.refused(9, "status", "held", "--watch", "--timeout", "1")
    assert "It goes on when that is done: postwright accounts reconnect @demo." in said
    assert "by itself" not in said
    assert "ended" in connected("accounts").out


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_that_is_stopped_is_quiet_and_leaves_the_post_alone(
    connected: Commandline, video: Path, number: int, code: int
) -> None:
    connected(*connected.publish(video, key="later", at="+1h"))
    process = connected.start("status", "later", "--watch", until="scheduled")
    process.send_signal(number)
    output, _ = process.communicate(timeout=60)
    assert (process.returncode, output.strip()) == (code, "")
    assert connected("status", "later", "--json").json["state"] == "scheduled"
