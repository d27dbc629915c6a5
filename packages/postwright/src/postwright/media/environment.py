"""What the programs are given of our environment that read and mend strangers' files."""

import os
import sys

_LIBRARIES = {"LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"}


def bare() -> dict[str, str]:
    """None of ours: what reads a stranger's file has no business with our secrets.

    But where this Python finds its libraries, or it may not even start.
    """
    given = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251  # no setting of ours is read
        if name in _LIBRARIES
    }
    return {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PATH": os.defpath, **given}
