"""Files that nothing is wrong with, as a look into them tells of them."""

from postwright.media.probe import PhotoProbe, VideoProbe

VIDEO = VideoProbe(
    container="mp4",
    video_codec="h264",
    audio_codec="aac",
    width=1080,
    height=1920,
    rotation=0,
    fps=30.0,
    variable_fps=False,
    duration_ms=10_000,
    size_bytes=5_000_000,
    pixel_format="yuv420p",
    hdr=False,
    has_audio=True,
    audio_channels=2,
)
PHOTO = PhotoProbe(
    format="jpeg",
    width=1080,
    height=1440,
    orientation=1,
    mode="RGB",
    animated=False,
    has_alpha=False,
    size_bytes=400_000,
)
