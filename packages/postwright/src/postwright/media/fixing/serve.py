"""What the programs of this folder have in common: limits, orders in, answers out.

A program reads one JSON object per line on stdin and answers each with lines on stdout: any
number of {"done": 0.42}, then {"ok": true, ...} or {"ok": false, "why": "..."}. It ends at once
when stdin ends, in the middle of its work, too: whoever started it is gone then.

The order's "memory_bytes" and "cpu_s" are the most that the process may take for it.
"""

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import SimpleQueue
from typing import Any

_TELL_EVERY_S = 0.25

Tell = Callable[[float], None]


class Refused(Exception):
    """The file cannot be mended; says why in a sentence."""


def serve(carry_out: Callable[[dict[str, Any], Tell], dict[str, Any]]) -> None:
    """Carry out one order after the other until stdin ends.

    Args:
        carry_out: does what an order says and returns what to answer; may raise Refused.
    """
    orders = SimpleQueue[dict[str, Any]]()
    threading.Thread(target=_read, args=(orders,), daemon=True).start()
    while True:
        order = orders.get()
        limit(int(order.pop("memory_bytes")), int(order.pop("cpu_s")))
        try:
            answer = {"ok": True, **carry_out(order, _teller())}
        except Refused as refused:
            answer = {"ok": False, "why": str(refused)}
        except MemoryError:
            answer = {"ok": False, "why": "Mending it takes more memory than it may."}
        _write(answer)


def _read(orders: SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    os._exit(0)


def limit(memory_bytes: int, cpu_s: int) -> None:
    """Set the limits for what comes now. A system that does not know one goes without it."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    cpu_s += int(spent.ru_utime + spent.ru_stime) + 1
    for kind, most in (
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CPU, cpu_s),
        (resource.RLIMIT_CORE, 0),
    ):
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most, resource.getrlimit(kind)[1]))


def _teller() -> Tell:
    last = 0.0

    def tell(done: float) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _TELL_EVERY_S:
            last = now
            _write({"done": round(min(max(done, 0.0), 1.0), 4)})

    return tell


def _write(answer: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()
