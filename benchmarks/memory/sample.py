"""Looks at the memory of processes, again and again."""

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

_EVERY_S = 0.05


@dataclass(slots=True)
class Gauge:
    """The resident memory of one process, in bytes; `peak` also counts what no sample saw.

    The kernel keeps a high-water mark, where it does; it includes the start of the process.
    """

    pid: int
    samples: list[int] = field(default_factory=list[int])

    def look(self) -> None:
        """Take a sample."""
        self.samples.append(psutil.Process(self.pid).memory_info().rss)

    def since(self, first: int) -> int:
        """The largest sample from number `first` on."""
        return max(self.samples[first:])

    @property
    def high_water(self) -> int | None:
        """The kernel's own mark."""
        with suppress(OSError):
            for line in Path(f"/proc/{self.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    return int(line.split()[1]) * 1024
        return None


async def watch(gauges: list[Gauge]) -> None:
    """Sample until cancelled."""
    while True:
        for gauge in gauges:
            gauge.look()
        await asyncio.sleep(_EVERY_S)
