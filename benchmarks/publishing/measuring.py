"""CPU time and memory of processes, as the kernel counts them."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")


def cpu_s(pids: Iterable[int]) -> float:
    """Seconds of CPU that these processes have used, with the children they have waited for.

    One that has ended counts nothing: what it used is its parent's by then.
    """
    ticks = 0
    for pid in pids:
        with suppress(FileNotFoundError, ProcessLookupError):
            ticks += sum(map(int, _stat(pid)[11:15]))
    return ticks / _TICKS


def memory_mb(pid: int) -> float:
    """What is resident, in MB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE / 1e6


def family(pid: int) -> list[int]:
    """A process and everything that descends from it."""
    parents = {int(each.name): _parent(int(each.name)) for each in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for each in found:
        found += [child for child, parent in parents.items() if parent == each]
    return found


def share(values: list[float], part: float) -> float:
    """The value that `part` of all are at most: 0.99 for the 99th percentile."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]


def _stat(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()


def _parent(pid: int) -> int:
    try:
        return int(_stat(pid)[1])
    except OSError:
        return 0
