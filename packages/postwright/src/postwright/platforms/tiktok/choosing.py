"""TikTok's settings as callers of the API give them, read into our own. Pure.

Nothing has a default that a person has to choose: what is not said is off, and privacy is missing.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from postwright.media.findings import Finding
from postwright.platforms.base import Choice
from postwright.platforms.content import Kind, Mode, Texts
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings

# What TikTok demands of whoever posts for somebody else, and what a missing one says.
_CONSENTS: Final = {
    "content_preview_confirmed": "It has to be said that a person has seen a preview of the post.",
    "express_consent_given": "It has to be said that a person has agreed to the upload.",
}
_BOOLEANS: Final = frozenset(
    {
        "draft", "allow_comment", "allow_duet", "allow_stitch", "brand_partner_promote",
        "is_brand_organic_post", "auto_add_music", "video_made_with_ai", *_CONSENTS,
    }
)  # fmt: skip
_NUMBERS: Final = frozenset({"video_cover_timestamp_ms", "photo_cover_index"})
_COMMERCIAL: Final = ("none", "brand_organic", "brand_content")
_TEXTS: Final = frozenset(
    {"privacy_level", "commercial_content_type", "media_type", "description", "title"}
)
_KNOWN: Final = _BOOLEANS | _NUMBERS | _TEXTS
_LARGEST: Final = 2**31

# What the rules call it, and what callers do.
_FIELDS: Final = {
    "privacy": "privacyLevel",
    "brand content": "commercialContentType",
    "allow comment": "allowComment",
    "allow duet": "allowDuet",
    "allow stitch": "allowStitch",
}
# Our settings, and what callers call those.
_OURS: Final = {
    "privacy_level": "privacy_level",
    "allow_comment": "allow_comment",
    "brand_content": "brand_partner_promote",
    "brand_organic": "is_brand_organic_post",
    "is_aigc": "video_made_with_ai",
}
_OUR_VIDEOS: Final = {
    "allow_duet": "allow_duet",
    "allow_stitch": "allow_stitch",
    "cover_timestamp_ms": "video_cover_timestamp_ms",
}
_OUR_PHOTOS: Final = {"cover_index": "photo_cover_index", "auto_add_music": "auto_add_music"}
_CAMEL: Final = re.compile(r"(?<=[a-z0-9])([A-Z])")


@dataclass(frozen=True, slots=True)
class _Said:
    """What was said, by its names in snake_case; `as_given` has the callers' own."""

    values: Mapping[str, Any]
    as_given: Mapping[str, str]

    def name(self, setting: str) -> str:
        """What the caller calls a setting."""
        return self.as_given.get(setting) or _camel(setting)

    def flag(self, setting: str) -> bool:
        return self.values.get(setting) is True

    def text(self, setting: str) -> str:
        value = self.values.get(setting)
        return value if isinstance(value, str) else ""

    def number(self, setting: str) -> int | None:
        value = self.values.get(setting)
        return value if isinstance(value, int) and not isinstance(value, bool) else None


def choose(kind: Kind, said: Mapping[str, Any], texts: Texts) -> Choice:
    """Read the settings of a post of this kind; those for the other kind are left out and told.

    Of a video the text is TikTok's title. Of photos the title is TikTok's title, and the text its
    description, unless the settings have one of their own.
    """
    folded = {_snake(name): name for name in said}
    told = {_snake(name): value for name, value in said.items() if value is not None}
    given = _Said(told, folded)
    findings = (*_misfits(given, kind), *_consents(given))
    known = _KNOWN - ({"title"} if kind is Kind.VIDEO else set())
    ignored = tuple(name for folded_name, name in folded.items() if folded_name not in known)
    mode = Mode.DRAFT if given.flag("draft") else Mode.DIRECT
    if kind is Kind.VIDEO:
        return Choice(mode, _video(given, texts).to_dict(), texts.content, findings, ignored)
    photos = _photos(given, texts)
    return Choice(mode, photos.to_dict(), photos.description, findings, ignored)


