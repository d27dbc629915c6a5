"""What `check` says of the files of a post, one or many."""

from pathlib import Path

import pytest
from PIL import Image

from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


@pytest.fixture
def album(folder: Path) -> list[Path]:
    """Three photos: a good one, one to mend, one that is cut off."""
    paths = [folder / name for name in ("good.jpg", "wide.jpg", "cut.jpg")]
    for path, sides in zip(paths, ((1080, 1350), (1086, 1448), (1080, 1350)), strict=True):
        Image.effect_noise(sides, 50).save(path)
    content = paths[2].read_bytes()
    paths[2].write_bytes(content[: len(content) // 2])
    return paths


def test_of_many_photos_each_has_its_line_and_the_bad_ones_are_named(
    alone: Commandline, album: list[Path]
) -> None:
    ran = alone("check", *album)

    assert ran.code == 3
    lines = ran.out.splitlines()
    assert [line.split()[0] for line in lines[:4]] == ["FILE", "good.jpg", "wide.jpg", "cut.jpg"]
    assert [line.split()[-1] for line in lines[1:4]] == ["good", "mend", "no"]
    assert "✗ wide.jpg: Its shorter side is longer than TikTok takes." in ran.out
    assert "[media.photo.short-side]" in ran.out
    assert "✗ cut.jpg: It is cut off" in ran.out
    assert lines[-1] == "It cannot go out like this."


def test_a_program_is_told_the_same(alone: Commandline, album: list[Path]) -> None:
    ran = alone("check", *album, "--json")

    assert (ran.code, ran.json["ok"]) == (3, False)
    assert [file["kind"] for file in ran.json["files"]] == ["photo", "photo", None]
    assert ran.json["files"][1]["probe"]["width"] == 1086
    assert [(found["file"], found["kind"], found["rule"]) for found in ran.json["findings"]] == [
        ("cut.jpg", "error", "preflight.files.unreadable"),
        ("wide.jpg", "fixable", "media.photo.short-side"),
    ]


def test_photos_that_fit_and_their_texts_pass(alone: Commandline, album: list[Path]) -> None:
    words = ("--title", "Lisbon", "--caption", "é" * 4000, "--cover", 2)

    assert alone("check", album[0], album[0], *words).code == 0
    ran = alone("check", album[0], *words)
    assert ran.code == 3
    assert "[photo.init.cover-index-range]" in ran.out


def test_files_of_one_name_are_told_apart(alone: Commandline, album: list[Path]) -> None:
    other = album[0].parent / "other" / "good.jpg"
    other.parent.mkdir()
    Image.new("RGB", (1200, 1200)).save(other)

    findings = alone("check", album[0], other, "--json").json["findings"]

    assert [found["file"] for found in findings] == [str(other)]


def test_photos_and_a_video_do_not_make_a_post(
    alone: Commandline, album: list[Path], video: Path
) -> None:
    ran = alone("check", album[0], video)

    assert ran.code == 3
    assert "[preflight.files.mixed]" in ran.out


def test_what_is_for_photos_is_no_option_of_a_video(alone: Commandline, video: Path) -> None:
    assert "is for photos" in alone.refused(2, "check", video, "--title", "Lisbon")


def test_a_file_that_cannot_be_read_is_refused_with_its_rule_alone_as_well(
    alone: Commandline, folder: Path
) -> None:
    text = folder / "diary.mp4"
    text.write_text("Dear diary")

    told = alone("check", text, "--fix", "--json")

    assert (told.code, told.json["ok"], told.json["mended"]) == (3, False, [])
    (finding,) = told.json["findings"]
    assert (finding["kind"], finding["rule"]) == ("error", "preflight.files.unreadable")
    assert (finding["file"], told.json["files"][0]["kind"]) == ("diary.mp4", None)
    assert "[preflight.files.unreadable]" in alone("check", text).out
