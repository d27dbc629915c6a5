"""`postwright media`: files in and out of the store."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from tests.factories.bucket import running_bucket_server
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def photo(path: Path, size: tuple[int, int] = (640, 480)) -> Path:
    Image.frombytes("RGB", size, os.urandom(size[0] * size[1] * 3)).save(path)
    return path


def test_a_file_is_added_listed_shown_and_removed(
    postwright: Commandline, video: Path, tmp_path: Path
) -> None:
    picture = photo(tmp_path / "me.jpg")
    ran = postwright("media", "add", video, picture)
    assert ran.code == 0, ran
    assert "540 x 960" in ran.out
    assert "640 x 480, jpeg" in ran.out

    listed = postwright("media", "list", "--json").json
    by_name = {media["name"]: media for media in listed["media"]}
    assert by_name.keys() == {video.name, "me.jpg"}
    assert by_name["me.jpg"]["kind"] == "photo"
    assert by_name["me.jpg"]["content_type"] == "image/jpeg"
    assert listed["used_bytes"] == video.stat().st_size + picture.stat().st_size
    clip = by_name[video.name]
    assert clip["id"] in postwright("media", "list").out

    shown = postwright("media", "show", clip["sha256"])
    assert clip["id"] in shown.out
    assert "video/mp4" in shown.out
    assert postwright("media", "show", clip["id"], "--json").json["is_stored"] is True

    removed = postwright("media", "rm", clip["id"], by_name["me.jpg"]["id"])
    assert removed.code == 0, removed
    assert "is removed" in removed.out
    assert postwright("media", "list", "--json").json == {"media": [], "used_bytes": 0}
    assert "removed" in postwright("media", "show", clip["id"]).out
    assert postwright("media", "rm", clip["id"]).code == 0


def test_a_file_that_cannot_be_added_does_not_keep_the_others_out(
    postwright: Commandline, video: Path, tmp_path: Path
) -> None:
    (tmp_path / "text.mp4").write_text("This is no video.")
    ran = postwright("media", "add", tmp_path / "text.mp4", tmp_path / "nothing.mp4", video)

    assert ran.code == 3
    assert video.name in ran.out
    assert "text.mp4" in ran.err
    assert "nothing.mp4" in ran.err
    assert "Traceback" not in ran.err
    again = postwright("media", "add", tmp_path / "text.mp4", video, "--json")
    assert [media["name"] for media in again.json["media"]] == [video.name]
    assert [error["code"] for error in again.json["errors"]] == ["media_unreadable"]


def test_what_a_post_needs_is_not_removed_and_the_post_is_named(
    connected: Commandline, video: Path
) -> None:
    made = connected(*connected.publish(video, at="+10m", json=True)).json
    (media,) = connected("media", "list", "--json").json["media"]
    assert [use["id"] for use in media["needed_by"]] == [made["post_id"]]
    assert made["post_id"] in connected("media", "list").out

    told = connected.refused(5, "media", "rm", media["id"])

    assert made["post_id"] in told
    assert "postwright cancel" in told
    assert connected("cancel", made["post_id"]).code == 0
    assert connected("media", "rm", media["id"]).code == 0


def test_an_unknown_file_is_a_clear_error(postwright: Commandline) -> None:
    for command in ("show", "rm"):
        assert "media_nothing" in postwright.refused(4, "media", command, "media_nothing")
    assert "media list" in postwright.refused(4, "media", "show", "media_nothing")


def test_a_quota_is_told_with_what_is_used(postwright: Commandline, video: Path) -> None:
    postwright.environ["POSTWRIGHT_MEDIA__QUOTA_BYTES"] = "1000"
    told = postwright.refused(10, "media", "add", video)
    assert "0 of 1,000 are used" in told
    assert "QUOTA_BYTES" in told
    assert postwright("media", "add", video, "--json").json["error"]["code"] == "media_quota"


def test_a_sweep_says_what_it_would_do(postwright: Commandline, video: Path) -> None:
    postwright("media", "add", video)
    dry = postwright("media", "sweep", "--dry-run", "--json").json
    assert dry == {"dry_run": True, "removed": [], "freed": 0, "freed_bytes": 0, "parts": 0}
    ran = postwright("media", "sweep")
    assert ran.code == 0
    assert "0 removed" in ran.out


def test_a_bucket_takes_the_place_of_the_folder(
    postwright: Commandline, video: Path, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text("test\n")
    with running_bucket_server(tmp_path / "log") as server:
        server.make("media")
        postwright.environ |= {
            "POSTWRIGHT_MEDIA__URL": "s3://media/here",
            "POSTWRIGHT_MEDIA__ENDPOINT": server.endpoint,
            "POSTWRIGHT_MEDIA__ACCESS_KEY_ID": "test",
            "POSTWRIGHT_MEDIA__SECRET_ACCESS_KEY_FILE": str(secret),
        }
        added = postwright("media", "add", video, "--json")
        assert added.code == 0, added
        (media,) = added.json["media"]
        (key,) = server.keys("media")
        assert key.endswith(f"{media['sha256'][:2]}/{media['sha256'][2:]}")
        postwright.environ["POSTWRIGHT_MEDIA__URL"] = "s3://elsewhere"
        assert "no such bucket" in postwright.refused(10, "media", "add", video)
    postwright.environ["POSTWRIGHT_MEDIA__URL"] = "ftp://media"
    assert "s3://" in postwright.refused(11, "media", "list")


def test_a_command_that_is_killed_while_it_adds_leaves_nothing_to_be_seen(
    postwright: Commandline, big_video: Path
) -> None:
    words = [sys.executable, "-m", "postwright.cli", "media", "add", str(big_video)]
    for pause in (0.0, 0.05, 0.2):
        process = subprocess.Popen(
            words, env=postwright.environ, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, start_new_session=True,
        )  # fmt: skip
        try:
            process.wait(timeout=0.8 + pause)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
        process.communicate()
    assert postwright("media", "add", big_video).code == 0
    (media,) = postwright("media", "list", "--json").json["media"]
    assert postwright("media", "show", media["id"], "--json").json["is_stored"] is True
    folder = postwright.data_dir / "media"
    assert [path for path in folder.iterdir() if path.name.startswith(".part-")] == []
