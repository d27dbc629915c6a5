"""The demonstration holds what it promises, and leaves nothing behind."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.factories.commandline import clean_environ

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[4]


def demo(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "demo", *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean_environ(TMPDIR=folder),
        timeout=240,
    )


def test_a_video_of_ones_own_photos_and_a_draft_reach_a_profile_once_each(
    video: Path, tmp_path: Path
) -> None:
    ran = demo(tmp_path, "--video", video)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    for proof in (
        "Exactly one video, with the same bytes, and its page plays them",
        "Exactly one carousel, with the same photos in the same order",
        "Finished on the phone: it is a post now, and Postwright has its link",
        "All three are on the phone page",
    ):
        assert proof in ran.stdout
    assert list(tmp_path.iterdir()) == []
    table = ran.stdout[ran.stdout.index("what  ") :].splitlines()
    assert max(map(len, table)) <= 80


def test_a_video_to_play_with_is_made_once(tmp_path: Path) -> None:
    clip = tmp_path / "clip.mp4"
    words = [sys.executable, "-m", "demo.video", str(clip)]
    first = subprocess.run(words, check=False, capture_output=True, text=True, cwd=ROOT)
    again = subprocess.run(words, check=False, capture_output=True, text=True, cwd=ROOT)
    assert (first.returncode, first.stdout) == (0, f"{clip}: {clip.stat().st_size:,} bytes\n")
    assert (again.returncode, again.stderr) == (
        1, f"{clip} is there already, and stays as it is.\n"
    )  # fmt: skip


def test_a_file_that_tiktok_would_not_take_is_refused_with_its_reasons(
    clips: Path, tmp_path: Path
) -> None:
    ran = demo(tmp_path, "--video", clips / "fast.mp4")
    assert ran.returncode == 1
    assert "200 fps; allowed: 23 to 60" in " ".join(ran.stdout.split())
    assert list(tmp_path.iterdir()) == []
