"""What becomes of a post's settings, in the words of the options that set them."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from postwright.cli.choices import plainly
from postwright.platforms.content import Kind
from postwright.platforms.report import Outcome, Reported

_NAMES: Final = {
    "privacy_level": "privacy",
    "title": "title",
    "description": "caption",
    "allow_comment": "comments",
    "allow_duet": "duets",
    "allow_stitch": "stitches",
    "cover_timestamp_ms": "cover",
    "cover_index": "cover",
    "auto_add_music": "music",
    "brand_content": "paid partnership",
    "brand_organic": "your brand",
    "is_aigc": "AI label",
}
_SWITCHES: Final = {
    "others may": ("allow_comment", "allow_duet", "allow_stitch"),
    "labels": ("brand_organic", "brand_content", "is_aigc"),
}
_DEEDS: Final = {"allow_comment": "comment", "allow_duet": "make duets", "allow_stitch": "stitch"}


def rows(settings: Mapping[str, Any], kind: Kind) -> dict[str, str]:
    """What was chosen, by what it is called; what was left alone is not told."""
    found = {
        "title": str(settings.get("title", "")) if kind is Kind.PHOTO else "",
        "caption": str(settings.get("title" if kind is Kind.VIDEO else "description", "")),
        "privacy": plainly(str(settings.get("privacy_level") or "")),
        "cover": _cover(settings, kind),
        "music": "added by TikTok" if settings.get("auto_add_music") else "",
    }
    for label, names in _SWITCHES.items():
        on = [_DEEDS.get(name, _NAMES[name]) for name in names if settings.get(name)]
        found[label] = ", ".join(on)
    return {label: text for label, text in found.items() if text}


def _cover(settings: Mapping[str, Any], kind: Kind) -> str:
    if kind is Kind.PHOTO:
        index = settings.get("cover_index") or 0
        return f"photo {index + 1}" if index else ""
    at_ms = settings.get("cover_timestamp_ms")
    return "" if at_ms is None else f"at {at_ms / 1000:g} s"


def unheeded(report: Iterable[Reported | Mapping[str, Any]], kind: Kind) -> list[str]:
    """What TikTok ignores or makes something else of, and why; a line for each reason."""
    by_reason = dict[tuple[str, str], list[str]]()
    for each in report:
        one = each if isinstance(each, Reported) else Reported(**each)
        if one.outcome != Outcome.APPLIED:
            by_reason.setdefault((str(one.outcome), one.why), []).append(name_of(one.setting, kind))
    return [f"{', '.join(names)}: {how}. {why}" for (how, why), names in by_reason.items()]


def name_of(setting: str, kind: Kind) -> str:
    """What people call a setting."""
    if setting == "title" and kind is Kind.VIDEO:
        return "caption"
    return _NAMES.get(setting, setting)
