"""What processes have used."""

import os
import subprocess
import sys

from benchmarks.publishing.measuring import cpu_s


def test_a_process_that_has_ended_meanwhile_counts_nothing() -> None:
    with subprocess.Popen([sys.executable, "-c", "pass"]) as ended:
        ended.wait()
    mine = cpu_s([os.getpid()])
    assert mine > 0
    assert cpu_s([ended.pid]) == 0
    assert cpu_s([ended.pid, os.getpid()]) >= mine
