from pathlib import Path
from typing import Any

import pytest

from demo.video import make_video
from postwright.media.probe import VideoProbe, probe

pytestmark = pytest.mark.slow


async def test_the_default_is_what_a_phone_would_show(tmp_path: Path) -> None:
    seen = await probe(make_video(tmp_path / "default.mp4", duration_s=1))

    assert isinstance(seen, VideoProbe)
    assert (seen.container, seen.video_codec, seen.audio_codec) == ("mp4", "h264", "aac")
    assert (seen.width, seen.height, seen.fps) == (1080, 1920, 30)
    assert seen.pixel_format == "yuv420p"


def test_the_same_arguments_make_the_same_bytes(tmp_path: Path) -> None:
    wanted: dict[str, Any] = {"width": 360, "height": 640, "duration_s": 1.0, "min_bytes": 400_000}
    first = make_video(tmp_path / "a.mp4", **wanted)
    second = make_video(tmp_path / "b.mp4", **wanted)
    other = make_video(tmp_path / "c.mp4", **wanted, seed=1)

    assert first.read_bytes() == second.read_bytes()
    assert first.read_bytes() != other.read_bytes()


def test_the_size_asked_for_is_reached_and_progress_is_told(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []

    def on_progress(done: int, total: int) -> None:
        told.append((done, total))

    path = make_video(
        tmp_path / "large.mp4",
        width=720,
        height=1280,
        duration_s=2,
        min_bytes=8_000_000,
        on_progress=on_progress,
    )

    assert 8_000_000 <= path.stat().st_size < 12_000_000
    assert told[-1] == (60, 60)


def test_the_index_is_at_the_front(tmp_path: Path) -> None:
    start = make_video(tmp_path / "a.mp4", width=360, height=640, duration_s=1).read_bytes()

    assert start.index(b"moov") < start.index(b"mdat")


@pytest.mark.parametrize("changes", [{"width": 361}, {"path": "a.txt"}])
def test_what_cannot_be_made_is_refused_and_leaves_nothing(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    path = tmp_path / str(changes.pop("path", "a.mp4"))

    with pytest.raises(ValueError, match=r"even|container"):
        make_video(path, **changes)

    assert list(tmp_path.iterdir()) == []
