"""What becomes of each setting of a post on TikTok: applied, ignored, or made into another. Pure.

TikTok itself never says: its status has no settings. This is what its pages say beforehand.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from postwright.platforms.content import Kind, Mode
from postwright.platforms.report import Outcome, Reported
from postwright.platforms.tiktok.settings import NAMES, PRIVATE, PUBLIC, CreatorLimits

# Why a setting does nothing for this kind of post.
_NOT_OF: Final[dict[Kind, dict[str, str]]] = {
    Kind.PHOTO: {
        "allow_duet": "Nobody can make duets with photos.",
        "allow_stitch": "Nobody can stitch photos.",
        "cover_timestamp_ms": "The cover of photos is one of them; cover_index says which.",
    },
    Kind.VIDEO: {
        "description": "A video has one text: its title is the caption.",
        "cover_index": "The cover of a video is a picture of it; cover_timestamp_ms says which.",
        "auto_add_music": "TikTok adds music to photos only.",
    },
}
# See spec: inbox.video.init.no-post-info, photo.init.privacy-required-direct
_HEEDED_IN_DRAFTS: Final[dict[Kind, frozenset[str]]] = {
    Kind.VIDEO: frozenset(),
    Kind.PHOTO: frozenset({"title", "description", "cover_index"}),
}
_OF_THE_PERSON: Final = (
    "TikTok takes none for a draft: it is chosen in the app, where it is finished."
)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides about settings besides themselves.

    Attributes:
        kind: what is posted.
        mode: whether it is a draft.
        limits: the creator's; None while they are not known.
        audited: whether TikTok has audited the app; None if that is not known.
    """

    kind: Kind
    mode: Mode
    limits: CreatorLimits | None = None
    audited: bool | None = None


def report(settings: Mapping[str, Any], where: Circumstances) -> tuple[Reported, ...]:
    """What becomes of each setting, in the order in which TikTok's settings are told.

    Texts that are empty and settings that were left alone are not among what is ignored.
    """
    asked = ((name, settings[name]) for name in NAMES if name in settings)
    return tuple(said for name, value in asked for said in _of(name, value, settings, where))


def _of(
    name: str, asked: Any, settings: Mapping[str, Any], where: Circumstances
) -> Iterator[Reported]:
    ignored = _ignored(name, where)
    if asked in {"", None} or (ignored and not asked):
        return
    if ignored:
        yield Reported(name, asked, Outcome.IGNORED, ignored)
    elif changed := _changed(name, asked, settings, where):
        yield Reported(name, asked, Outcome.CHANGED, changed)
    else:
        yield Reported(name, asked, Outcome.APPLIED)


def _ignored(name: str, where: Circumstances) -> str:
    if why := _NOT_OF[where.kind].get(name):
        return why
    if where.mode is Mode.DRAFT and name not in _HEEDED_IN_DRAFTS[where.kind]:
        return _OF_THE_PERSON
    return ""


def _changed(name: str, asked: Any, settings: Mapping[str, Any], where: Circumstances) -> str:
    limits = where.limits
    match name:
        case "privacy_level" if where.audited is False and asked != PRIVATE:
            # See spec: posting.init.unaudited-other-privacy
            return "What an app posts that TikTok has not audited is seen by its creator only."
        case "brand_organic" if asked and settings.get("brand_content"):
            return (
                "Beside branded content it shows as a paid partnership, without a label of its own."
            )
        case "allow_comment" if asked and limits and limits.comment_disabled:
            return "They stay off: the creator's own settings on TikTok turn comments off."
        case "allow_duet" if asked and limits and limits.duet_disabled:
            return f"They stay off: {_who_turned_off('duets', limits)}."
        case "allow_stitch" if asked and limits and limits.stitch_disabled:
            return f"They stay off: {_who_turned_off('stitches', limits)}."
        case _:
            return ""


def _who_turned_off(what: str, limits: CreatorLimits) -> str:
    if PUBLIC not in limits.privacy_options:
        return f"the account is private, and TikTok lets such an account have no {what}"
    return f"the creator's own settings on TikTok turn {what} off"
