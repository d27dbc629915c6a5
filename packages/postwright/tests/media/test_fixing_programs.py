"""The programs that mend: what they take, when they end, what a bad file does to them."""

import asyncio
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from postwright.media.fixing.benches import benches
from postwright.media.fixing.errors import FixFailed
from postwright.media.fixing.mend import mend
from postwright.media.fixing.run import Limits, started
from postwright.media.probe import probe

from .conftest import Corpus, Video
from .mended import recipe_of

pytestmark = pytest.mark.slow


async def test_a_program_without_its_parent_ends_at_once_and_so_does_one_that_stalls(
    video: Video, tmp_path: Path
) -> None:
    recipe = recipe_of(await probe(video(fps=120)))
    assert recipe is not None

    with pytest.raises(FixFailed, match=r"could not be mended") as caught:
        await mend(
            recipe,
            video(fps=120),
            tmp_path / "out.mp4",
            limits=Limits(stall_s=0.01),
            probe_timeout_s=30,
        )

    assert "Nothing came of it for 0.01 s" in caught.value.why
    async with started("photo", Limits()) as bench:
        one = psutil.Process(bench.pid)
        bench.close()
        await asyncio.to_thread(one.wait, 10)


def working() -> list[int]:
    """The programs that mend photos for this process."""
    children = psutil.Process().children()
    return [child.pid for child in children if "postwright.media.fixing.photo" in child.cmdline()]


async def test_many_photos_are_mended_by_one_program_and_a_bad_one_harms_none(
    corpus: Corpus, tmp_path: Path
) -> None:
    source = corpus("good.png")
    recipe = recipe_of(await probe(source))
    assert recipe is not None
    seen = list[list[int]]()

    async with benches(Limits()) as kept:
        for number, one in enumerate((source, source, corpus("cut.png"), source)):
            output = tmp_path / f"{number}.jpg"
            with suppress(FixFailed):
                await mend(recipe, one, output, limits=Limits(), probe_timeout_s=30, kept=kept)
            seen.append(working())

    assert [len(pids) for pids in seen] == [1, 1, 0, 1]
    assert seen[0] == seen[1]
    assert [(tmp_path / f"{number}.jpg").exists() for number in range(4)] == [1, 1, 0, 1]
    assert not working()


async def test_a_file_that_eats_memory_is_stopped(corpus: Corpus, tmp_path: Path) -> None:
    recipe = recipe_of(await probe(corpus("huge.jpg")))
    assert recipe is not None
    Image.new("RGB", (9000, 9000)).save(tmp_path / "huge.png", compress_level=1)

    with pytest.raises(FixFailed) as caught:
        await mend(
            recipe,
            tmp_path / "huge.png",
            tmp_path / "out.jpg",
            limits=Limits(memory_bytes=300 << 20),
            probe_timeout_s=30,
        )

    assert "memory" in caught.value.why
