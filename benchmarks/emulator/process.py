"""An emulator in a process of its own, on one core, and what it uses."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tiktok_emulator import Control

TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Served:
    """A running emulator; `started_s` is from its start as a process to its ready line."""

    control: Control
    pid: int
    started_s: float

    def cpu_s(self) -> float:
        """CPU seconds it has used, of all its threads."""
        fields = Path(f"/proc/{self.pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
        user, system = fields.split()[11:13]
        return (int(user) + int(system)) / TICKS_PER_S

    def rss_bytes(self) -> int:
        """Memory it has in use just now."""
        return int(self._status("VmRSS")) * 1024

    def peak_bytes(self) -> int:
        """The most memory it has had in use."""
        return int(self._status("VmHWM")) * 1024

    def _status(self, name: str) -> str:
        text = Path(f"/proc/{self.pid}/status").read_text(encoding="utf-8")
        return text.partition(f"{name}:")[2].split()[0]


@contextmanager
def serving(spool: Path, *, core: int | None = None) -> Generator[Served]:
    """Run `tiktok-emulator serve --demo` until the block ends, on one core if one is named."""
    command = [sys.executable, "-m", "tiktok_emulator", "serve", "--demo", "--json"]
    began = time.perf_counter()
    with subprocess.Popen(
        [*command, "--port", "0", "--spool", str(spool)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            ready = json.loads(process.stdout.readline())
            started_s = time.perf_counter() - began
            if core is not None:
                os.sched_setaffinity(process.pid, {core})
            yield Served(Control(ready["base_url"]), process.pid, started_s)
        finally:
            process.terminate()
