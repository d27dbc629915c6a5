"""Whatever is wrong is said on one screen, with a code of its own, and nothing is half-done."""

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from postwright.db import embedded
from tests.factories.commandline import Commandline, running_emulator

pytestmark = pytest.mark.slow

# A letter is one UTF-16 unit, this emoji two: 2,201 in all, of 1,101 characters.
TOO_LONG = "🚀" * 1_100 + "!"


def test_a_file_that_is_missing(postwright: Commandline) -> None:
    said = postwright.refused(4, *postwright.publish(Path("nowhere.mp4")))
    assert "nowhere.mp4 does not exist." in said


def test_a_file_that_is_no_video(connected: Commandline, clips: Path) -> None:
    said = connected.refused(3, *connected.publish(clips / "text.mp4"))
    assert "[preflight.files.unreadable]" in said
    assert connected.nothing_was_stored()


@pytest.mark.parametrize(
    ("clip", "rule", "words"),
    [
        ("short.mp4", "preflight.video.shortest", "2.005 s; allowed: at least 3 s"),
        ("fast.mp4", "media.video.fps", "200 fps; allowed: 23 to 60 fps"),
        ("tiny.mp4", "media.video.sides", "300 x 400 pixels; allowed: each side 360 to 4096"),
    ],
)
def test_a_video_that_breaks_a_rule(
    connected: Commandline, clips: Path, clip: str, rule: str, words: str
) -> None:
    said = connected.refused(3, *connected.publish(clips / clip))
    assert f"{clip} cannot be published like this." in said
    assert rule in said
    assert words in said
    assert connected.nothing_was_stored()
    assert connected("check", clips / clip).code == 3


def test_a_file_that_this_user_may_not_read(connected: Commandline, folder: Path) -> None:
    # What even root cannot open for reading: a socket.
    with socket.socket(socket.AF_UNIX) as closed:
        closed.bind(str(folder / "clip.mp4"))
        said = connected.refused(3, *connected.publish(folder / "clip.mp4"))
    assert "clip.mp4 cannot be used." in said


