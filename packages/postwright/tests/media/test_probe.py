import asyncio
import os
import random
import struct
import sys
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import psutil
import pytest
from PIL import Image

from postwright.media.errors import MediaNotFound, MediaUnreadable, ProbeUnusable
from postwright.media.lookout import lookout
from postwright.media.probe import PhotoProbe, VideoProbe, probe

from .conftest import Video
from .corpus import hostile

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("suffix", "codec", "container", "audio"),
    [
        (".mp4", "h264", "mp4", "aac"),
        (".mp4", "hevc", "mp4", "aac"),
        (".mov", "h264", "mov", "aac"),
        (".webm", "vp9", "webm", "opus"),
        (".webm", "vp8", "webm", "opus"),
        (".mkv", "h264", "matroska", "aac"),
        (".avi", "mpeg4", "avi", "mp2"),
    ],
)
async def test_containers_and_codecs_are_told_apart(
    video: Video, suffix: str, codec: str, container: str, audio: str
) -> None:
    path = video(suffix, codec=codec)

    seen = await _video(path)

    assert (seen.container, seen.video_codec, seen.audio_codec) == (container, codec, audio)
    assert (seen.width, seen.height, seen.rotation) == (360, 640, 0)
    assert seen.fps == 30
    assert not seen.variable_fps
    assert 950 <= seen.duration_ms <= 1100
    assert seen.size_bytes == path.stat().st_size
    assert seen.has_audio
    assert not seen.hdr


async def test_a_name_that_lies_does_not_deceive(video: Video, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(video(".avi", codec="mpeg4").read_bytes())

    assert (await _video(path)).container == "avi"


async def test_silence_and_a_high_rate_are_seen(video: Video) -> None:
    seen = await _video(video(fps=200, audio=False))

    assert seen.fps == 200
    assert not seen.has_audio
    assert seen.audio_codec is None


async def test_a_turned_picture_is_measured_as_it_is_shown(video: Video, tmp_path: Path) -> None:
    data = bytearray(video().read_bytes())
    matrix = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, 640 << 16, 0, 1 << 30)
    at = data.index(b"tkhd") + 44
    data[at : at + len(matrix)] = matrix
    path = tmp_path / "turned.mp4"
    path.write_bytes(data)

    seen = await _video(path)

    assert seen.rotation == 90
    assert (seen.width, seen.height) == (640, 360)


async def test_a_picture_that_is_turned_askew_is_taken_for_the_next_quarter(
    video: Video, tmp_path: Path
) -> None:
    data = bytearray(video().read_bytes())
    askew = 46_341  # cos and sin of 45°, in 1/65536
    matrix = struct.pack(">9i", askew, askew, 0, -askew, askew, 0, 0, 0, 1 << 30)
    at = data.index(b"tkhd") + 44
    data[at : at + len(matrix)] = matrix
    path = tmp_path / "askew.mp4"
    path.write_bytes(data)

    assert (await _video(path)).rotation in {0, 90, 180, 270}


async def test_one_picture_that_was_dropped_changes_no_rate(tmp_path: Path) -> None:
    times = [0, *range(2, 60)]
    path = _encode(tmp_path / "dropped.avi", times, codec="mpeg4")

    seen = await _video(path)

    assert (seen.fps, seen.variable_fps) == (30, False)


async def test_a_recording_that_was_joined_late_is_not_cut_off(tmp_path: Path) -> None:
    path = _encode(tmp_path / "late.mkv", list(range(3000, 3120)))

    assert (await _video(path)).duration_ms in range(3900, 4101)


async def test_uneven_pictures_and_hdr_are_seen(tmp_path: Path) -> None:
    # Every second gap is twice as long.
    path = _encode(tmp_path / "uneven.mp4", [number * 3 // 2 for number in range(60)], curve=16)

    seen = await _video(path)

    assert seen.variable_fps
    assert seen.fps == pytest.approx(20, abs=0.5)
    assert seen.hdr


async def test_a_recording_without_a_length_is_read_to_its_end(tmp_path: Path) -> None:
    live = {"live": "1"}
    path = _encode(tmp_path / "live.webm", list(range(60)), codec="libvpx", options=live)

    assert (await _video(path)).duration_ms in range(1900, 2101)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b"Dear diary,\n" * 100, "neither a video nor a photo"),
        (b"<!DOCTYPE html><html><body>404</body></html>", "web page"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "neither a video nor a photo"),
        (b"ffconcat version 1.0\nfile '/etc/passwd'\n", "neither a video nor a photo"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomiso2" + b"\xff" * 200, "damaged"),
    ],
)
async def test_what_is_no_video_is_named_for_what_it_is(
    tmp_path: Path, content: bytes, why: str
) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)

    with pytest.raises(MediaUnreadable) as caught:
        await probe(path)

    assert why in caught.value.why
    assert "clip.mp4" in caught.value.what
    assert caught.value.fix


