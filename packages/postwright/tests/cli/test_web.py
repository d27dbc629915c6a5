"""The web part as a command, and what the doctor prints."""

import signal
import socket
import time
from pathlib import Path
from typing import Any

import pytest

from demo.photos import make_photos
from tests.factories.commandline import APP, READY_S, Commandline, ask, read_until

pytestmark = pytest.mark.slow


def test_web_serves_alone_until_it_is_stopped(postwright: Commandline) -> None:
    postwright.environ |= {"POSTWRIGHT_WEB__PORT": "0"}
    process = postwright.start("web", until="Serving at http://127.0.0.1:")
    assert postwright.stop(process) == 0


def test_tiktok_tells_the_command_what_happens(connected: Commandline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connected.environ |= {"POSTWRIGHT_WEB__PORT": str(port)}
    process = connected.start("web", until="Serving at")
    url = {"webhook_url": f"http://127.0.0.1:{port}/webhooks/tiktok"}
    connected.control(f"apps/{APP[0]}", url, method="PATCH")
    connected.control("webhooks", {"event": "something.new", "client_key": APP[0]})
    told = until_told(connected)
    assert (told["state"], told["attempts"][0]["status"]) == ("delivered", 200)
    connected.environ |= {"POSTWRIGHT_WEB__PUBLIC_URL": "https://media.example.com"}
    ran = connected("doctor", "--json")
    (news,) = [each for each in ran.json["checks"] if each["about"] == "webhooks"]
    assert "a moment ago" in news["says"]
    assert connected.stop(process) == 0


def test_photos_wait_for_a_web_part_that_was_killed_and_say_so(
    connected: Commandline, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    connected.environ |= {
        "POSTWRIGHT_WEB__PORT": str(port),
        "POSTWRIGHT_WEB__PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    connected.control(f"apps/{APP[0]}", {"allow_localhost_urls": True}, method="PATCH")
    web = connected.start("web", until="Serving at")
    assert found(connected, "web") == ("green", f"The web part answers at http://127.0.0.1:{port}.")
    connected.stop(web, signal.SIGKILL)
    (photo,) = make_photos(tmp_path, 1)
    assert connected(*connected.publish(photo, key="album")).code == 0
    connected.start("worker", until="is running")
    held = connected.until("album", "held")
    assert (held["reason"], held["advice"], held["expected_at"]) == ("web_away", "fix", None)
    told = " ".join(connected("status", "album").out.split())
    assert "held: the web part, from which TikTok would fetch it, is not running" in told
    assert "start the web part: postwright web, or postwright up" in told
    light, says = found(connected, "web")
    assert (light, says.rpartition(" Posts")[2]) == ("red", " that wait for it: 1.")
    connected.start("web", until="Serving at")
    connected.until("album", "published")
    assert len(connected.control("state")["posts"]) == 1


def found(connected: Commandline, about: str) -> tuple[str, str]:
    """What the doctor says of one thing."""
    checks = connected("doctor", "--json").json["checks"]
    (check,) = [check for check in checks if check["about"] == about]
    return check["light"], check["says"]


def until_told(connected: Commandline) -> dict[str, Any]:
    ends = time.monotonic() + READY_S
    while time.monotonic() < ends:
        (told,) = connected.control("webhooks")["deliveries"]
        if told["attempts"]:
            return told
        time.sleep(0.02)
    raise AssertionError("it was never sent")


def test_up_serves_too_and_says_where(alone: Commandline) -> None:
    alone.environ |= {"POSTWRIGHT_WEB__PORT": "0"}
    process = alone.start("up", until="Database  ")
    assert process.stdout is not None
    address = read_until(process, "Web  ").split()[1]
    assert ask(f"{address}/readyz")["status"] == "ok"
    assert alone.stop(process) == 0


def test_a_port_that_is_taken_stops_web_but_not_up(alone: Commandline) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        alone.environ |= {"POSTWRIGHT_WEB__PORT": str(taken.getsockname()[1])}
        assert "Another program listens there" in alone.refused(5, "web")
        process = alone.start("up", until="Media is not served")
        assert alone.stop(process) == 0
        alone.environ |= {"POSTWRIGHT_WEB__PUBLIC_URL": "https://media.example.com"}
        assert "cannot listen" in alone.refused(5, "up")


def test_the_doctor_ends_with_1_while_something_is_red_and_prints_no_secret(
    connected: Commandline,
) -> None:
    ran = connected("doctor", "--json")
    found = {check["about"]: check for check in ran.json["checks"]}
    assert (ran.code, ran.json["healthy"]) == (1, False)
    assert found["workers"]["light"] == "red"
    assert found["database"]["light"] == found["accounts"]["light"] == "green"
    shown = connected("doctor")
    assert "✗ workers" in shown.out
    assert "demo-desktop-secret" not in shown.out + ran.out


def test_the_doctor_ends_with_0_when_a_worker_runs(connected: Commandline) -> None:
    process = connected.start("worker", until="is running")
    looks = 1
    while (ran := connected("doctor")).code and looks < 20:
        looks += 1
    assert ran.code == 0, ran.out
    assert "Nothing to mend" in ran.out
    assert connected.stop(process) == 0


def test_a_verification_file_that_is_none_is_said(postwright: Commandline) -> None:
    postwright.environ |= {"POSTWRIGHT_WEB__TIKTOK_VERIFICATION": "hello.txt"}
    assert "TIKTOK_VERIFICATION" in postwright.refused(11, "web")
