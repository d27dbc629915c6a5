"""Open a video for the programs of this folder, with nothing but that one file to read from."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import av
from av.error import FFmpegError
from av.stream import Disposition

from postwright.media.fixing.serve import Refused

# Read ahead at most. Of pictures of a megabyte each, the usual 5 MB are too few to learn in which
# order they are shown, and without that they cannot be taken over.
_PROBED_BYTES = 64_000_000
# Demuxers that read one file and nothing else, as in media/inspect.py, without still pictures.
_DEMUXERS = "mov,matroska,webm,avi,mpegts,mpeg,mpegvideo,m4v,flv,asf,ogg"


@contextmanager
def opened(path: Path) -> Generator[Any]:
    """The container; what the library trips over is refused with a reason.

    Raises:
        Refused: the file cannot be read.
    """
    options = {
        "protocol_whitelist": "file",
        "format_whitelist": _DEMUXERS,
        "fflags": "+genpts",
        "probesize": str(_PROBED_BYTES),
    }
    try:
        with av.open(f"file:{path}", options=options) as container:
            yield container
    except FFmpegError as error:
        if isinstance(error, MemoryError):
            raise
        message = f"Its contents cannot be worked on: {error.strerror}."
        raise Refused(message) from None


def picture_stream(container: Any) -> Any:
    """The stream with the largest pictures; the cover of an album is none.

    Raises:
        Refused: there is none that can be decoded.
    """
    streams = [
        stream
        for stream in container.streams.video
        if not stream.disposition & Disposition.attached_pic and stream.codec_context is not None
    ]
    if not streams:
        message = "There is no video in it that can be decoded."
        raise Refused(message)
    return max(streams, key=lambda stream: int(stream.width) * int(stream.height))


def sound_stream(container: Any) -> Any | None:
    """The first sound track that can be decoded."""
    return next((s for s in container.streams.audio if s.codec_context is not None), None)


def start_of(container: Any) -> float:
    """The time of the file's first moment, in seconds: some count from an hour, or from minus."""
    return float(container.start_time or 0) / 1_000_000
