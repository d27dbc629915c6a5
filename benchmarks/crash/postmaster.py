"""The run's PostgreSQL, which can be killed and comes back as `postwright up` would have it."""

import os
import signal
from dataclasses import dataclass
from pathlib import Path

from postwright.db import embedded
from postwright.db.embedded import EmbeddedServer


@dataclass(slots=True)
class Postmaster:
    """The embedded server of a folder. Its address stays the same over all of its lives."""

    folder: Path
    url: str = ""
    pid: int = 0

    def start(self) -> EmbeddedServer:
        """Start it, if it does not run."""
        server = embedded.ensure_running(self.folder)
        self.url, self.pid = self.url or server.app_url, server.pid
        return server

    def kill(self) -> None:
        """End it with kill -9; what it had in hand is recovered at the next start."""
        os.kill(self.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Stop it at once, without a word to its clients."""
        embedded.stop(self.folder, mode="immediate")
