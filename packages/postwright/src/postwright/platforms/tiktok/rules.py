"""TikTok's rules for a video post, checked before anything is sent. Pure: no file, no network.

Rules with ids of spec/tiktok/ are TikTok's; those that begin with `preflight.` are ours.
"""

import re
from collections.abc import Iterator
from typing import Final

from postwright.media.findings import Finding
from postwright.media.probe import VideoProbe
from postwright.platforms.tiktok.settings import PRIVACY_LEVELS, CreatorLimits, VideoSettings

CONTAINERS: Final = {"mp4": "video/mp4", "mov": "video/quicktime", "webm": "video/webm"}
CODECS: Final = ("h264", "hevc", "vp8", "vp9")
FPS: Final = (23, 60)
SIDES: Final = (360, 4096)
SIZE_BYTES: Final = 4 * 1024**3
CAPTION_UNITS: Final = 2200
UPLOAD_WINDOW_S: Final = 3600

# TikTok documents no shortest length. Videos under three seconds are mistakes far more often than
# they are meant, so this is a setting.
MIN_DURATION_S: Final = 3.0
# An upload that needs more than this to end within the hour deserves a word beforehand.
NOTED_MBIT_PER_S: Final = 2.0

_LINK = re.compile(
    r"https?://\S+|\bwww\.\S+|\b[\w-]+\.(?:com|org|net|io|co|app|shop)/\S*", re.IGNORECASE
)
_LATER = "This release does not convert videos yet."


def content_type(probe: VideoProbe) -> str:
    """Say what to declare the bytes as; a container that TikTok does not take is sent as MP4."""
    return CONTAINERS.get(probe.container, CONTAINERS["mp4"])


def check_video(
    probe: VideoProbe,
    limits: CreatorLimits | None,
    *,
    min_duration_s: float = MIN_DURATION_S,
    where: str = "video",
) -> tuple[Finding, ...]:
    """Check a video's own properties.

    Args:
        probe: what is in the file.
        limits: the creator's; None while they are not known, then only TikTok's own count.
        min_duration_s: shortest length that passes; 0 for any.
        where: what to call the file.

    Returns:
        Findings in the order of the rules: errors and fixable ones first, then advice.
    """
    found = (
        *_format(probe, where),
        *_picture(probe, where),
        *_length(probe, limits, min_duration_s, where),
        *_size(probe, where),
        *_video_advice(probe, where),
    )
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


def check_post(
    settings: VideoSettings,
    limits: CreatorLimits | None,
    *,
    duration_ms: int | None = None,
    audited: bool | None = None,
) -> tuple[Finding, ...]:
    """Check what a person has chosen.

    Args:
        settings: the choices.
        limits: the creator's; None while they are not known.
        duration_ms: length of the video, for the cover; None if it is not known.
        audited: whether TikTok has audited the app; None if that is not known.

    Returns:
        Findings in the order of the rules: errors first, then advice.
    """
    found = (
        *_caption(settings.title),
        *_privacy(settings, limits),
        *_interactions(settings, limits),
        *_unaudited(limits, audited),
        *_cover(settings.cover_timestamp_ms, duration_ms),
    )
    return tuple(sorted(found, key=lambda finding: not finding.blocks))


def caption_units(title: str) -> int:
    """Length as TikTok counts it, in UTF-16 code units: most emoji count 2 or more."""
    return len(title.encode("utf-16-le", "surrogatepass")) // 2


def _format(probe: VideoProbe, where: str) -> Iterator[Finding]:
    if probe.container not in CONTAINERS:
        yield Finding(
            "fixable",
            "media.video.formats",
            where,
            f"TikTok does not take {probe.container} files.",
            measured=probe.container,
            limit="mp4, mov, webm",
            fix=f"Export it as MP4 with H.264. {_LATER}",
        )
    if probe.video_codec not in CODECS:
        yield Finding(
            "fixable",
            "media.video.codecs",
            where,
            f"TikTok does not take video in {probe.video_codec}.",
            measured=probe.video_codec,
            limit="h264, hevc, vp8, vp9",
            fix=f"Export it with H.264. {_LATER}",
        )


