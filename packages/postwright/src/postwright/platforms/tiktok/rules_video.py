"""TikTok's rules for a video file. Pure: no file, no network."""

from collections.abc import Iterator

from postwright.media.findings import Finding
from postwright.media.fixing.target import VideoTarget
from postwright.media.probe import VideoProbe
from postwright.platforms.tiktok.limits import (
    CODECS,
    CONTAINERS,
    DRAFT_DURATION_S,
    FPS,
    LONGEST_DURATION_S,
    MIN_DURATION_S,
    NOTED_MBIT_PER_S,
    SIDES,
    SIZE_BYTES,
    UPLOAD_WINDOW_S,
)
from postwright.platforms.tiktok.rulebook import found
from postwright.platforms.tiktok.settings import CreatorLimits

VIDEO_TARGET = VideoTarget(
    containers=tuple(CONTAINERS),
    codecs=CODECS,
    fps_min=FPS[0],
    fps_max=FPS[1],
    side_min=SIDES[0],
    side_max=SIDES[1],
    size_bytes=SIZE_BYTES,
)
MEND = "postwright check --fix"
_PIXELS = ("yuv420p", "yuvj420p", "nv12")


def check_video(
    probe: VideoProbe,
    limits: CreatorLimits | None,
    *,
    min_duration_s: float = MIN_DURATION_S,
    where: str = "video",
    trims: bool = False,
) -> tuple[Finding, ...]:
    """Check a video's own properties.

    Args:
        probe: what is in the file.
        limits: the creator's; None while they are not known, then only TikTok's own count.
        min_duration_s: shortest length that passes; 0 for any.
        where: what to call the file.
        trims: whether what is too long may be cut, which makes that fixable.

    Returns:
        Findings in the order of the rules: errors and fixable ones first, then advice.
    """
    every = (
        *_format(probe, where),
        *_rate(probe, where),
        *_picture(probe, where),
        *_shortest(probe, min_duration_s, where),
        *_longest(probe, limits, where, trims=trims),
        *_size(probe, where),
        *_looks(probe, where),
        *_mended_advice(probe, where),
    )
    return tuple(sorted(every, key=lambda finding: not finding.blocks))


def check_draft_video(probe: VideoProbe, *, where: str = "video") -> tuple[Finding, ...]:
    """Check what TikTok asks of a draft only; its creator's limit does not count for one."""
    if probe.duration_ms <= DRAFT_DURATION_S * 1000:
        return ()
    return (
        found(
            "inbox.video.init.duration",
            where,
            "It is longer than TikTok takes for a draft.",
            measured=seconds(probe.duration_ms),
            fix="Cut it, or post it directly if TikTok lets this creator post such a length.",
        ),
    )


def _format(probe: VideoProbe, where: str) -> Iterator[Finding]:
    if probe.container not in CONTAINERS:
        yield found(
            "media.video.formats",
            where,
            f"TikTok does not take {probe.container} files.",
            measured=probe.container,
            fix=f"{MEND} makes an MP4 of it.",
        )
    if probe.video_codec not in CODECS:
        yield found(
            "media.video.codecs",
            where,
            f"TikTok does not take video in {probe.video_codec}.",
            measured=probe.video_codec,
            fix=f"{MEND} encodes it with H.264.",
        )


def _rate(probe: VideoProbe, where: str) -> Iterator[Finding]:
    least, most = FPS
    average = " on average" if probe.variable_fps else ""
    if not least <= round(probe.fps, 1) <= most:
        slow = probe.fps < least
        yield found(
            "media.video.fps",
            where,
            f"It has {'fewer' if slow else 'more'} pictures per second than TikTok takes.",
            measured=f"{probe.fps:g} fps{average}",
            fix=f"{MEND} {'repeats' if slow else 'leaves out'} pictures evenly.",
        )
    if probe.variable_fps:
        yield found(
            "preflight.video.variable-fps",
            where,
            "Its pictures come at uneven distances; TikTok may refuse it, minutes later.",
            measured=f"{probe.fps:g} fps on average",
            limit="a constant rate",
            fix=f"{MEND} gives it a constant rate.",
        )


def _picture(probe: VideoProbe, where: str) -> Iterator[Finding]:
    least, most = SIDES
    short, long = sorted((probe.width, probe.height))
    pixels = f"{probe.width} x {probe.height} pixels"
    if short < least or long > most:
        yield found(
            "media.video.sides",
            where,
            f"Its picture is {'smaller' if short < least else 'larger'} than TikTok takes.",
            measured=pixels,
            fix=f"{MEND} scales it.",
        )
    if short % 2 or long % 2:
        yield found(
            "preflight.video.odd-sides",
            where,
            "A side of its picture has an odd number of pixels, which most players cannot show.",
            measured=pixels,
            fix=f"{MEND} makes it even.",
        )
    if probe.pixel_format not in _PIXELS and not probe.hdr:
        yield found(
            "preflight.video.pixels",
            where,
            "Its colours are stored in a way that most phones cannot play.",
            measured=probe.pixel_format,
            fix=f"{MEND} converts them.",
        )


