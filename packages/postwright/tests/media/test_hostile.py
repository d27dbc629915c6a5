"""Files that are made to hurt: they are stopped, and whoever asked goes on."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import psutil
import pytest
from PIL import Image

from postwright.media.errors import MediaUnreadable
from postwright.media.lookout import lookout
from postwright.media.probe import Probe, probe

from .conftest import Video
from .corpus import hostile

pytestmark = pytest.mark.slow

MB = 1_000_000


@pytest.fixture(scope="module")
def spinning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return hostile.spinning(tmp_path_factory.mktemp("hostile") / "spinning.jpg")


@asynccontextmanager
async def heartbeat() -> AsyncGenerator[list[float]]:
    """Beats a hundred times a second; gives the pauses between beats, in seconds."""
    pauses = list[float]()

    async def beat() -> None:
        last = time.monotonic()
        while True:
            await asyncio.sleep(0.01)
            pauses.append(time.monotonic() - last)
            last = time.monotonic()

    task = asyncio.create_task(beat())
    yield pauses
    task.cancel()


def at_work() -> list[psutil.Process]:
    """The processes that look into a file right now."""
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(lookout.process_id or -1).children() if lookout.process_id else []
    return []


async def until(true: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not true():
            await asyncio.sleep(0.005)


async def test_files_that_spin_are_stopped_while_the_heart_beats(
    spinning: Path, video: Video
) -> None:
    good = video()
    async with heartbeat() as pauses:
        answers = await asyncio.gather(
            *(probe(spinning, timeout_s=1) for _ in range(4)),
            probe(good),
            return_exceptions=True,
        )

    *stopped, seen = answers
    assert [
        isinstance(answer, MediaUnreadable) and "longer than 1 s" in answer.why
        for answer in stopped
    ] == [True] * 4
    assert not isinstance(seen, BaseException)
    assert len(pauses) > 20
    assert max(pauses) < 0.5
    await until(lambda: not at_work())


async def test_a_file_that_spins_is_stopped_by_the_kernel_when_nobody_waits(
    spinning: Path,
) -> None:
    order = {"memory_bytes": 1 << 30, "cpu_s": 1, "wall_s": 30}
    with spinning.open("rb") as file:
        by_cpu = await lookout.ask(order, file.fileno())
        by_clock = await lookout.ask({**order, "cpu_s": 30, "wall_s": 0.5}, file.fileno())

    assert by_cpu == [{"status": -signal.SIGXCPU}]
    assert by_clock == [{"status": -signal.SIGALRM}]


@pytest.mark.parametrize(
    ("make", "memory_bytes"),
    [(hostile.greedy, 1 << 30), (hostile.swollen, 400 * MB), (hostile.wordy, 1 << 30)],
)
async def test_a_file_that_wants_too_much_memory_is_refused(
    tmp_path: Path, video: Video, make: Callable[[Path], Path], memory_bytes: int
) -> None:
    path = make(tmp_path / "clip.mp4")
    await probe(video(), memory_bytes=memory_bytes)  # enough for what is no bomb

    with pytest.raises(MediaUnreadable):
        await probe(path, memory_bytes=memory_bytes)


async def test_links_lead_to_files_and_to_nothing_else(video: Video, tmp_path: Path) -> None:
    (tmp_path / "good.mp4").symlink_to(video())
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    (tmp_path / "ring.mp4").symlink_to(tmp_path / "ring.mp4")

    assert await probe(tmp_path / "good.mp4") == await probe(video())
    for name in ("zero.mp4", "ring.mp4"):
        with pytest.raises(MediaUnreadable):
            await probe(tmp_path / name)


async def test_a_file_that_is_exchanged_meanwhile_is_not_what_is_read(
    spinning: Path, video: Video, tmp_path: Path
) -> None:
    path = tmp_path / "clip.mp4"
    path.symlink_to(spinning)
    asked = asyncio.create_task(probe(path, timeout_s=1))
    await until(at_work)
    path.unlink()
    path.symlink_to(video())

    with pytest.raises(MediaUnreadable, match="clip"):
        await asked


async def test_what_reads_a_file_has_no_secrets_and_no_other_files(
    spinning: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POSTWRIGHT_KEY", "very secret")
    lookout.close()
    asked = asyncio.create_task(probe(spinning, timeout_s=1))
    await until(at_work)
    (process,) = at_work()
    await until(lambda: [Path(file.path) for file in process.open_files()] == [spinning] * 2)

    assert "POSTWRIGHT_KEY" not in process.environ()
    assert process.num_fds() <= 6
    if sys.platform == "linux":  # when memory runs out, this one goes, and not the worker
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text() == "1000\n"
    with pytest.raises(MediaUnreadable):
        await asked


async def test_when_the_warm_process_is_killed_the_next_one_answers(video: Video) -> None:
    seen = await probe(video())
    first = lookout.process_id
    assert first is not None
    os.kill(first, signal.SIGKILL)

    answers = await asyncio.gather(*(probe(video()) for _ in range(20)))

    assert answers == [seen] * 20
    assert lookout.process_id != first


async def test_what_is_killed_by_somebody_else_is_looked_into_once_more(
    tmp_path: Path, video: Video
) -> None:
    await probe(video())
    path = tmp_path / "large.png"  # takes long enough to be caught
    Image.effect_noise((4_000, 4_000), 90).save(path, compress_level=1)
    asked = asyncio.create_task(probe(path))
    await until(at_work)
    at_work()[0].kill()

    seen = await asked

    assert (seen.width, seen.height) == (4_000, 4_000)


async def test_a_file_whose_readers_are_all_killed_is_refused(spinning: Path) -> None:
    asked = asyncio.create_task(probe(spinning, timeout_s=60))
    killed = list[int]()
    while not asked.done():
        for reader in at_work():
            reader.kill()
            killed.append(reader.pid)
        await asyncio.wait([asked], timeout=0.005)

    with pytest.raises(MediaUnreadable, match="spinning"):
        await asked
    assert len(set(killed)) == 2


async def test_a_hundred_at_once_are_all_answered(video: Video) -> None:
    seen = await probe(video())

    assert await asyncio.gather(*(probe(video()) for _ in range(100))) == [seen] * 100


async def test_every_loop_of_every_thread_may_ask(video: Video) -> None:
    answers = list[Probe]()
    path = video()

    def ask() -> None:
        answers.append(asyncio.run(probe(path)))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])

    assert answers == [await probe(path)] * 4


_ASKS_AND_STAYS = """
import asyncio, sys
from pathlib import Path
from postwright.media.lookout import lookout
from postwright.media.probe import probe

async def main():
    asked = asyncio.create_task(probe(Path(sys.argv[1]), timeout_s=60))
    while lookout.process_id is None:
        await asyncio.sleep(0.01)
    print(lookout.process_id, flush=True)
    await asked

asyncio.run(main())
"""


def test_when_the_asker_is_killed_nothing_stays(spinning: Path) -> None:
    asker = subprocess.Popen(
        [sys.executable, "-c", _ASKS_AND_STAYS, spinning], stdout=subprocess.PIPE, text=True
    )
    with asker:
        assert asker.stdout is not None
        warm = psutil.Process(int(asker.stdout.readline()))
        deadline = time.monotonic() + 10
        while not (spinners := warm.children()) and time.monotonic() < deadline:
            time.sleep(0.01)
        asker.kill()

    _, alive = psutil.wait_procs([warm, *spinners], timeout=10)
    assert spinners
    assert alive == []
