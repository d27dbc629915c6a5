"""TikTok's rules for photos, and for the files of a post together. Pure: no file, no network."""

from collections.abc import Iterator, Sequence

from postwright.media.findings import Finding
from postwright.media.fixing.target import PhotoTarget
from postwright.media.probe import PhotoProbe, Probe, VideoProbe
from postwright.platforms.tiktok.limits import (
    MIN_DURATION_S,
    PHOTO_BYTES,
    PHOTO_COUNT,
    PHOTO_FORMATS,
    PHOTO_SHORT_SIDE,
)
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.rules_video import MEND, check_video
from postwright.platforms.tiktok.settings import CreatorLimits

PHOTO_TARGET = PhotoTarget(
    formats=tuple(PHOTO_FORMATS), short_side=PHOTO_SHORT_SIDE, size_bytes=PHOTO_BYTES
)


def check_photo(probe: PhotoProbe, *, where: str = "photo") -> tuple[Finding, ...]:
    """Check a photo's own properties.

    Args:
        probe: what is in the file.
        where: what to call the file.

    Returns:
        Findings in the order of the rules: errors and fixable ones first, then advice.
    """
    if probe.animated:
        # Nothing mends this one, so that the rest is not worth a word.
        return (_animated(probe, where),)
    every = (*_file(probe, where), *_picture(probe, where), *_advice(probe, where))
    return tuple(sorted(every, key=lambda finding: not finding.blocks))


def check_files(
    files: Sequence[tuple[str, Probe]],
    limits: CreatorLimits | None,
    *,
    min_duration_s: float = MIN_DURATION_S,
    trims: bool = False,
) -> tuple[Finding, ...]:
    """Check all files of a post, each by itself and together.

    Args:
        files: what each is called, and what is in it; at least one.
        limits: see `check_video`, like the rest.
        min_duration_s: shortest length of a video.
        trims: whether a video that is too long may be cut.

    Returns:
        Findings about the files together, then those of each in the order of the files.
    """
    each = list[Finding]()
    for name, probe in files:
        match probe:
            case VideoProbe():
                each += check_video(
                    probe, limits, min_duration_s=min_duration_s, where=name, trims=trims
                )
            case PhotoProbe():
                each += check_photo(probe, where=name)
    return (*_together(files), *each)


def _together(files: Sequence[tuple[str, Probe]]) -> Iterator[Finding]:
    videos = [name for name, probe in files if isinstance(probe, VideoProbe)]
    photos = len(files) - len(videos)
    if videos and photos:
        yield found(
            "preflight.files.mixed",
            "files",
            "A post on TikTok has photos or a video, not both.",
            measured=f"photos: {photos}; videos: {', '.join(videos)}",
            limit="photos, or one video",
            fix="Make two posts of them.",
        )
    elif len(videos) > 1:
        yield found(
            "preflight.files.one-video",
            "files",
            "A post on TikTok has one video.",
            measured=f"{len(videos)} videos",
            fix="Make a post of each.",
        )
    elif photos > PHOTO_COUNT[1]:
        yield found(
            "photo.init.photo-count",
            "files",
            "These are more photos than TikTok takes.",
            measured=f"{photos} photos",
            fix=f"Leave {photos - PHOTO_COUNT[1]} out, or make two posts of them.",
        )


def _animated(probe: PhotoProbe, where: str) -> Finding:
    return found(
        "preflight.photo.animated",
        where,
        "It moves; TikTok takes only photos that stand still.",
        measured=f"an animated {probe.format}",
        limit="a single picture",
        fix="Export it as a video, or one picture of it as JPEG.",
    )


def _file(probe: PhotoProbe, where: str) -> Iterator[Finding]:
    if probe.format not in PHOTO_FORMATS:
        yield found(
            "media.photo.formats",
            where,
            f"TikTok does not take {probe.format} photos.",
            measured=probe.format,
            fix=f"{MEND} makes a JPEG of it.",
        )
    if probe.size_bytes > PHOTO_BYTES:
        yield found(
            "media.photo.size",
            where,
            "It is larger than TikTok takes.",
            measured=f"{probe.size_bytes:,} bytes",
            fix=f"{MEND} packs it tighter.",
        )


def _picture(probe: PhotoProbe, where: str) -> Iterator[Finding]:
    if min(probe.width, probe.height) > PHOTO_SHORT_SIDE:
        yield found(
            "media.photo.short-side",
            where,
            "Its shorter side is longer than TikTok takes.",
            measured=f"{probe.width} x {probe.height} pixels",
            fix=f"{MEND} scales it down.",
        )
    if probe.orientation != 1:
        yield found(
            "preflight.photo.orientation",
            where,
            "It is turned by a note in its EXIF data, which TikTok may not heed.",
            measured=f"orientation {probe.orientation}",
            limit="orientation 1",
            fix=f"{MEND} stores it upright.",
        )
    if probe.mode == "CMYK":
        yield found(
            "preflight.photo.colours",
            where,
            "Its colours are for printing; on screens they may come out wrong.",
            measured=probe.mode,
            fix=f"{MEND} converts them.",
        )


def _advice(probe: PhotoProbe, where: str) -> Iterator[Finding]:
    if probe.has_alpha:
        yield found(
            "preflight.photo.alpha",
            where,
            "Parts of it may be transparent; TikTok decides what is seen there.",
            measured=probe.mode,
            fix="Put it on a background, if it has none.",
        )
    if probe.hdr:
        yield found(
            "preflight.photo.hdr",
            where,
            "It has a gain map for HDR screens; on TikTok it may look flatter.",
            fix="Export it in standard range (SDR) if brightness matters.",
        )
    if probe.width > probe.height:
        yield found(
            "preflight.photo.shape",
            where,
            "It is wider than high and does not fill a phone's screen.",
            measured=f"{probe.width} x {probe.height} pixels",
            limit="9:16 fills it, such as 1080 x 1920",
            fix="Crop it upright, unless it is meant like this.",
        )
