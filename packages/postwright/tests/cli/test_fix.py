"""Mending from the command line: a file alone, one in the store, one on its way out."""

import json
import struct
import zlib
from pathlib import Path

import pytest
from PIL import Image

from demo.video import make_video
from tests.factories.commandline import Commandline
from tiktok_emulator.upload.media import probe as emulators_probe

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fast(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A video with too many pictures per second."""
    folder = tmp_path_factory.mktemp("fast")
    return make_video(folder / "fast.mp4", width=540, height=960, duration_s=3, fps=120)


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A good video in the wrong container."""
    folder = tmp_path_factory.mktemp("screen")
    return make_video(folder / "screen.mkv", width=540, height=960, duration_s=4)


def test_a_file_is_mended_beside_itself_without_a_database(
    alone: Commandline, fast: Path, folder: Path
) -> None:
    source = folder / "fast.mp4"
    source.write_bytes(fast.read_bytes())

    ran = alone("check", source, "--fix")

    assert ran.code == 0, ran
    assert "frame rate: 120 fps -> 60 fps [media.video.fps]" in ran.out
    assert ran.out.splitlines()[-1] == "It can go out like this."
    facts = emulators_probe(folder / "fast.mended.mp4")
    assert facts is not None
    assert facts.frame_rate == 60
    assert source.read_bytes() == fast.read_bytes()
    assert sorted(path.name for path in folder.iterdir()) == ["fast.mended.mp4", "fast.mp4"]
    assert "stays as it is" in alone.refused(3, "check", source, "--fix")


def test_several_photos_go_into_a_folder(alone: Commandline, folder: Path) -> None:
    Image.new("RGB", (1254, 1254), "teal").save(folder / "a.png")
    Image.new("CMYK", (800, 600), (0, 90, 90, 0)).save(folder / "b.jpg")
    (folder / "out").mkdir()

    ran = alone("check", folder / "a.png", folder / "b.jpg", "--fix", "--out", folder / "out")
    again = alone("check", *sorted((folder / "out").iterdir()), "--json")
    into_one = alone.refused(
        3, "check", folder / "a.png", folder / "b.jpg", "--fix", "--out", folder / "one.jpg"
    )

    assert ran.code == 0, ran
    assert again.json["ok"]
    assert [one["probe"]["mode"] for one in again.json["files"]] == ["RGB", "RGB"]
    assert "Several files need a folder" in into_one


def test_a_new_name_without_an_ending_is_a_folder_that_is_made(
    alone: Commandline, folder: Path
) -> None:
    Image.new("RGB", (800, 800), "teal").save(folder / "a.png")

    ran = alone("check", folder / "a.png", "--fix", "--out", folder / "new" / "out")

    assert ran.code == 0, ran
    with Image.open(folder / "new" / "out" / "a.mended.jpg") as image:
        assert image.format == "JPEG"


def test_what_cannot_be_mended_is_named_with_its_rules_and_the_others_are_mended(
    alone: Commandline, folder: Path
) -> None:
    Image.new("RGB", (800, 800), "teal").save(folder / "good.png")
    hollow = (
        _chunk(b"IHDR", struct.pack(">IIBBBBB", 800, 800, 8, 2, 0, 0, 0)),
        _chunk(b"IDAT", zlib.compress(bytes(1000))),
        _chunk(b"IEND", b""),
    )
    (folder / "bad.png").write_bytes(b"\x89PNG\r\n\x1a\n" + b"".join(hollow))

    ran = alone("check", folder / "bad.png", folder / "good.png", "--fix", "--json")

    assert (ran.code, ran.json["ok"]) == (3, False)
    assert [Path(one["file"]).name for one in ran.json["mended"]] == ["good.mended.jpg"]
    assert {(found["file"], found["rule"]) for found in ran.json["findings"]} >= {
        ("bad.png", "preflight.files.unmendable"),
        ("bad.png", "media.photo.formats"),
    }


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def test_what_to_cut_to_must_be_known(alone: Commandline, fast: Path) -> None:
    assert "how long" in alone.refused(3, "check", fast, "--fix", "--trim")
    assert "go with --fix" in alone.refused(2, "check", fast, "--trim")


def test_a_file_in_the_store_is_mended_by_the_command_if_no_worker_runs(
    postwright: Commandline, screen: Path, folder: Path
) -> None:
    out = folder / "out.mp4"
    ran = postwright("media", "fix", screen, "--out", out, "--json")
    added = postwright("media", "list", "--json").json["media"]
    again = postwright("media", "fix", screen)
    nothing = postwright("media", "fix", out)

    assert ran.code == 0, ran
    told = ran.json["media"]
    original = next(media for media in added if media["id"] == told["original_id"])
    assert original["name"] == "screen.mkv"
    assert told["name"] == "screen.mp4"
    assert told["changes"] == [
        {
            "what": "container",
            "before": "matroska",
            "after": "mp4",
            "rule": "media.video.formats",
        }
    ]
    assert emulators_probe(out) is not None
    assert told["id"] in again.out
    assert "nothing that could be mended" in nothing.out


def test_a_long_video_is_cut_only_when_that_is_said(
    connected: Commandline, video: Path, folder: Path
) -> None:
    connected.control("creators/demo", {"max_video_post_duration_sec": 3}, method="PATCH")
    check = ("check", video, "--account", "@demo")

    refused = connected(*check, "--fix", "--json")
    cut = connected(*check, "--fix", "--trim", "--out", folder / "cut.mp4", "--json")
    to_two = connected("media", "fix", video, "--trim-to", 2, "--json")

    assert refused.code == 3
    assert refused.json["mended"] == []
    assert cut.code == 0, cut
    assert cut.json["files"][0]["probe"]["duration_ms"] in range(2500, 3001)
    assert to_two.json["media"]["probe"]["duration_ms"] in range(1500, 2001)


def test_a_video_is_mended_on_its_way_out(connected: Commandline, fast: Path) -> None:
    connected.start("worker", until="is running")
    refused = connected.refused(3, *connected.publish(fast))
    ran = connected(*connected.publish(fast, key="one", fix=True), "--wait", "--timeout", 60)
    again = connected(*connected.publish(fast, key="one", fix=True), "--json")

    assert "media.video.fps" in refused
    assert ran.code == 0, ran
    assert json.loads(again.out)["is_new"] is False
    (post,) = connected.control("state")["posts"]
    mended = [m for m in connected("media", "list", "--json").json["media"] if m["original_id"]]
    assert [media["sha256"] for media in mended] == [post["sha256"]]
