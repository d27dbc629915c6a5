"""Where media is kept: one interface, a folder or a bucket behind it.

    <workspace>/ab/cdef…   a file whose SHA-256 begins with "ab", whole or not there at all

The same bytes are kept once per workspace. What another workspace has is never looked at: nobody
learns from a fast upload that a stranger owns the same file.
"""

from postwright.media.store.arriving import Arrival
from postwright.media.store.interface import (
    Announce,
    ByteSource,
    Held,
    MediaStore,
    Progress,
    StoredMedia,
)
from postwright.media.store.opening import open_store
from postwright.media.store.original import BLOCK_BYTES, Stopped
from postwright.media.store.verify import verify

__all__ = [
    "BLOCK_BYTES",
    "Announce",
    "Arrival",
    "ByteSource",
    "Held",
    "MediaStore",
    "Progress",
    "Stopped",
    "StoredMedia",
    "open_store",
    "verify",
]
