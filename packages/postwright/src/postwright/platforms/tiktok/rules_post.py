"""TikTok's rules for what a person chooses and writes. Pure: no file, no network."""

import re
from collections.abc import Iterator

from postwright.media.findings import Finding
from postwright.platforms.tiktok.limits import (
    CAPTION_UNITS,
    PHOTO_DESCRIPTION_UNITS,
    PHOTO_TITLE_UNITS,
)
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.settings import (
    PRIVACY_LEVELS,
    CreatorLimits,
    PhotoSettings,
    VideoSettings,
)

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|org|net|io|co|app|shop)/\S*", re.IGNORECASE
)


def check_post(
    settings: VideoSettings,
    limits: CreatorLimits | None,
    *,
    duration_ms: int | None = None,
    audited: bool | None = None,
) -> tuple[Finding, ...]:
    """Check what a person has chosen for a video.

    Args:
        settings: the choices.
        limits: the creator's; None while they are not known.
        duration_ms: length of the video, for the cover; None if it is not known.
        audited: whether TikTok has audited the app; None if that is not known.

    Returns:
        Findings in the order of the rules: errors first, then advice.
    """
    every = (
        *_length("posting.init.title-length", "caption", settings.title, CAPTION_UNITS),
        *_link("caption", settings.title),
        *_privacy(settings, limits),
        *_interactions(settings, limits),
        *_unaudited("posting.init.unaudited-public", limits, audited=audited),
        *_cover_time(settings.cover_timestamp_ms, duration_ms),
    )
    return tuple(sorted(every, key=lambda finding: not finding.blocks))


def check_photo_post(
    settings: PhotoSettings,
    limits: CreatorLimits | None,
    *,
    photos: int,
    audited: bool | None = None,
) -> tuple[Finding, ...]:
    """Check what a person has chosen for photos.

    Args:
        settings: the choices.
        limits: the creator's; None while they are not known.
        photos: how many there are.
        audited: whether TikTok has audited the app; None if that is not known.

    Returns:
        Findings in the order of the rules: errors first, then advice.
    """
    every = (
        *_photo_texts(settings),
        *_privacy(settings, limits),
        *_interactions(settings, limits),
        *_unaudited("photo.init.unaudited-public", limits, audited=audited),
        *_cover_photo(settings.cover_index, photos),
    )
    return tuple(sorted(every, key=lambda finding: not finding.blocks))


def check_photo_draft(settings: PhotoSettings, *, photos: int) -> tuple[Finding, ...]:
    """Check what TikTok heeds of a draft of photos: its texts and its cover.

    Args:
        settings: the choices.
        photos: how many there are.
    """
    every = (*_photo_texts(settings), *_cover_photo(settings.cover_index, photos))
    return tuple(sorted(every, key=lambda finding: not finding.blocks))


def _photo_texts(settings: PhotoSettings) -> Iterator[Finding]:
    text = settings.description
    yield from _length("photo.init.title-length", "title", settings.title, PHOTO_TITLE_UNITS)
    yield from _length("photo.init.description-length", "caption", text, PHOTO_DESCRIPTION_UNITS)
    yield from _link("title", settings.title)
    yield from _link("caption", text)


def caption_units(title: str) -> int:
    """Length as TikTok counts it, in UTF-16 code units: most emoji count 2 or more."""
    return len(title.encode("utf-16-le", "surrogatepass")) // 2


def _length(rule: str, where: str, text: str, most: int) -> Iterator[Finding]:
    units = caption_units(text)
    if units > most:
        yield found(
            rule,
            where,
            f"It is {units - most:,} too long. TikTok counts UTF-16 units: a letter is 1, "
            "most emoji are 2 or more.",
            measured=f"{units:,} UTF-16 units",
            fix=f"Shorten the {where}.",
        )