def said(kind: Kind, mode: Mode, settings: Mapping[str, Any]) -> tuple[Texts, dict[str, Any]]:
    """What `choose` would have been given for settings of ours: the texts, and the rest.

    What was chosen on a command line was seen and agreed to by who typed it.
    """
    names = _OURS | (_OUR_VIDEOS if kind is Kind.VIDEO else _OUR_PHOTOS)
    rest = {name: settings[ours] for ours, name in names.items() if settings.get(ours) is not None}
    told = {_camel(name): value for name, value in rest.items() if value != ""}
    told |= {"draft": mode is Mode.DRAFT, **{_camel(name): True for name in _CONSENTS}}
    title = settings.get("title", "")
    if kind is Kind.VIDEO:
        return Texts(title), told
    return Texts(settings.get("description", ""), title), told


def field_of(finding: Finding, kind: Kind) -> str:
    """What callers call that which a finding is about."""
    where = finding.where
    if where == "video":
        return "mediaItems[0]"
    if where.startswith("photo "):
        return f"mediaItems[{int(where.removeprefix('photo ')) - 1}]"
    match where:
        case "caption":
            return "content"
        case "title":
            return "title"
        case "cover":
            return "videoCoverTimestampMs" if kind is Kind.VIDEO else "photoCoverIndex"
        case _:
            return _FIELDS.get(where, where if finding.rule in _OF_SETTINGS else "")


_OF_SETTINGS: Final = frozenset({"preflight.post.settings", "preflight.post.consent"})


def _video(said: _Said, texts: Texts) -> VideoSettings:
    return VideoSettings(
        privacy_level=said.text("privacy_level"),
        title=texts.content,
        allow_comment=said.flag("allow_comment"),
        allow_duet=said.flag("allow_duet"),
        allow_stitch=said.flag("allow_stitch"),
        cover_timestamp_ms=said.number("video_cover_timestamp_ms"),
        brand_content=_is_branded(said, "brand_partner_promote", "brand_content"),
        brand_organic=_is_branded(said, "is_brand_organic_post", "brand_organic"),
        is_aigc=said.flag("video_made_with_ai"),
    )


def _photos(said: _Said, texts: Texts) -> PhotoSettings:
    return PhotoSettings(
        privacy_level=said.text("privacy_level"),
        title=said.text("title") or texts.title,
        description=said.text("description") or texts.content,
        cover_index=said.number("photo_cover_index") or 0,
        allow_comment=said.flag("allow_comment"),
        auto_add_music=said.flag("auto_add_music"),
        brand_content=_is_branded(said, "brand_partner_promote", "brand_content"),
        brand_organic=_is_branded(said, "is_brand_organic_post", "brand_organic"),
        is_aigc=said.flag("video_made_with_ai"),
    )


def _is_branded(said: _Said, flag: str, kind: str) -> bool:
    """A flag says more than the kind does, which implies it."""
    if isinstance(said.values.get(flag), bool):
        return said.flag(flag)
    return said.text("commercial_content_type") == kind


def _consents(said: _Said) -> Iterator[Finding]:
    for name, says in _CONSENTS.items():
        if said.values.get(name) is not True:
            yield found(
                "preflight.post.consent",
                said.name(name),
                says,
                measured="false" if said.values.get(name) is False else "not said",
                limit="true",
                fix=f"Show it and ask; then send {said.name(name)} as true.",
            )


def _misfits(said: _Said, kind: Kind) -> Iterator[Finding]:
    for setting, value in said.values.items():
        if wanted := _misfit(setting, value, kind):
            yield found(
                "preflight.post.settings",
                said.name(setting),
                f"{said.name(setting)} has to be {wanted}.",
                measured=str(value)[:100],
                fix="Correct it, or leave it out.",
            )


def _misfit(setting: str, value: Any, kind: Kind) -> str:
    """What the value of a setting has to be, if it is not; empty if it is."""
    if setting in _BOOLEANS:
        return "" if isinstance(value, bool) else "true or false"
    if setting in _NUMBERS:
        is_number = isinstance(value, int) and not isinstance(value, bool)
        return "" if is_number and 0 <= value < _LARGEST else "a whole number from 0 on"
    if setting in _TEXTS and not isinstance(value, str):
        return "a text"
    match setting:
        case "commercial_content_type" if value not in _COMMERCIAL:
            return f"one of {', '.join(_COMMERCIAL)}"
        case "media_type" if value != kind.value:
            return f"{kind.value}, as the media items are"
        case _:
            return ""


def _snake(name: str) -> str:
    return _CAMEL.sub(r"_\1", name).lower()


def _camel(name: str) -> str:
    first, *more = name.split("_")
    return first + "".join(part.capitalize() for part in more)
