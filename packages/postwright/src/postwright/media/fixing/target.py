"""What a mended file has to be like. A network gives its own; media knows no network."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class VideoTarget:
    """What a network takes, and what a video becomes when it has to be encoded.

    Attributes:
        containers: those that pass as they are, as the probe names them.
        codecs: video codecs that pass as they are.
        fps_min: fewest pictures per second.
        fps_max: most pictures per second.
        side_min: shortest side, in pixels.
        side_max: longest side, in pixels.
        size_bytes: largest file.
        prefer: container, video codec and audio codec of what is encoded.
        box: short and long side into which an encoded picture is made to fit.
        audio_codecs: sound that passes as it is.
        channels_max: most channels of sound.
    """

    containers: tuple[str, ...]
    codecs: tuple[str, ...]
    fps_min: float
    fps_max: float
    side_min: int
    side_max: int
    size_bytes: int
    prefer: tuple[str, str, str] = ("mp4", "h264", "aac")
    box: tuple[int, int] = (1080, 1920)
    audio_codecs: tuple[str, ...] = ("aac", "mp3", "opus", "vorbis")
    channels_max: int = 2


@dataclass(frozen=True, slots=True)
class PhotoTarget:
    """What a network takes of photos; others become a JPEG.

    Attributes:
        formats: those that pass as they are.
        short_side: most pixels of the shorter side.
        size_bytes: largest file.
    """

    formats: tuple[str, ...] = ("jpeg", "webp")
    short_side: int = 1080
    size_bytes: int = 20_000_000
