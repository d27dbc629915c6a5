"""The programs: Python, Postwright, and what reads and writes media."""

import asyncio
import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from postwright.cli.doctor.verdict import Scene, Verdict, green, red

_NEEDED = {"libx264": "w", "aac": "w", "h264": "r", "hevc": "r", "vp9": "r"}


async def check(scene: Scene) -> Sequence[Verdict]:  # noqa: ARG001  # every check is given it
    """Name them; what is missing in the codecs is red."""
    names = ("tiktok-client", "av", "pillow", "pillow-heif", "obstore")
    told = ", ".join(f"{name} {_version(name)}" for name in names)
    says = f"Postwright {_version('postwright')}, Python {platform.python_version()}; {told}."
    if missing := await asyncio.to_thread(_missing):
        do = "Install av again from its wheels: pip install --force-reinstall av"
        return [red("versions", f"{says} PyAV cannot do {', '.join(missing)}.", do)]
    return [green("versions", says)]


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "(not installed)"


def _missing() -> list[str]:
    # Slow to import, and only needed here.
    from av.codec import Codec  # noqa: PLC0415  # see above
    from av.codec.codec import UnknownCodecError  # noqa: PLC0415  # as above

    missing = list[str]()
    for name, mode in _NEEDED.items():
        try:
            Codec(name, "w" if mode == "w" else "r")
        except UnknownCodecError:
            missing.append(name)
    return missing
