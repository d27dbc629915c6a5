"""Servers that take what is measured: each prints its port when it listens."""

import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager


@contextmanager
def sink(module: str) -> Generator[str]:
    """Run a module until the block ends; give the base address at which it listens."""
    with subprocess.Popen(
        [sys.executable, "-m", module], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()
