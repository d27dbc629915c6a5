"""Find out what a file is by its first bytes, and look into it."""

import os
from pathlib import Path
from typing import Any

from postwright.media.inspect import photo, video
from postwright.media.inspect.refused import Refused

_HEAD_BYTES = 512


def look(file: int) -> dict[str, Any]:
    """Say what is in an open file: {"ok": True, "kind": "video" or "photo", "probe": {...}}.

    The file is known by its number only, so that neither its name nor what lies there by now can
    mislead. What cannot be used is {"ok": False, "why": "..."}.
    """
    path = Path(f"/dev/fd/{file}")
    size_bytes = os.fstat(file).st_size
    head = os.pread(file, _HEAD_BYTES, 0)
    try:
        if (kind := photo.kind_of(head)) is not None:
            return {"ok": True, "kind": "photo", "probe": photo.look(path, kind, head, size_bytes)}
        return {"ok": True, "kind": "video", "probe": video.look(path, head, size_bytes)}
    except Refused as refused:
        return {"ok": False, "why": str(refused)}
    except MemoryError:
        return {"ok": False, "why": "Reading it takes more memory than a file should."}