def _picture(probe: VideoProbe, where: str) -> Iterator[Finding]:
    least, most = FPS
    if not least <= round(probe.fps, 1) <= most:
        slow = probe.fps < least
        yield Finding(
            "fixable",
            "media.video.fps",
            where,
            f"It has {'fewer' if slow else 'more'} pictures per second than TikTok takes.",
            measured=f"{probe.fps:g} fps",
            limit=f"{least} to {most} fps",
            fix=f"Export it with {30 if slow else 60} fps. {_LATER}",
        )
    least, most = SIDES
    if min(probe.width, probe.height) < least or max(probe.width, probe.height) > most:
        small = min(probe.width, probe.height) < least
        yield Finding(
            "fixable",
            "media.video.sides",
            where,
            f"Its picture is {'smaller' if small else 'larger'} than TikTok takes.",
            measured=f"{probe.width} x {probe.height} pixels",
            limit=f"each side {least} to {most} pixels",
            fix=f"Export it with 1080 x 1920 pixels. {_LATER}",
        )


def _length(
    probe: VideoProbe, limits: CreatorLimits | None, min_duration_s: float, where: str
) -> Iterator[Finding]:
    if probe.duration_ms < min_duration_s * 1000:
        yield Finding(
            "error",
            "preflight.video.shortest",
            where,
            f"It is shorter than {min_duration_s:g} s.",
            measured=_seconds(probe.duration_ms),
            limit=f"at least {min_duration_s:g} s",
            fix="Use a longer video. If it is meant to be this short, set "
            "POSTWRIGHT_MEDIA__MIN_DURATION_S=0; TikTok itself names no shortest length.",
        )
    longest_s = limits.max_duration_s if limits else None
    if longest_s is not None and probe.duration_ms > longest_s * 1000:
        yield Finding(
            "error",
            "media.video.duration",
            where,
            "It is longer than TikTok lets this creator post.",
            measured=_seconds(probe.duration_ms),
            limit=f"at most {_seconds(longest_s * 1000)}",
            fix="Cut it. Each creator has a limit of their own, and it may be raised by TikTok.",
        )


def _size(probe: VideoProbe, where: str) -> Iterator[Finding]:
    if probe.size_bytes > SIZE_BYTES:
        yield Finding(
            "error",
            "media.video.size",
            where,
            "It is larger than TikTok takes.",
            measured=f"{probe.size_bytes:,} bytes",
            limit=f"{SIZE_BYTES:,} bytes (4 GB)",
            fix="Export it with a lower bit rate.",
        )
        return
    mbit_per_s = probe.size_bytes * 8 / UPLOAD_WINDOW_S / 1_000_000
    if mbit_per_s > NOTED_MBIT_PER_S:
        yield Finding(
            "advice",
            "preflight.video.window",
            where,
            "The whole upload must end within an hour, so it needs a fast line.",
            measured=f"{probe.size_bytes:,} bytes",
            limit=f"{mbit_per_s:.1f} Mbit/s upwards, all the time",
            fix="On a slower line, export it with a lower bit rate.",
        )


def _video_advice(probe: VideoProbe, where: str) -> Iterator[Finding]:
    # Of a picture of 1080 x 1920 a few pixels more or less are not worth a word.
    if abs(probe.width * 16 - probe.height * 9) > probe.height * 9 * 0.02:
        yield Finding(
            "advice",
            "preflight.video.shape",
            where,
            "It does not fill a phone's screen.",
            measured=f"{probe.width} x {probe.height} pixels",
            limit="9:16, such as 1080 x 1920",
            fix="Crop it upright, unless it is meant like this.",
        )
    if not probe.has_audio:
        yield Finding(
            "advice",
            "preflight.video.silent",
            where,
            "It has no sound.",
            fix="Add sound, unless it is meant to be silent.",
        )
    if probe.variable_fps:
        yield Finding(
            "advice",
            "preflight.video.variable-fps",
            where,
            "Its pictures come at uneven distances; TikTok may convert it less smoothly.",
            measured=f"{probe.fps:g} fps on average",
            fix="Export it with a constant rate if it does not look smooth.",
        )
    if probe.hdr:
        yield Finding(
            "advice",
            "preflight.video.hdr",
            where,
            "It is HDR; its colours may look different on TikTok.",
            fix="Export it in standard range (SDR) if colours matter.",
        )


