from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Any

import pytest

from demo.video import make_video
from tests.factories.shelf import Shelf, running_shelf

from .corpus import NAMES

Video = Callable[..., Path]


@pytest.fixture(scope="session")
def video(tmp_path_factory: pytest.TempPathFactory) -> Video:
    """Make small videos, each kind once; the first argument is the suffix."""
    folder = tmp_path_factory.mktemp("videos")
    made: dict[str, Path] = {}

    def make(suffix: str = ".mp4", **changes: Any) -> Path:
        name = repr((suffix, sorted(changes.items())))
        if name not in made:
            wanted: dict[str, Any] = {"width": 360, "height": 640, "duration_s": 1.0, **changes}
            made[name] = make_video(folder / f"{len(made)}{suffix}", **wanted)
        return made[name]

    return make


Corpus = Callable[[str], Path]


@pytest.fixture(scope="session")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The files of tests/media/corpus by name, each made once."""
    folder = tmp_path_factory.mktemp("corpus")

    def make(name: str) -> Path:
        path = folder / name
        if not path.exists():
            NAMES[name].make(path)
        return path

    return make


@pytest.fixture
async def shelf(database_url: str, tmp_path: Path) -> AsyncGenerator[Shelf]:
    """Media by itself, with nothing in it."""
    async with running_shelf(database_url, tmp_path) as running:
        yield running
