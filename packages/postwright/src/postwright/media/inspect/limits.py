"""The limits that a process gives itself before it opens somebody's file."""

import os
import resource
import signal
from contextlib import suppress
from pathlib import Path

_OPEN_FILES = 64


def limit(memory_bytes: int, cpu_s: int, wall_s: float) -> None:
    """Set the limits for the rest of this process. A system that lacks one goes without it.

    Nothing can be written to files, and no core is dumped. What is over its time is killed by the
    kernel, whatever it is doing. When the machine runs out of memory, this process goes first.
    """
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")
    for kind, soft, hard in (
        (resource.RLIMIT_AS, memory_bytes, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s, cpu_s + 1),  # equal ones would kill without saying why
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_FSIZE, 0, 0),
        (resource.RLIMIT_NOFILE, _OPEN_FILES, _OPEN_FILES),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (soft, hard))
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, wall_s)


def keep_only(*files: int) -> None:
    """Close every open file but these, and put nothing in the place of stdin and its like."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in range(3):
        os.dup2(nothing, number)
    at = 3
    for kept in (*sorted(files), os.sysconf("SC_OPEN_MAX")):
        os.closerange(at, min(kept, 65_536))
        at = kept + 1