def _caption(title: str) -> Iterator[Finding]:
    units = caption_units(title)
    if units > CAPTION_UNITS:
        yield Finding(
            "error",
            "posting.init.title-length",
            "caption",
            f"It is {units - CAPTION_UNITS:,} too long. TikTok counts UTF-16 units: a letter is 1, "
            "most emoji are 2 or more.",
            measured=f"{units:,} UTF-16 units",
            limit=f"{CAPTION_UNITS:,} UTF-16 units",
            fix="Shorten the caption.",
        )
    if link := _LINK.search(title):
        yield Finding(
            "advice",
            "preflight.caption.link",
            "caption",
            "Links in captions cannot be clicked on TikTok.",
            measured=link.group(),
            fix="Put the link into the profile, and say so in the caption.",
        )


def _privacy(settings: VideoSettings, limits: CreatorLimits | None) -> Iterator[Finding]:
    offered = limits.privacy_options if limits else PRIVACY_LEVELS
    if settings.privacy_level not in offered:
        listed = ", ".join(offered) or "none"
        who = "TikTok does not offer this creator" if limits else "TikTok has no"
        yield Finding(
            "error",
            "posting.init.privacy-mismatch",
            "privacy",
            f"{who} the privacy {settings.privacy_level or '(none chosen)'}.",
            measured=settings.privacy_level or "none",
            limit=f"one of {listed}",
            fix=f"Choose one of {listed}. A private account has no PUBLIC_TO_EVERYONE, "
            "a public one no FOLLOWER_OF_CREATOR.",
        )
    if settings.brand_content and settings.privacy_level == "SELF_ONLY":
        yield Finding(
            "error",
            "posting.init.brand-content-private",
            "brand content",
            "Branded content cannot be visible to yourself only.",
            measured="SELF_ONLY",
            limit="a privacy that others can see",
            fix="Choose another privacy, or do not mark it as branded content.",
        )


def _interactions(settings: VideoSettings, limits: CreatorLimits | None) -> Iterator[Finding]:
    if limits is None:
        return
    for name, asked, disabled in (
        ("comment", settings.allow_comment, limits.comment_disabled),
        ("duet", settings.allow_duet, limits.duet_disabled),
        ("stitch", settings.allow_stitch, limits.stitch_disabled),
    ):
        if asked and disabled:
            plural = f"{name}es" if name == "stitch" else f"{name}s"
            yield Finding(
                "error",
                f"posting.creator-info.{name}-disabled",
                f"allow {name}",
                f"The creator's own settings on TikTok turn {plural} off.",
                measured="on",
                limit="off",
                fix=f"Leave {plural} off for this post, or allow them in the TikTok app first"
                + (" (a private account cannot)." if name != "comment" else "."),
            )


def _unaudited(limits: CreatorLimits | None, audited: bool | None) -> Iterator[Finding]:  # noqa: FBT001  # a fact, three-valued
    if audited is False and limits and "PUBLIC_TO_EVERYONE" in limits.privacy_options:
        yield Finding(
            "error",
            "posting.init.unaudited-public",
            "account",
            "TikTok has not audited this app, and such an app may only post to private accounts; "
            "this account is public.",
            measured="public account",
            limit="private account",
            fix="Make the account private in the TikTok app, or have the app audited. If it has "
            "been by now, set POSTWRIGHT_TIKTOK__AUDITED=true.",
        )


def _cover(cover_timestamp_ms: int | None, duration_ms: int | None) -> Iterator[Finding]:
    if cover_timestamp_ms is None:
        return
    late = duration_ms is not None and cover_timestamp_ms >= duration_ms
    if cover_timestamp_ms < 0 or late:
        yield Finding(
            "error",
            "posting.init.cover-timestamp",
            "cover",
            "The video has no picture at that time; TikTok would take the first one instead.",
            measured=f"{cover_timestamp_ms:,} ms",
            limit=f"0 to {duration_ms - 1:,} ms" if duration_ms else "0 ms or later",
            fix="Choose a time within the video, or leave it out for the first picture.",
        )


def _seconds(duration_ms: int) -> str:
    minutes, rest_ms = divmod(duration_ms, 60_000)
    seconds = f"{rest_ms / 1000:.3f}".rstrip("0").rstrip(".")
    if not minutes:
        return f"{seconds} s"
    return f"{minutes} min" if rest_ms == 0 else f"{minutes} min {seconds} s"
