"""`python -m benchmarks.media`, which is `make bench NAME=media`."""

import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.media import hosting, mending, probing, storing
from benchmarks.parts import Part, command


def _in_a_folder(measure: Callable[..., Part]) -> Callable[..., Part]:
    """The part, which is given an empty folder of its own."""

    def measured(*, rounds: int, small: bool) -> Part:
        with tempfile.TemporaryDirectory() as folder:
            return measure(Path(folder), rounds=rounds, small=small)

    return measured


main = command(
    "media",
    "Probing against ffprobe, mending against ffmpeg, the media host, and the store.",
    {
        "probe": _in_a_folder(probing.measure),
        "mend": _in_a_folder(mending.measure),
        "host": _in_a_folder(hosting.measure),
        "store": _in_a_folder(storing.measure),
    },
    rounds=15,
)

if __name__ == "__main__":
    main()