def _link(where: str, text: str) -> Iterator[Finding]:
    if link := _LINK.search(text):
        yield found(
            "preflight.caption.link",
            where,
            f"Links in {where}s cannot be clicked on TikTok.",
            measured=link.group(),
            fix=f"Put the link into the profile, and say so in the {where}.",
        )


def _privacy(
    settings: VideoSettings | PhotoSettings, limits: CreatorLimits | None
) -> Iterator[Finding]:
    offered = limits.privacy_options if limits else PRIVACY_LEVELS
    if settings.privacy_level not in offered:
        listed = ", ".join(offered) or "none"
        who = "TikTok does not offer this creator" if limits else "TikTok has no"
        yield found(
            "posting.init.privacy-mismatch",
            "privacy",
            f"{who} the privacy {settings.privacy_level or '(none chosen)'}.",
            measured=settings.privacy_level or "none",
            limit=f"one of {listed}",
            fix=f"Choose one of {listed}. A private account has no PUBLIC_TO_EVERYONE, "
            "a public one no FOLLOWER_OF_CREATOR.",
        )
    if settings.brand_content and settings.privacy_level == "SELF_ONLY":
        yield found(
            "posting.init.brand-content-private",
            "brand content",
            "Branded content cannot be visible to yourself only.",
            measured="SELF_ONLY",
            limit="a privacy that others can see",
            fix="Choose another privacy, or do not mark it as branded content.",
        )


def _interactions(
    settings: VideoSettings | PhotoSettings, limits: CreatorLimits | None
) -> Iterator[Finding]:
    if limits is None:
        return
    asked = [("comment", settings.allow_comment, limits.comment_disabled)]
    if isinstance(settings, VideoSettings):
        asked.append(("duet", settings.allow_duet, limits.duet_disabled))
        asked.append(("stitch", settings.allow_stitch, limits.stitch_disabled))
    for name, is_asked, is_disabled in asked:
        if is_asked and is_disabled:
            plural = f"{name}es" if name == "stitch" else f"{name}s"
            yield found(
                f"posting.creator-info.{name}-disabled",
                f"allow {name}",
                f"The creator's own settings on TikTok turn {plural} off.",
                measured="on",
                limit="off",
                fix=f"Leave {plural} off for this post, or allow them in the TikTok app first"
                + (" (a private account cannot)." if name != "comment" else "."),
            )


def _unaudited(
    rule: str, limits: CreatorLimits | None, *, audited: bool | None
) -> Iterator[Finding]:
    if audited is False and limits and "PUBLIC_TO_EVERYONE" in limits.privacy_options:
        yield found(
            rule,
            "account",
            "TikTok has not audited this app, and such an app may only post to private accounts; "
            "this account is public.",
            measured="public account",
            limit="private account",
            fix="Make the account private in the TikTok app, or have the app audited. If it has "
            "been by now, set POSTWRIGHT_TIKTOK__AUDITED=true.",
        )


def _cover_time(cover_timestamp_ms: int | None, duration_ms: int | None) -> Iterator[Finding]:
    if cover_timestamp_ms is None:
        return
    late = duration_ms is not None and cover_timestamp_ms >= duration_ms
    if cover_timestamp_ms < 0 or late:
        yield found(
            "posting.init.cover-timestamp",
            "cover",
            "The video has no picture at that time; TikTok would take the first one instead.",
            measured=f"{cover_timestamp_ms:,} ms",
            limit=f"0 to {duration_ms - 1:,} ms" if duration_ms else "0 ms or later",
            fix="Choose a time within the video, or leave it out for the first picture.",
        )


def _cover_photo(cover_index: int, photos: int) -> Iterator[Finding]:
    if photos and not 0 <= cover_index < photos:
        yield found(
            "photo.init.cover-index-range",
            "cover",
            "There is no such photo.",
            measured=f"photo {cover_index + 1}, index {cover_index}",
            limit=f"photo 1 to {photos}, index 0 to {photos - 1}",
            fix="Choose one of the photos.",
        )
