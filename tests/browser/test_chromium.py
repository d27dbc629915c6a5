"""Where the browser of the tests comes from."""

from pathlib import Path

import pytest

from tests.browser.chromium import NoBrowser, find_chromium, need_chromium


def _program(folder: Path, name: str) -> Path:
    path = folder / name
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_systems_chromium_comes_before_the_downloaded_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bin").mkdir()
    system = _program(tmp_path / "bin", "chromium")
    downloaded = _program(tmp_path, "chrome")
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    assert find_chromium(str(downloaded)) == system
    system.unlink()
    assert find_chromium(str(downloaded)) == downloaded


def test_without_any_browser_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("tests.browser.chromium.APPLICATIONS", ())
    with pytest.raises(NoBrowser, match="apt-get install chromium"):
        need_chromium(str(tmp_path / "nothing"))
