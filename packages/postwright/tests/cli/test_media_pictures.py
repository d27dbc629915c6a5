"""`postwright media picture` and `postwright media limits`."""

import os
from pathlib import Path

import pytest
from PIL import Image

from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def added(postwright: Commandline, path: Path) -> str:
    (media,) = postwright("media", "add", path, "--json").json["media"]
    return str(media["id"])


def sides(path: Path) -> tuple[int, int]:
    with Image.open(path, formats=["JPEG"]) as image:
        image.load()
        return image.size


def test_a_poster_a_frame_and_a_strip_are_taken_out_of_a_video(
    postwright: Commandline, video: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    media = added(postwright, video)

    poster = postwright("media", "picture", media)
    frame = postwright("media", "picture", media, "--at", 0.5, "--out", folder / "cover.jpg")
    strip = postwright("media", "picture", media, "--strip", "--json")

    assert poster.code == frame.code == 0, (poster, frame)
    name = f"{video.stem}.poster.jpg"
    assert poster.out.startswith(f"{name}: 540 x 960, at ")
    assert sides(folder / name) == sides(folder / "cover.jpg") == (540, 960)
    told, tiles = strip.json["picture"], strip.json["tiles"]
    assert told["kind"] == "strip"
    assert sides(folder / strip.json["out"]) == (told["width"], told["height"])
    assert [tile["at_ms"] for tile in tiles[:2]] == [0, told["at_ms"]]
    assert max(tile["x"] + tile["width"] for tile in tiles) <= told["width"]


def test_a_picture_that_cannot_be_taken_is_refused_and_nothing_is_overwritten(
    postwright: Commandline, video: Path, folder: Path
) -> None:
    Image.new("RGB", (1080, 1350), "teal").save(folder / "photo.jpg")
    media, photo = added(postwright, video), added(postwright, folder / "photo.jpg")
    out = folder / "out.jpg"

    small = postwright("media", "picture", photo, "--out", out)
    before = out.read_bytes()

    assert small.code == 0, small
    assert " at " not in small.out
    assert sides(out) == (720, 900)
    assert "stays as it is" in postwright.refused(3, "media", "picture", media, "--out", out)
    assert out.read_bytes() == before
    nowhere = folder / "nowhere" / "a.jpg"
    assert "no such folder" in postwright.refused(3, "media", "picture", media, "--out", nowhere)
    for words in ((media, "--at", 9999), (photo, "--at", 1), (photo, "--strip")):
        refused = postwright.refused(3, "media", "picture", *words, "--out", folder / "no.jpg")
        assert "There is no such picture" in refused
    postwright.refused(2, "media", "picture", media, "--at", 1, "--strip")
    postwright.refused(4, "media", "picture", "media_nothing", "--out", folder / "no.jpg")
    assert not (folder / "no.jpg").exists()


def test_a_workspace_has_a_quota_and_a_retention_of_its_own(
    postwright: Commandline, tmp_path: Path
) -> None:
    grain = Image.frombytes("RGB", (640, 480), os.urandom(640 * 480 * 3))
    grain.save(tmp_path / "grain.jpg")
    at_first = postwright("media", "limits", "--json").json

    small = postwright("media", "limits", "--quota", "1.5kB", "--keep-days", 30)
    refused = postwright.refused(10, "media", "add", tmp_path / "grain.jpg")
    shown = postwright("media", "limits", "--json").json
    postwright("media", "limits", "--quota", "default")
    again = postwright("media", "limits", "--json").json

    assert at_first["quota_bytes"] is None
    assert at_first["own"] == {"quota_bytes": None, "retention_days": None}
    assert "Quota: 1.5 kB (this workspace's own)" in small.out
    assert "Kept: 30 days after the last use (this workspace's own)" in small.out
    assert "of 1,500 are used" in refused
    assert "postwright media limits" in refused
    assert shown["own"] == {"quota_bytes": 1500, "retention_days": 30}
    assert again["own"] == {"quota_bytes": None, "retention_days": 30}
    assert postwright("media", "add", tmp_path / "grain.jpg").code == 0


@pytest.mark.parametrize(
    ("option", "value"),
    [("--quota", "much"), ("--quota", "-1"), ("--keep-days", "0"), ("--keep-days", "²")],
)
def test_a_limit_that_is_none_is_refused(postwright: Commandline, option: str, value: str) -> None:
    before = postwright("media", "limits", "--json").json

    postwright.refused(2, "media", "limits", f"{option}={value}")

    assert postwright("media", "limits", "--json").json == before
