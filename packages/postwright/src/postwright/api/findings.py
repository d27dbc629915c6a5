"""What each network's rules say of a file by itself: the same rules that hold when it is sent."""

from collections.abc import Mapping, Sequence
from typing import Any

from postwright.api.wire.media import FindingOut, LimitOut
from postwright.api.wire.validate import TextLength
from postwright.media.findings import Finding
from postwright.media.probe import PhotoProbe, Probe, read_probe
from postwright.platforms.tiktok.limits import (
    CAPTION_UNITS,
    PHOTO_BYTES,
    PHOTO_DESCRIPTION_UNITS,
    PHOTO_TITLE_UNITS,
    SIZE_BYTES,
)
from postwright.platforms.tiktok.rules import check_files
from postwright.platforms.tiktok.rules_post import caption_units

TIKTOK = "tiktok"
_TEXTS: Mapping[str, tuple[int, str]] = {
    TIKTOK: (CAPTION_UNITS, "caption of a video"),
    "tiktokPhotoTitle": (PHOTO_TITLE_UNITS, "title of photos"),
    "tiktokPhotoDescription": (PHOTO_DESCRIPTION_UNITS, "description of photos"),
}
_UNITS = ("bytes", "KB", "MB", "GB", "TB")


def findings_of(probe: Probe, *, min_duration_s: float) -> Mapping[str, Sequence[Finding]]:
    """By network, what is wrong with a file; creators' own limits are not looked at."""
    name = "photo" if isinstance(probe, PhotoProbe) else "video"
    return {TIKTOK: check_files([(name, probe)], None, min_duration_s=min_duration_s)}


def found_in(probe: dict[str, Any], *, min_duration_s: float) -> dict[str, list[FindingOut]]:
    """The same as it goes over the wire."""
    found = findings_of(read_probe(probe), min_duration_s=min_duration_s)
    return {network: [shown(each) for each in each_one] for network, each_one in found.items()}


def shown(finding: Finding) -> FindingOut:
    """A finding as it goes over the wire."""
    return FindingOut(
        kind=finding.kind,
        rule=finding.rule,
        says=finding.says,
        measured=finding.measured,
        limit=finding.limit,
        fix=finding.fix,
    )


def size_limits(probe: Probe) -> dict[str, LimitOut]:
    """By network, the size that it allows such a file."""
    limit = PHOTO_BYTES if isinstance(probe, PhotoProbe) else SIZE_BYTES
    within = probe.size_bytes <= limit
    return {TIKTOK: LimitOut(limit=limit, limit_formatted=size(limit), within_limit=within)}


def text_lengths(text: str) -> dict[str, TextLength]:
    """By network, and by place in it, how long a text is and may be."""
    count = caption_units(text)
    return {
        name: TextLength(
            count=count, limit=most, valid=count <= most, unit="utf16", used_as=used_as
        )
        for name, (most, used_as) in _TEXTS.items()
    }


def size(count: int) -> str:
    """A number of bytes for people, like 10.5 MB; a KB has 1024 bytes."""
    shown_as, unit = float(count), 0
    while shown_as >= 1024 and unit < len(_UNITS) - 1:
        shown_as, unit = shown_as / 1024, unit + 1
    return f"{count} bytes" if unit == 0 else f"{shown_as:.1f} {_UNITS[unit]}"