def test_a_folder_is_called_by_its_name(
    postwright: Commandline, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    assert f"{folder.name} cannot be used." in postwright.refused(3, "check", ".")


def test_a_file_whose_name_is_not_in_utf8(connected: Commandline, video: Path) -> None:
    odd = video.parent / os.fsdecode(b"Gr\xfc\xdfe.mp4")
    odd.hardlink_to(video)
    try:
        assert connected(*connected.publish(odd, key="odd", at="+1h")).code == 0
    finally:
        odd.unlink()
    assert connected("status", "odd", "--json").json["files"][0]["name"] == "Gr\ufffd\ufffde.mp4"


@pytest.mark.parametrize("option", ["caption", "key", "account"])
def test_words_that_are_not_in_utf8(connected: Commandline, video: Path, option: str) -> None:
    said = connected.refused(2, *connected.publish(video, **{option: "a\udcff"}))
    assert f"Invalid value for '--{option}': it is not text in UTF-8." in said
    assert connected.nothing_was_stored()


@pytest.mark.parametrize(("key", "words"), [("", "it is empty"), ("k" * 201, "200 are allowed")])
def test_a_key_that_is_none(connected: Commandline, video: Path, key: str, words: str) -> None:
    assert words in connected.refused(2, *connected.publish(video, key=key))
    assert connected.nothing_was_stored()


def test_a_caption_of_2201_units(connected: Commandline, video: Path) -> None:
    said = connected.refused(3, *connected.publish(video, caption=TOO_LONG))
    assert "2,201 UTF-16 units; allowed: 2,200" in said
    assert connected.nothing_was_stored()
    assert connected(*connected.publish(video, caption=TOO_LONG[:-1])).code == 0


def test_a_privacy_that_this_creator_is_not_offered(connected: Commandline, video: Path) -> None:
    said = connected.refused(3, *connected.publish(video, privacy="followers"))
    assert "TikTok does not offer this creator the privacy followers" in said
    assert "Choose one of public, friends, private." in said
    assert connected.nothing_was_stored()


def test_a_privacy_that_does_not_exist(postwright: Commandline, video: Path) -> None:
    said = postwright.refused(2, *postwright.publish(video, privacy="everyone"))
    assert "public (PUBLIC_TO_EVERYONE)" in said


def test_branded_content_that_only_its_creator_could_see(
    connected: Commandline, video: Path
) -> None:
    command = connected.publish(video, privacy="self_only", paid_partnership=True)
    said = connected.refused(3, *command)
    assert "Branded content cannot be visible to yourself only." in said
    assert connected.nothing_was_stored()


def test_everything_that_is_wrong_is_listed_at_once(connected: Commandline, clips: Path) -> None:
    command = connected.publish(clips / "fast.mp4", caption=TOO_LONG, cover="99s")
    said = connected.refused(3, *command)
    for rule in ("media.video.fps", "posting.init.title-length", "posting.init.cover-timestamp"):
        assert rule in said
    error = connected(*command, "--json").json["error"]
    assert error["code"] == "preflight"
    assert len(error["findings"]) == 3


def test_an_account_that_nobody_knows(connected: Commandline, video: Path) -> None:
    said = connected.refused(4, *connected.publish(video, account="@nobody"))
    assert "No connected account is called @nobody. Why Connected accounts: @demo." in said
    assert connected.nothing_was_stored()


def test_an_account_whose_authorisation_has_ended(connected: Commandline, video: Path) -> None:
    connected.control("reset", {})  # an emulator that starts anew knows no token any more
    said = connected.refused(6, *connected.publish(video))
    assert "@demo cannot be posted to" in said
    assert "postwright accounts reconnect @demo" in said
    assert connected.nothing_was_stored()
    (account,) = connected("accounts", "--json").json["accounts"]
    assert account["state"] == "expired"


def test_a_time_that_has_passed(connected: Commandline, video: Path) -> None:
    said = connected.refused(3, *connected.publish(video, at="2026-01-01T10:00Z"))
    assert "has passed." in said
    assert connected.nothing_was_stored()


def test_what_a_tiktok_that_is_not_there_allows_later_is_not_known(
    postwright: Commandline, video: Path
) -> None:
    with running_emulator() as address:
        postwright.emulator = postwright.environ["POSTWRIGHT_TIKTOK__BASE_URL"] = address
        postwright.connect()
    ran = postwright(*postwright.publish(video, key="later", at="+1h"))
    assert (ran.code, "TikTok could not be reached" in ran.err) == (0, True)


def test_a_tiktok_that_is_not_there_is_no_place_to_publish_at_once(
    postwright: Commandline, video: Path
) -> None:
    with running_emulator() as address:
        postwright.emulator = postwright.environ["POSTWRIGHT_TIKTOK__BASE_URL"] = address
        postwright.connect()
        assert postwright(*postwright.publish(video, key="before", at="+1h")).code == 0
    said = postwright.refused(7, *postwright.publish(video, key="now"))
    assert "TikTok cannot be reached, so nothing can go out now." in said
    ran = postwright(*postwright.publish(video, key="later", at="+1h"))
    assert (ran.code, "TikTok could not be reached" in ran.err) == (0, False)  # known from before
    again = postwright(*postwright.publish(video, key="before", at="+1h"), "--json")
    assert (again.code, again.json["is_new"]) == (0, False)
    keys = {post["key"] for post in postwright("posts", "--json").json["posts"]}
    assert keys == {"before", "later"}


def test_an_answer_of_tiktok_that_is_lost_leaves_the_post_to_the_worker(
    connected: Commandline, video: Path
) -> None:
    connected.control("faults", {"operation": "creator_info", "kind": "drop_before", "count": 9})
    ran = connected(*connected.publish(video, key="later"))
    assert ran.code == 0, ran
    assert "TikTok could not be reached" in ran.err
    assert "No worker is running" in ran.err
    assert connected("status", "later", "--json").json["state"] == "scheduled"
    said = connected.refused(9, *connected.publish(video, key="later", wait=True, timeout=1))
    assert "is not out after 1 s" in said


def test_a_tiktok_that_cannot_be_reached_connects_nobody(postwright: Commandline) -> None:
    port = free_port()
    postwright.environ["POSTWRIGHT_TIKTOK__BASE_URL"] = f"http://127.0.0.1:{port}"
    said = postwright.refused(7, "connect", "tiktok", "--no-browser")
    assert f"TikTok at http://127.0.0.1:{port} does not answer." in said


@pytest.mark.parametrize(
    "words", [("connect", "tiktok", "--no-browser", "--port"), ("up", "--emulator-port")]
)
def test_a_port_that_is_taken(postwright: Commandline, words: tuple[str, ...]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        more = ("--emulator",) if words[0] == "up" else ()
        said = postwright.refused(3, *words, port, *more)
    assert f"Port {port}" in said
    assert "is taken" in said


def test_a_disk_that_is_full(connected: Commandline, video: Path) -> None:
    connected.environ["POSTWRIGHT_MEDIA__RESERVE_BYTES"] = str(10**18)
    said = connected.refused(10, *connected.publish(video))
    assert "There is no room in the media folder" in said
    assert connected.nothing_was_stored()


@pytest.mark.parametrize("words", [("config", "show"), ("config", "show", "--json")])
def test_an_output_that_is_full(postwright: Commandline, words: tuple[str, ...]) -> None:
    with Path("/dev/full").open("w") as full:
        ran = subprocess.run(
            [sys.executable, "-m", "postwright.cli", *words],
            check=False, stdout=full, stderr=subprocess.PIPE, text=True, env=postwright.environ,
        )  # fmt: skip
    assert ran.returncode == 10
    assert "Traceback" not in ran.stderr
    assert ran.stderr.startswith("✗ Something could not be written.")
    assert "No space left on device" in ran.stderr


def test_an_output_that_is_closed(postwright: Commandline) -> None:
    ran = subprocess.run(
        ["/bin/sh", "-c", f"exec {sys.executable} -m postwright.cli accounts >&- 2>&- <&-"],
        check=False, env=postwright.environ,
    )  # fmt: skip
    assert ran.returncode == 0


def test_a_database_that_is_not_there(postwright: Commandline, video: Path) -> None:
    url = f"postgresql://somebody:secret@127.0.0.1:{free_port()}/nowhere"
    postwright.environ["POSTWRIGHT_DATABASE_URL"] = url
    for command in (("accounts",), postwright.publish(video)):  # a worker waits for it
        said = postwright.refused(10, *command)
        assert "The database cannot be reached." in said
        assert "secret" not in said


def test_a_database_that_goes_away_while_a_post_is_followed(
    postwright: Commandline, video: Path, folder: Path
) -> None:
    server = embedded.ensure_running(folder / "other")
    try:
        postwright.environ["POSTWRIGHT_DATABASE_URL"] = server.owner_url
        postwright.connect()
        assert postwright(*postwright.publish(video, at="+1h", key="later")).code == 0
        watching = postwright.start("status", "later", "--watch", until="scheduled")
        os.kill(server.pid, signal.SIGKILL)
        output, _ = watching.communicate(timeout=60)
        assert watching.returncode == 10, output
        assert "The database went away while the post was being followed." in output
        embedded.ensure_running(folder / "other")
        assert postwright("status", "later", "--json").json["state"] == "scheduled"
    finally:
        embedded.stop(folder / "other", mode="immediate")


@pytest.mark.parametrize(
    ("name", "value"),
    [("WORKER__SLOTS", "none"), ("TIKTOK__APP_KIND", "phone"), ("TIKTOK__NONSENSE", "1")],
)
def test_a_setting_that_cannot_be_used(postwright: Commandline, name: str, value: str) -> None:
    postwright.environ[f"POSTWRIGHT_{name}"] = value
    said = postwright.refused(11, "accounts")
    assert f"POSTWRIGHT_{name}" in said


def test_no_app_to_connect_through(postwright: Commandline) -> None:
    postwright.environ["POSTWRIGHT_TIKTOK__CLIENT_KEY"] = ""
    said = postwright.refused(11, "connect", "tiktok", "--no-browser")
    assert "There is no TikTok app to connect through." in said


def test_a_post_that_nobody_knows(postwright: Commandline) -> None:
    for command in ("status", "cancel", "ledger"):
        assert "There is no post nothing." in postwright.refused(4, command, "nothing")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port
