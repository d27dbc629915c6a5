"""What TikTok's rules say of a whole post: its settings, its probed files, its creator. Pure."""

from collections.abc import Iterator, Sequence
from typing import Any

from postwright.media.findings import Finding
from postwright.media.probe import PhotoProbe, Probe, VideoProbe
from postwright.platforms.content import Content, Kind, Mode
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.rules import (
    check_draft_video,
    check_files,
    check_photo_draft,
    check_photo_post,
    check_post,
)
from postwright.platforms.tiktok.settings import CreatorLimits, PhotoSettings, read_settings


def check(
    content: Content,
    probes: Sequence[dict[str, Any]],
    limits: CreatorLimits | None,
    *,
    min_duration_s: float,
    audited: bool | None,
) -> tuple[Finding, ...]:
    """Check a post as it would be announced; findings about its files come first.

    Args:
        content: its kind, mode and settings.
        probes: what is in its files, in their order.
        limits: the creator's, None while they are not known; drafts are not held to them.
        min_duration_s: shortest length of a video.
        audited: whether TikTok has audited the app; None if that is not known.
    """
    is_draft = content.mode is Mode.DRAFT
    limits = None if is_draft else limits
    files = _named(content.kind, probes)
    found_in_files = check_files(files, limits, min_duration_s=min_duration_s)
    of_settings = _settings(content, [probe for _, probe in files], limits, audited=audited)
    drafted = _drafted(files) if is_draft else ()
    return (*found_in_files, *drafted, *of_settings)


def _named(kind: Kind, probes: Sequence[dict[str, Any]]) -> list[tuple[str, Probe]]:
    if kind is Kind.VIDEO:
        return [("video", VideoProbe(**probe)) for probe in probes]
    return [(f"photo {n}", PhotoProbe(**probe)) for n, probe in enumerate(probes, 1)]


def _drafted(files: Sequence[tuple[str, Probe]]) -> Iterator[Finding]:
    for name, probe in files:
        if isinstance(probe, VideoProbe):
            yield from check_draft_video(probe, where=name)


def _settings(
    content: Content,
    probes: Sequence[Probe],
    limits: CreatorLimits | None,
    *,
    audited: bool | None,
) -> Sequence[Finding]:
    try:
        # A draft may be without a privacy; of what is none, the rule of it says so.
        chosen = read_settings(content.kind, Mode.DRAFT, content.settings)
    except ValueError as error:
        return (_unreadable(str(error)),)
    if isinstance(chosen, PhotoSettings):
        if content.mode is Mode.DRAFT:
            return check_photo_draft(chosen, photos=len(probes))
        return check_photo_post(chosen, limits, photos=len(probes), audited=audited)
    if content.mode is Mode.DRAFT:
        return ()
    lengths = [probe.duration_ms for probe in probes if isinstance(probe, VideoProbe)]
    return check_post(chosen, limits, duration_ms=lengths[0] if lengths else None, audited=audited)


def _unreadable(why: str) -> Finding:
    return found(
        "preflight.post.settings",
        "settings",
        f"The settings cannot be read: {why}.",
        fix="Correct or leave out what is named.",
    )
