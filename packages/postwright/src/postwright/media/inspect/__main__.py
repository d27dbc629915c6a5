"""Wait for files to look into, and look into each in a process of its own.

    python -m postwright.media.inspect CONTROL

CONTROL is the number of a datagram socket. Each datagram is one order, {"memory_bytes": N,
"cpu_s": N, "wall_s": S}, with two open files: a stream socket for the answer, and the file to look
into. The answer is what `look` says as a line of JSON, then {"status": N} with how the process
ended; one without the first means that the process died of the file. When the other end of the
answer's socket is closed, the process is killed.

Media files are hostile input and their parsers are large C libraries. Loading these takes longer
than looking, so this process loads them once, and forks: what it forks inherits the libraries, but
no secrets (there are none here), no other open files, and its limits. This process itself never
reads a file, runs no threads, and ends when its stdin does or when nothing was asked for a while.
"""

import gc
import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import NoReturn

from postwright.media.inspect.limits import keep_only, limit
from postwright.media.inspect.look import look

_IDLE_MS = 120_000
_ORDER_BYTES = 4096
_STDIN = 0


class Inspector:
    """The process that forks."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._running: dict[int, socket.socket] = {}  # by process id
        self._ended, ended = os.pipe()
        os.set_blocking(ended, False)
        signal.signal(signal.SIGCHLD, _noted)
        signal.set_wakeup_fd(ended, warn_on_full_buffer=False)

    def run(self) -> None:
        """Serve until stdin ends, or until there was nothing to do for a while."""
        while True:
            waiting = select.poll()
            for file in (_STDIN, self._control.fileno(), self._ended):
                waiting.register(file, select.POLLIN)
            for answer in self._running.values():
                waiting.register(answer.fileno(), select.POLLIN)
            ready = {file for file, _ in waiting.poll(_IDLE_MS)}
            if _STDIN in ready or (not ready and not self._running):
                break
            self._reap(ready)
            self._let_go(ready)
            if self._control.fileno() in ready:
                self._take()
        for process_id in self._running:
            os.kill(process_id, signal.SIGKILL)

    def _take(self) -> None:
        order, files, _, _ = socket.recv_fds(self._control, _ORDER_BYTES, 2)
        if len(files) != 2:
            return
        answer = socket.socket(fileno=files[0])
        process_id = os.fork()
        if process_id == 0:
            _carry_out(json.loads(order), answer, files[1])
        os.close(files[1])
        answer.settimeout(0)
        self._running[process_id] = answer

    def _reap(self, ready: set[int]) -> None:
        """Tell how those that have ended have ended."""
        if self._ended not in ready:
            return
        os.read(self._ended, 4096)
        with suppress(ChildProcessError):
            while True:
                process_id, status = os.waitpid(-1, os.WNOHANG)
                if process_id == 0:
                    return
                answer = self._running.pop(process_id, None)
                if answer is None:
                    continue
                told = json.dumps({"status": os.waitstatus_to_exitcode(status)})
                with answer, suppress(OSError):
                    answer.sendall(told.encode() + b"\n")

    def _let_go(self, ready: set[int]) -> None:
        """Kill those that nobody waits for any more: the other end never writes, only closes."""
        for process_id, answer in self._running.items():
            if answer.fileno() in ready:
                os.kill(process_id, signal.SIGKILL)
                with suppress(OSError):
                    answer.recv(_ORDER_BYTES)
                answer.shutdown(socket.SHUT_RDWR)


def _noted(number: int, frame: object) -> None:
    """That a process has ended comes over the wakeup pipe; but only if there is a handler."""


def _carry_out(order: dict[str, float], answer: socket.socket, file: int) -> NoReturn:
    """Look into a file, in the process that was forked for it."""
    status = 1
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        keep_only(answer.fileno(), file)
        limit(int(order["memory_bytes"]), int(order["cpu_s"]), order["wall_s"])
        answer.sendall(json.dumps(look(file)).encode() + b"\n")
        status = 0
    finally:
        # Whatever happened: nothing of the parent's code may run in this process.
        os._exit(status)


def main() -> None:
    """Serve the socket that the command line names."""
    inspector = Inspector(socket.socket(fileno=int(sys.argv[1])))
    gc.freeze()  # what is there now is shared with every fork as long as nobody touches it
    inspector.run()


if __name__ == "__main__":
    main()