@pytest.mark.parametrize(
    ("codec", "name"), [("png", "a.mp4"), ("mjpeg", "a.png"), ("gif", "a.webm")]
)
async def test_a_photo_is_known_by_its_content_whatever_its_name(
    tmp_path: Path, codec: str, name: str
) -> None:
    seen = await probe(_picture(tmp_path / name, codec))

    assert isinstance(seen, PhotoProbe)
    assert seen.format == {"mjpeg": "jpeg"}.get(codec, codec)
    assert (seen.width, seen.height) == (64, 64)


async def test_a_phones_jpeg_with_a_second_picture_inside_stands_still(tmp_path: Path) -> None:
    path = tmp_path / "portrait.jpg"
    second = Image.new("L", (64, 48))
    Image.new("RGB", (128, 96)).save(path, format="MPO", save_all=True, append_images=[second])

    seen = await probe(path)

    assert isinstance(seen, PhotoProbe)
    assert (seen.format, seen.width, seen.height, seen.animated) == ("jpeg", 128, 96, False)


@pytest.mark.parametrize(
    ("name", "options"),
    [("large.jpg", {"progressive": True, "quality": 1}), ("large.tif", {})],
)
async def test_half_a_picture_is_cut_off_though_it_is_too_large_to_unpack(
    tmp_path: Path, name: str, options: dict[str, Any]
) -> None:
    path = tmp_path / name
    mode = "1" if name.endswith("tif") else "L"
    Image.effect_noise((8_000, 7_000), 90).convert(mode).save(path, **options)
    assert isinstance(await probe(path), PhotoProbe)
    os.truncate(path, path.stat().st_size // 2)

    with pytest.raises(MediaUnreadable, match=name) as caught:
        await probe(path)

    assert "cut off" in caught.value.why


async def test_sound_alone_is_no_video(tmp_path: Path) -> None:
    path = tmp_path / "song.mp3"
    with av.open(str(path), "w") as opened:
        container: Any = opened
        stream = container.add_stream("libmp3lame", rate=48_000)
        frame = av.AudioFrame(format="s16p", layout="stereo", samples=1152)
        frame.sample_rate = 48_000
        for packet in (*stream.encode(frame), *stream.encode(None)):
            container.mux(packet)

    with pytest.raises(MediaUnreadable) as caught:
        await probe(path)

    assert "sound" in caught.value.why


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
async def test_a_file_that_was_cut_off_is_noticed(
    video: Video, tmp_path: Path, suffix: str
) -> None:
    data = video(suffix, duration_s=4.0).read_bytes()
    path = tmp_path / f"cut{suffix}"
    path.write_bytes(data[: len(data) // 2])

    with pytest.raises(MediaUnreadable) as caught:
        await probe(path)

    assert "cut off" in caught.value.why


async def test_sound_that_lacks_its_last_byte_is_cut_off(video: Video, tmp_path: Path) -> None:
    data = video(duration_s=4.0).read_bytes()
    with av.open(str(video(duration_s=4.0))) as container:
        assert all(len(stream.index_entries) for stream in container.streams)
        last = max(
            stream.index_entries[-1].pos + stream.index_entries[-1].size
            for stream in container.streams
        )
    path = tmp_path / "cut.mp4"
    path.write_bytes(data[: last - 1])

    with pytest.raises(MediaUnreadable) as caught:
        await probe(path)

    assert "cut off" in caught.value.why


async def test_a_missing_file_a_folder_and_a_pipe_are_clear_errors(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    with pytest.raises(MediaNotFound, match="nothing"):
        await probe(tmp_path / "nothing.mp4")
    with pytest.raises(MediaUnreadable) as folder:
        await probe(tmp_path)
    with pytest.raises(MediaUnreadable) as pipe:
        await probe(tmp_path / "pipe")

    assert "a folder" in folder.value.why
    assert "not a regular file" in pipe.value.why


@pytest.mark.parametrize("name", ["--help", "http:clip", "pipe:0", "clip %03d.mp4"])
async def test_a_name_like_an_option_or_an_address_is_still_a_file(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(video().read_bytes())

    assert (await _video(Path(name))).video_codec == "h264"


async def test_a_probe_that_takes_too_long_is_killed(video: Video) -> None:
    with pytest.raises(MediaUnreadable) as caught:
        await probe(video(), timeout_s=0.001)

    assert "longer than 0.001 s" in caught.value.why
    await _nothing_runs()


async def test_a_cancelled_probe_leaves_no_process(tmp_path: Path) -> None:
    task = asyncio.create_task(probe(hostile.spinning(tmp_path / "spinning.jpg")))
    while not _running() and not task.done():
        await asyncio.wait([task], timeout=0.001)
    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task

    await _nothing_runs()


async def test_a_probe_that_wants_too_much_memory_fails_alone(video: Video) -> None:
    with pytest.raises(MediaUnreadable) as caught:
        await probe(video(), memory_bytes=1 << 20)

    assert "memory" in caught.value.why or "broke off" in caught.value.why


@pytest.mark.parametrize("seed", range(12))
async def test_a_damaged_file_gives_an_answer_or_a_clear_error(
    video: Video, tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # repeatable damage
    whole = video(".mp4") if seed % 2 else video(".webm", codec="vp9")
    data = bytearray(whole.read_bytes())
    for _ in range(40):
        data[chance.randrange(min(len(data), 4000))] = chance.randrange(256)
    path = tmp_path / "damaged.mp4"
    path.write_bytes(data)

    answer = await asyncio.gather(probe(path), return_exceptions=True)

    assert isinstance(answer[0], (VideoProbe, MediaUnreadable))


async def test_a_python_that_does_not_start_is_not_the_files_fault(
    video: Video, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "python"
    broken.write_text("#!/bin/sh\nexit 127\n")
    broken.chmod(0o755)
    lookout.close()
    monkeypatch.setattr(sys, "executable", str(broken))

    with pytest.raises(ProbeUnusable, match="this machine"):
        await probe(video())


async def _video(path: Path) -> VideoProbe:
    seen = await probe(path)
    assert isinstance(seen, VideoProbe)
    return seen


def _running() -> list[psutil.Process]:
    """The processes that look into a file right now."""
    warm = lookout.process_id
    if warm is None:
        return []
    with suppress(psutil.NoSuchProcess):
        return psutil.Process(warm).children()
    return []


async def _nothing_runs() -> None:
    async with asyncio.timeout(5):
        while _running():
            await asyncio.wait([asyncio.create_task(asyncio.sleep(0.001))])


def _frames(width: int, height: int, form: str, times: list[int]) -> list[av.VideoFrame]:
    frames: list[av.VideoFrame] = []
    for time in times:
        frame = av.VideoFrame(width, height, form)
        for plane in frame.planes:
            plane.update(bytes([time % 200]) * plane.buffer_size)
        frame.pts, frame.time_base = time, Fraction(1, 30)
        frames.append(frame)
    return frames


def _encode(
    path: Path,
    times: list[int],
    *,
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    curve: int = 1,
) -> Path:
    with av.open(str(path), "w", options=options or {}) as opened:
        container: Any = opened
        stream = container.add_stream(codec, rate=30)
        stream.width, stream.height, stream.pix_fmt = 320, 480, "yuv420p"
        stream.codec_context.color_trc = curve
        stream.codec_context.time_base = Fraction(1, 30)
        for frame in (*_frames(320, 480, "yuv420p", times), None):
            container.mux(stream.encode(frame))
    return path


def _picture(path: Path, codec: str) -> Path:
    form = {"png": "rgb24", "mjpeg": "yuvj420p", "gif": "rgb8"}[codec]
    kind = "gif" if codec == "gif" else "image2"
    with av.open(str(path), "w", format=kind) as opened:
        container: Any = opened
        stream = container.add_stream(codec, rate=1)
        stream.width, stream.height, stream.pix_fmt = 64, 64, form
        for frame in (*_frames(64, 64, form, [0]), None):
            container.mux(stream.encode(frame))
    return path
