"""Decide what has to be done to a file so that it becomes what a network takes. Pure.

The rules named here are those of the findings, so that each finding can be matched with the
change that mends it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, overload

from postwright.media.fixing.recipe import Change, PhotoOrder, Recipe, Sound, VideoOrder
from postwright.media.fixing.target import PhotoTarget, VideoTarget
from postwright.media.probe import PhotoProbe, VideoProbe

_COMMON = tuple(map(Fraction, ("24000/1001", "24", "25", "30000/1001", "30", "48", "50")))
_COMMON_FAST = tuple(map(Fraction, ("60000/1001", "60")))
_PIXELS = ("yuv420p", "yuvj420p", "nv12")
# What WebM holds, and nothing else; MP4 is for all the others.
_WEBM_VIDEO = ("vp8", "vp9")
_WEBM_SOUND = ("opus", "vorbis")
_MP4_SOUND = ("aac", "mp3")


@overload
def plan(
    probe: VideoProbe, target: VideoTarget, *, trim_to_ms: int | None = None
) -> Recipe | None: ...
@overload
def plan(probe: PhotoProbe, target: PhotoTarget, *, trim_to_ms: None = None) -> Recipe | None: ...
def plan(
    probe: VideoProbe | PhotoProbe,
    target: VideoTarget | PhotoTarget,
    *,
    trim_to_ms: int | None = None,
) -> Recipe | None:
    """Say what to do to a file, or None if nothing has to be or can be done.

    A video is taken over picture by picture (remuxed) wherever that is enough, and only the sound
    encoded when only the sound is unfit. Nothing is cut unless `trim_to_ms` says so.

    Args:
        probe: what is in the file.
        target: what it has to become, of the same kind.
        trim_to_ms: cut what is longer; None leaves the length alone.

    Raises:
        TypeError: a photo with a target for videos, or the other way round.
    """
    match probe, target:
        case VideoProbe(), VideoTarget():
            return _video(probe, target, trim_to_ms)
        case PhotoProbe(), PhotoTarget():
            return _photo(probe, target)
        case _:
            message = f"{type(target).__name__} does not go with {type(probe).__name__}"
            raise TypeError(message)


@dataclass(frozen=True, slots=True)
class _Picture:
    """The picture that is wanted."""

    width: int
    height: int
    padded: tuple[int, int]


def _video(probe: VideoProbe, target: VideoTarget, trim_to_ms: int | None) -> Recipe | None:
    end_ms = trim_to_ms if trim_to_ms and probe.duration_ms > trim_to_ms else None
    must = tuple(_must_encode(probe, target))
    copies = not must
    container = _container(probe, copies_video=copies)
    keeps_container = copies and probe.container in target.containers
    sound = _sound(probe, target, None if keeps_container else container)
    steps = list(must)
    if not keeps_container and probe.container != container:
        after = container
        steps.append(Change("container", probe.container, after, "media.video.formats"))
    if copies and keeps_container and sound == "encode":
        container = "webm" if probe.container == "webm" else "mp4"
    if sound == "encode":
        steps.append(_sound_change(probe, container, target))
    if end_ms is not None:
        before, after = f"{probe.duration_ms / 1000:g} s", f"{end_ms / 1000:g} s"
        steps.append(Change("length", before, after, "media.video.duration"))
    if not steps:
        return None
    picture = _wanted(probe, target)
    if must and (probe.width, probe.height) != picture.padded:
        steps = _with_size(steps, probe, picture)
    order = VideoOrder(
        container=container,
        copies_video=copies,
        sound=sound,
        width=picture.width,
        height=picture.height,
        padded=picture.padded,
        fps=str(_rate(probe, target)),
        rotation=probe.rotation,
        hdr=probe.hdr,
        size_bytes=target.size_bytes,
        duration_ms=end_ms or probe.duration_ms,
        end_ms=end_ms,
    )
    return Recipe("remux" if copies else "encode", tuple(steps), order)


def _must_encode(probe: VideoProbe, target: VideoTarget) -> Iterator[Change]:
    """What cannot be mended without encoding the pictures anew."""
    _, codec, _ = target.prefer
    if probe.video_codec not in target.codecs:
        yield Change("video codec", probe.video_codec, codec, "media.video.codecs")
    if not target.fps_min <= round(probe.fps, 1) <= target.fps_max:
        yield _rate_change(probe, target, "media.video.fps")
    elif probe.variable_fps:
        yield _rate_change(probe, target, "preflight.video.variable-fps")
    if not _fits(probe, target):
        picture = _wanted(probe, target)
        yield Change("picture", _sides(probe), "{} x {}".format(*picture.padded), _SIDES)
    yield from _looks(probe)
    if probe.width % 2 or probe.height % 2:
        picture = _wanted(probe, target)
        yield Change("picture", _sides(probe), "{} x {}".format(*picture.padded), _EVEN)
    if probe.size_bytes > target.size_bytes:
        before, after = f"{probe.size_bytes:,} bytes", f"at most {target.size_bytes:,} bytes"
        yield Change("file size", before, after, "media.video.size")


def _looks(probe: VideoProbe) -> Iterator[Change]:
    """What only some players show as it is meant."""
    if probe.rotation:
        yield Change("rotation", f"{probe.rotation}°", "0°", "preflight.video.rotation")
    if probe.pixel_aspect != 1:
        before = f"{probe.pixel_aspect:g} times as wide as high"
        yield Change("shape of pixels", before, "square", "preflight.video.pixel-shape")
    if probe.hdr:
        yield Change("brightness", "HDR", "SDR", "preflight.video.hdr")
    if probe.pixel_format not in _PIXELS:
        yield Change("pixels", probe.pixel_format, "yuv420p", "preflight.video.pixels")


_SIDES = "media.video.sides"
_EVEN = "preflight.video.odd-sides"
_BOX = "preflight.video.box"


def _with_size(steps: list[Change], probe: VideoProbe, picture: _Picture) -> list[Change]:
    """Say that the picture becomes smaller along with the rest, unless that is said already."""
    if any(step.what == "picture" for step in steps):
        first = next(step for step in steps if step.what == "picture")
        return [step for step in steps if step is first or step.what != "picture"]
    return [*steps, Change("picture", _sides(probe), "{} x {}".format(*picture.padded), _BOX)]


def _sides(probe: VideoProbe) -> str:
    return f"{probe.width} x {probe.height}"


def _rate_change(probe: VideoProbe, target: VideoTarget, rule: str) -> Change:
    varying = "variable, " if probe.variable_fps else ""
    after = f"{float(_rate(probe, target)):.5g} fps"
    return Change("frame rate", f"{varying}{probe.fps:g} fps", after, rule)


def _fits(probe: VideoProbe, target: VideoTarget) -> bool:
    sides = (probe.width, probe.height)
    return min(sides) >= target.side_min and max(sides) <= target.side_max


def _container(probe: VideoProbe, *, copies_video: bool) -> Literal["mp4", "webm"]:
    return "webm" if copies_video and probe.video_codec in _WEBM_VIDEO else "mp4"


def _sound(probe: VideoProbe, target: VideoTarget, into: str | None) -> Sound:
    """What happens to the sound. `into` is the new container; None if the file keeps its own."""
    if not probe.has_audio:
        return "none"
    fits = probe.audio_codec in target.audio_codecs and probe.audio_channels <= target.channels_max
    if into is not None:
        holds = _WEBM_SOUND if into == "webm" else _MP4_SOUND
        fits = fits and probe.audio_codec in holds
    return "copy" if fits else "encode"


def _sound_change(probe: VideoProbe, container: str, target: VideoTarget) -> Change:
    codec = "opus" if container == "webm" else target.prefer[2]
    many = probe.audio_channels
    after = f"{codec}, {min(many, target.channels_max)} channels"
    return Change("sound", f"{probe.audio_codec}, {many} channels", after, "preflight.video.sound")


def _wanted(probe: VideoProbe, target: VideoTarget) -> _Picture:
    """Fit the picture into the box, enlarge what is too small, and pad what is too thin."""
    short, long = sorted(probe.shown)
    scale = min(1.0, target.box[0] / short, target.box[1] / long)
    if short * scale < target.side_min:
        scale = min(target.side_min / short, target.side_max / long)
    width, height = (_even(side * scale) for side in probe.shown)
    least = -(-target.side_min // 2) * 2
    return _Picture(width, height, (max(width, least), max(height, least)))


def _even(pixels: float) -> int:
    return max(2, int(pixels / 2 + 0.5) * 2)


def _rate(probe: VideoProbe, target: VideoTarget) -> Fraction:
    """The constant rate: the same if that will do, else one that repeats or drops evenly."""
    fps = Fraction(probe.fps).limit_denominator(1001 * 60)
    common = [rate for rate in (*_COMMON, *_COMMON_FAST) if _within(rate, target)]
    if probe.variable_fps:
        return _above(fps, target, common)
    if fps < target.fps_min and not _within(fps, target):
        return _multiple(fps, common)
    if not _within(fps, target):
        return _fraction(fps, common)
    return _named(fps, common) or fps


def _within(rate: Fraction, target: VideoTarget) -> bool:
    return target.fps_min <= round(float(rate), 1) <= target.fps_max


def _named(fps: Fraction, common: list[Fraction]) -> Fraction | None:
    """The exact rate that a measured one stands for."""
    near = min(common, key=lambda rate: abs(rate - fps), default=None)
    return near if near is not None and abs(near - fps) <= near * Fraction("0.0005") else None


def _above(fps: Fraction, target: VideoTarget, common: list[Fraction]) -> Fraction:
    if named := _named(fps, common):
        return named
    usual = [rate for rate in map(Fraction, (30, 60)) if _within(rate, target)]
    return next((rate for rate in usual if rate >= fps), max(usual or common))


def _multiple(fps: Fraction, common: list[Fraction]) -> Fraction:
    for rate in map(Fraction, (30, 24, 25, 60)):
        if rate in common and fps > 0 and (rate / fps).denominator == 1:
            return rate
    return Fraction(30) if Fraction(30) in common else max(common)


def _fraction(fps: Fraction, common: list[Fraction]) -> Fraction:
    most = max(common)
    for part in range(2, 11):
        if fps / part <= most * Fraction("1.001"):
            return _named(fps / part, common) or most
    return most


def _photo(probe: PhotoProbe, target: PhotoTarget) -> Recipe | None:
    if probe.animated:
        return None
    steps = tuple(_photo_steps(probe, target))
    if not steps:
        return None
    return Recipe("photo", steps, PhotoOrder(target.short_side, target.size_bytes))


def _photo_steps(probe: PhotoProbe, target: PhotoTarget) -> Iterator[Change]:
    if probe.format not in target.formats:
        yield Change("format", probe.format, "jpeg", "media.photo.formats")
    short = min(probe.width, probe.height)
    if short > target.short_side:
        scale = target.short_side / short
        after = " x ".join(str(round(side * scale)) for side in (probe.width, probe.height))
        yield Change("picture", f"{probe.width} x {probe.height}", after, "media.photo.short-side")
    if probe.size_bytes > target.size_bytes:
        before, after = f"{probe.size_bytes:,} bytes", f"at most {target.size_bytes:,} bytes"
        yield Change("file size", before, after, "media.photo.size")
    if probe.orientation != 1:
        before = f"turned by its EXIF data ({probe.orientation})"
        yield Change("orientation", before, "upright", "preflight.photo.orientation")
    if probe.mode == "CMYK":
        yield Change("colours", probe.mode, "RGB", "preflight.photo.colours")
    if probe.has_alpha:
        yield Change("background", "transparent", "white", "preflight.photo.alpha")
