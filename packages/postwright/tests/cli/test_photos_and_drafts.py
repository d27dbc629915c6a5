"""Photos and drafts from the command line: out of the box, and refused where they cannot work."""

import json
import subprocess
from pathlib import Path

import pytest

from demo.photos import make_photos
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow

ONE = {"account": "@demo", "privacy": "public"}


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_photos(tmp_path_factory.mktemp("photos"), 3)


@pytest.fixture
def up(alone: Commandline) -> subprocess.Popen[str]:
    """`postwright up --emulator` with @demo connected for posts and drafts, and no setting."""
    alone.environ["POSTWRIGHT_WEB__PORT"] = "0"
    process = alone.start("up", "--emulator", "--emulator-port", 0, until="TikTok  ")
    alone.emulator = json.loads((alone.data_dir / "emulator.json").read_text())["base_url"]
    alone.connect(purposes=("publish", "draft"))
    return process


@pytest.mark.usefixtures("up")
def test_photos_go_out_in_their_order_and_a_draft_is_finished_on_the_phone(
    alone: Commandline, photos: list[Path], video: Path
) -> None:
    (kept,) = alone("media", "add", photos[2], "--json").json["media"]
    words = ("--title", "Lisbon", "--caption", "June", "--cover", 2, "--music", "--wait")
    ran = alone(
        *("publish", kept["id"], photos[0], photos[1], "--key", "album", *words),
        *("--account", "@demo", "--privacy", "public", "--timeout", 60),
    )
    assert (ran.code, ran.err) == (0, ""), ran
    (post,) = alone.control("state")["posts"]
    seen = alone("status", "album", "--json").json
    assert [photo["sha256"] for photo in post["photos"]] == [
        file["sha256"] for file in seen["files"]
    ]
    assert (post["title"], post["cover_index"], post["auto_add_music"]) == ("Lisbon", 1, True)
    assert (seen["kind"], seen["source"], seen["urls"]) == ("photo", "pull", [post["url"]])
    told = alone("status", "album").out
    for line in ("title        Lisbon", "cover        photo 2", "seen by      everyone"):
        assert line in told

    ran = alone(
        *("publish", video, "--account", "@demo", "--draft", "--caption", "Lost", "--key", "idea"),
        *("--wait", "--timeout", 60),
    )
    assert (ran.code, ran.out.splitlines()[-1]) == (
        0, "processing: delivered: open TikTok's inbox on the phone to finish it"
    )  # fmt: skip
    assert "caption: ignored. TikTok takes none for a draft" in ran.err
    seen = alone("status", "idea", "--json").json
    assert seen["settings_report"][0]["outcome"] == "ignored"
    assert "draft: small.mp4" in alone("posts").out
    alone.control(f"drafts/{seen['publish_id']}/finish", {})
    alone.start("status", "idea", "--watch", until="http")


@pytest.mark.usefixtures("up")
def test_the_doctor_has_nothing_to_mend_with_an_emulator(alone: Commandline) -> None:
    ran = alone("doctor", "--json")
    assert [check for check in ran.json["checks"] if check["light"] == "red"] == []


def test_without_a_public_address_photos_are_refused_before_anything_is_stored(
    connected: Commandline, photos: list[Path], video: Path
) -> None:
    said = connected.refused(11, *connected.publish(photos[0]))
    assert "Photos need an address from which TikTok can fetch them" in said
    assert "docs/howto/serve-media.md" in said
    assert "Videos with --pull" in connected.refused(11, *connected.publish(video, pull=True))
    assert connected.nothing_was_stored()
    connected.environ["POSTWRIGHT_WEB__PUBLIC_URL"] = "https://media.example.com"
    ran = connected(*connected.publish(photos[0], at="+1h"))
    assert ran.code == 0, ran


def test_an_account_that_has_not_allowed_drafts_is_told_how_to(
    connected: Commandline, video: Path
) -> None:
    said = connected.refused(6, "publish", video, "--account", "@demo", "--draft")
    assert "@demo has not allowed drafts." in said
    assert "postwright accounts reconnect @demo --for draft" in said
    assert connected.nothing_was_stored()


def test_photos_and_a_video_are_refused_with_the_rule(
    connected: Commandline, photos: list[Path], video: Path
) -> None:
    said = connected.refused(3, "publish", photos[0], video, "--account", "@demo")
    assert "[preflight.files.mixed]" in said
    assert connected.nothing_was_stored()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cover": "3.5s"}, "The cover of photos is one of them"),
        ({"allow_duet": True}, "--allow-duet is for videos"),
        ({"upload": True}, "--upload is for videos"),
        ({"privacy": None}, "Who may see it?"),
        ({"cover": "0"}, "'0' is no cover."),
        ({"cover": "٣"}, "is no cover."),
    ],
)
def test_options_that_do_not_fit_photos(
    connected: Commandline, photos: list[Path], options: dict[str, object], words: str
) -> None:
    assert words in connected.refused(2, *connected.publish(photos[0], **options))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"cover": 2}, "--cover 2s"),
        ({"title": "Lisbon"}, "--title is for photos"),
        ({"music": True}, "--music is for photos"),
    ],
)
def test_options_that_do_not_fit_a_video(
    connected: Commandline, video: Path, options: dict[str, object], words: str
) -> None:
    assert words in connected.refused(2, *connected.publish(video, **options))


def test_a_kept_file_that_is_not_there(connected: Commandline) -> None:
    said = connected.refused(4, "publish", "media_000000000000", "--account", "@demo", "--draft")
    assert "media_000000000000" in said