def _shortest(probe: VideoProbe, min_duration_s: float, where: str) -> Iterator[Finding]:
    if probe.duration_ms < min_duration_s * 1000:
        yield found(
            "preflight.video.shortest",
            where,
            f"It is shorter than {min_duration_s:g} s.",
            measured=seconds(probe.duration_ms),
            limit=f"at least {min_duration_s:g} s",
            fix="Use a longer video. If it is meant to be this short, set "
            "POSTWRIGHT_MEDIA__MIN_DURATION_S=0; TikTok itself names no shortest length.",
        )


def _longest(
    probe: VideoProbe, limits: CreatorLimits | None, where: str, *, trims: bool
) -> Iterator[Finding]:
    own_s = limits.max_duration_s if limits else None
    longest_s = own_s or LONGEST_DURATION_S
    if probe.duration_ms <= longest_s * 1000:
        return
    limit = seconds(longest_s * 1000)
    yield found(
        "media.video.duration",
        where,
        f"It is longer than TikTok lets {'this' if own_s else 'any'} creator post.",
        measured=seconds(probe.duration_ms),
        limit=f"at most {limit}",
        fix=f"{MEND} --trim cuts it after {limit}. Each creator has a limit of their own, and it "
        "may be raised by TikTok.",
        kind="fixable" if trims else None,
    )


def _size(probe: VideoProbe, where: str) -> Iterator[Finding]:
    if probe.size_bytes > SIZE_BYTES:
        yield found(
            "media.video.size",
            where,
            "It is larger than TikTok takes.",
            measured=f"{probe.size_bytes:,} bytes",
            fix=f"{MEND} encodes it with a lower bit rate.",
        )
        return
    mbit_per_s = probe.size_bytes * 8 / UPLOAD_WINDOW_S / 1_000_000
    if mbit_per_s > NOTED_MBIT_PER_S:
        yield found(
            "preflight.video.window",
            where,
            "The whole upload must end within an hour, so it needs a fast line.",
            measured=f"{probe.size_bytes:,} bytes",
            limit=f"{mbit_per_s:.1f} Mbit/s upwards, all the time",
            fix="On a slower line, export it with a lower bit rate.",
        )


def _looks(probe: VideoProbe, where: str) -> Iterator[Finding]:
    # Of a picture of 1080 x 1920 a few pixels more or less are not worth a word.
    width, height = probe.shown
    if abs(width * 16 - height * 9) > height * 9 * 0.02:
        yield found(
            "preflight.video.shape",
            where,
            "It does not fill a phone's screen.",
            measured=f"{width} x {height} pixels",
            limit="9:16, such as 1080 x 1920",
            fix="Crop it upright, unless it is meant like this.",
        )
    if not probe.has_audio:
        yield found(
            "preflight.video.silent",
            where,
            "It has no sound.",
            fix="Add sound, unless it is meant to be silent.",
        )


def _mended_advice(probe: VideoProbe, where: str) -> Iterator[Finding]:
    if probe.rotation:
        yield found(
            "preflight.video.rotation",
            where,
            "Its picture is turned by a note in the file, which not every player heeds.",
            measured=f"{probe.rotation}° clockwise",
            fix=f"If it should appear turned, {MEND} stores it upright.",
        )
    if probe.pixel_aspect != 1:
        yield found(
            "preflight.video.pixel-shape",
            where,
            "Its pixels are not square; a player that does not heed that shows it squeezed.",
            measured=f"{probe.pixel_aspect:g} times as wide as high",
            limit="square",
            fix=f"{MEND} scales it to square ones.",
        )
    if probe.hdr:
        yield found(
            "preflight.video.hdr",
            where,
            "It is HDR; its colours may look different on TikTok.",
            measured=probe.pixel_format,
            limit="SDR",
            fix=f"If colours matter, {MEND} brings them down to standard range (SDR).",
        )
    unusual = probe.audio_codec not in VIDEO_TARGET.audio_codecs
    if probe.has_audio and (unusual or probe.audio_channels > VIDEO_TARGET.channels_max):
        yield found(
            "preflight.video.sound",
            where,
            "Its sound may not be played by every phone.",
            measured=f"{probe.audio_codec}, {probe.audio_channels} channels",
            fix=f"{MEND} makes stereo in AAC of it (in Opus in a WebM).",
        )


def seconds(duration_ms: int) -> str:
    """A length for people: 10 min 1 s."""
    minutes, rest_ms = divmod(duration_ms, 60_000)
    rest = f"{rest_ms / 1000:.3f}".rstrip("0").rstrip(".")
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min" if rest_ms == 0 else f"{minutes} min {rest} s"
