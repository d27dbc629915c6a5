"""Lines that break between here and there, at the worst moments: each post is made once."""

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.factories.afar import Afar
from tests.factories.commandline import READY_S, Commandline
from tests.factories.lossy import Line, Loss, lossy_line

pytestmark = pytest.mark.slow


def until(happened: Callable[[], object]) -> None:
    """Wait until it has."""
    ends = time.monotonic() + READY_S
    while not happened():
        assert time.monotonic() < ends
        time.sleep(0.05)


def seen(line: Line, start: str) -> int:
    """How many requests have come that begin like this."""
    return sum(each.startswith(start) for each in line.seen)


def test_an_answer_that_is_lost_makes_no_second_post(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    with lossy_line(afar.url) as line:
        line.losses = [Loss("POST", "/v1/posts", count=2)]
        ran = afar("--url", line.url, *connected.publish(video, at="+1h"), "--json")
    assert ran.code == 0, ran
    assert line.seen.count("POST /v1/posts") == 3
    (post,) = connected("posts", "--json").json["posts"]
    assert post["post_id"] == ran.json["post_id"]
    twice = afar(*connected.publish(video, at="+1h"), "--json")
    assert twice.json["post_id"] != post["post_id"]


def test_an_upload_that_breaks_off_is_sent_again(
    afar: Afar, connected: Commandline, big_video: Path
) -> None:
    with lossy_line(afar.url) as line:
        line.losses = [
            Loss("PUT", "/v1/media/uploads/", after_bytes=300_000),
            Loss("PUT", "/v1/media/uploads/"),
            Loss("POST", "/v1/media/presign"),
        ]
        ran = afar("--url", line.url, "media", "add", big_video, "--json")
    assert ran.code == 0, ran
    (kept,) = connected("media", "list", "--json").json["media"]
    assert kept["size_bytes"] == big_video.stat().st_size
    puts = [head for head in line.heads if head.startswith("PUT ")]
    assert len(puts) == 3
    # The address is signed: the key has no business there.
    assert not any("authorization" in head.lower() for head in puts)


def test_a_line_that_stays_broken_is_told_and_the_post_goes_on(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected(*connected.publish(video, at="+1h", key="later"))
    with lossy_line(afar.url) as line:
        line.losses = [Loss("GET", "/v1/publications/", count=99)]
        said = afar.refused(7, "--url", line.url, "status", "later")
    assert "does not answer" in said


@pytest.mark.parametrize("key", ["monday", None])
def test_an_answer_that_stays_lost_is_said_to_be_and_how_to_find_out(
    afar: Afar, connected: Commandline, video: Path, key: str | None
) -> None:
    command = connected.publish(video, at="+1h", key=key)
    with lossy_line(afar.url) as line:
        line.losses = [Loss("POST", "/v1/posts", count=99)]
        said = afar.refused(7, "--url", line.url, *command)
    assert "Whether it was posted is not known" in said
    assert ("Give the same command again" if key else "postwright posts --account @demo") in said
    if key is not None:
        assert afar(*command, "--json").json["is_new"] is False
    assert len(connected("posts", "--json").json["posts"]) == 1


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ("PUT /v1/media/uploads/", "Nothing was posted"),
        ("POST /v1/posts", "Whether it was posted is not known"),
    ],
)
def test_ctrl_c_says_how_far_it_has_come(
    afar: Afar, connected: Commandline, video: Path, request_: str, says: str
) -> None:
    command = connected.publish(video, at="+1h", key="monday")
    method, _, path = request_.partition(" ")
    was_posted = method == "POST"
    with lossy_line(afar.url) as line:
        line.losses = [Loss(method, path, holds=True)]
        process = afar.start("--url", line.url, *command, until="probing")
        until(lambda: seen(line, request_))
        if was_posted:
            until(lambda: connected("posts", "--json").json["posts"])
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=READY_S)
    assert process.returncode == 130, output
    assert says in " ".join(output.split())
    assert "Traceback" not in output
    assert len(connected("posts", "--json").json["posts"]) == was_posted
    again = afar(*command, "--json").json
    assert again["is_new"] is not was_posted
    assert len(connected("posts", "--json").json["posts"]) == 1


def test_whoever_watches_is_told_of_changes_also_when_the_stream_has_broken(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected(*connected.publish(video, at="+1h", key="later"))
    with lossy_line(afar.url) as line:
        line.losses = [Loss("GET", "/v1/events", count=2, cuts=True)]
        words = ("--url", line.url, "status", "later", "--watch", "--json")
        process = afar.start(*words, until="scheduled")
        until(lambda: seen(line, "GET /v1/events") >= 3)
        connected("cancel", "later")
        output, _ = process.communicate(timeout=READY_S)
    assert process.returncode == 8, output
    assert '"state": "cancelled"' in output
    streams = [head for head in line.heads if head.startswith("GET /v1/events")]
    assert ["last-event-id" in head.lower() for head in streams[:3]] == [False, True, True]


def test_whoever_watches_asks_where_nothing_is_told(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected(*connected.publish(video, at="+1h", key="later"))
    with lossy_line(afar.url) as line:
        line.losses = [Loss("GET", "/v1/events", count=99)]
        words = ("--url", line.url, "status", "later", "--watch", "--json")
        process = afar.start(*words, until="scheduled")
        connected("cancel", "later")
        output, _ = process.communicate(timeout=READY_S)
    assert process.returncode == 8, output
