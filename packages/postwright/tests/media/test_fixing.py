"""What people have becomes what TikTok takes: mended, then judged by the emulator's own eyes."""

import struct
from dataclasses import asdict, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from postwright.media.fixing.errors import FixFailed
from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import VideoOrder
from postwright.media.fixing.run import Limits, started
from postwright.media.probe import PhotoProbe, Probe, VideoProbe, probe
from postwright.platforms.tiktok.rules import VIDEO_TARGET, check_files
from postwright.platforms.tiktok.settings import CreatorLimits
from tiktok_emulator.posting.publish import StoredFile
from tiktok_emulator.pull.photos import look_at
from tiktok_emulator.upload.media import fail_reason
from tiktok_emulator.upload.media import probe as emulators_probe

from .conftest import Corpus, Video
from .corpus import NAMES
from .corpus.videos import Shot, film
from .mended import colour, mended, recipe_of

pytestmark = pytest.mark.slow

LIMITS = CreatorLimits(privacy_options=("PUBLIC_TO_EVERYONE",), max_duration_s=600)
READABLE = [name for name, specimen in NAMES.items() if not specimen.why]
HOPELESS = [name for name in READABLE if any(kind == "error" for kind, _ in NAMES[name].says)]
# Advice that is mended along, if a file is mended at all.
ALONG = {"rotation", "pixel-shape", "hdr", "sound", "alpha"}


def is_mended(kind: str, rule: str) -> bool:
    return kind == "fixable" or (kind == "advice" and rule.rpartition(".")[2] in ALONG)


def emulator_takes(path: Path, found: Probe) -> bool:
    """Whether TikTok would: nothing of this is Postwright's."""
    if isinstance(found, PhotoProbe):
        _, reason, _ = look_at([StoredFile(path, found.size_bytes, "")])
        return reason is None
    declared = "video/webm" if path.suffix == ".webm" else "video/mp4"
    facts = emulators_probe(path)
    reason = fail_reason(facts, declared_type=declared, longest_s=600, checks_shortest=False)
    return reason is None


@pytest.mark.parametrize("name", [name for name in READABLE if name not in HOPELESS])
async def test_each_kind_of_file_is_fit_or_becomes_fit_and_what_is_wrong_with_it_is_mended(
    corpus: Corpus, tmp_path: Path, name: str
) -> None:
    source = corpus(name)
    bytes_before = source.read_bytes()
    before = await probe(source)
    recipe = recipe_of(before)
    named = {rule for kind, rule in NAMES[name].says if is_mended(kind, rule)}
    if recipe is None:
        assert not named
        assert emulator_takes(source, before)
        return

    output, found = await mended(source, tmp_path, recipe)

    assert named <= {step.rule for step in recipe.steps}
    assert emulator_takes(output, found)
    left = check_files([(name, found)], LIMITS)
    assert not [
        finding for finding in left if finding.blocks or is_mended(finding.kind, finding.rule)
    ]
    assert recipe_of(found) is None
    assert source.read_bytes() == bytes_before


@pytest.mark.parametrize("name", HOPELESS)
async def test_what_cannot_be_mended_is_refused_with_its_rule(corpus: Corpus, name: str) -> None:
    findings = check_files([(name, await probe(corpus(name)))], LIMITS)

    assert [finding.rule for finding in findings if finding.kind == "error"]


async def test_a_remuxed_video_has_the_very_pictures_of_the_original(
    corpus: Corpus, tmp_path: Path
) -> None:
    source = corpus("obs.mkv")

    output, _ = await mended(source, tmp_path)

    assert pictures(output) == pictures(source)
    data = output.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


async def test_pictures_of_a_megabyte_each_are_taken_over_too(video: Video, tmp_path: Path) -> None:
    source = video(".mkv", width=1080, height=1920, duration_s=0.5, min_bytes=13_000_000)
    recipe = recipe_of(await probe(source))
    assert recipe is not None
    assert recipe.kind == "remux"
    told = {"kind": recipe.kind, "order": asdict(recipe.order), "output": str(tmp_path / "a.mp4")}

    async with started("video", Limits()) as bench:
        answer = await bench.give(source, told)

    assert answer["kind"] == "remux"
    assert (tmp_path / "a.mp4").stat().st_size > 12_000_000


async def test_whole_pictures_are_encoded_side_by_side(corpus: Corpus, tmp_path: Path) -> None:
    output, _ = await mended(corpus("fps-120.mp4"), tmp_path)

    assert b"sliced_threads=0" in output.read_bytes()  # the encoder writes down its settings


def pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(frame.planes[0]) for frame in container.decode(video=0)]


async def test_times_begin_at_zero_and_stay_in_step(corpus: Corpus, tmp_path: Path) -> None:
    output, found = await mended(corpus("fps-120.mp4"), tmp_path)

    assert isinstance(found, VideoProbe)
    with av.open(str(output)) as container:
        opened: Any = container
        video, sound = opened.streams.video[0], opened.streams.audio[0]
        assert abs(float(video.start_time * video.time_base)) < 0.001
        assert abs(float(sound.start_time * sound.time_base)) < 0.05
        video_s = float(video.duration * video.time_base)
        sound_s = float(sound.duration * sound.time_base)
    assert abs(video_s - sound_s) < 0.1


def quarters(path: Path, *, width: int, height: int, rotation: int) -> Path:
    """A video whose upper left quarter is white as it is stored, to be turned by players."""
    with av.open(str(path), "w", options={"movflags": "+faststart"}) as opened:
        container: Any = opened
        stream = container.add_stream("libx264", rate=30)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        image = Image.new("RGB", (width, height))
        image.paste((255, 255, 255), (0, 0, width // 2, height // 2))
        for number in range(15):
            drawn: Any = av.VideoFrame
            frame = drawn.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    turns = {90: (0, 1, -1, 0), 180: (-1, 0, 0, -1), 270: (0, -1, 1, 0)}[rotation]
    a, b, c, d = (value << 16 for value in turns)
    matrix = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    data[at : at + len(matrix)] = matrix
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("rotation", "corner"), [(90, (1, 0)), (180, (1, 1)), (270, (0, 1))], ids=str
)
async def test_a_turned_video_becomes_upright(
    tmp_path: Path, rotation: int, corner: tuple[int, int]
) -> None:
    source = quarters(tmp_path / "a.mp4", width=640, height=360, rotation=rotation)

    output, found = await mended(source, tmp_path)

    assert isinstance(found, VideoProbe)
    assert (found.width, found.height) == ((640, 360) if rotation == 180 else (360, 640))
    with av.open(str(output)) as container:
        frame: Any = next(container.decode(video=0))
    image: Image.Image = frame.to_image()
    spots = {
        (x, y): colour(image, image.width * (1 + 2 * x) // 4, image.height * (1 + 2 * y) // 4)
        for x in (0, 1)
        for y in (0, 1)
    }
    assert {place for place, seen in spots.items() if min(seen) > 200} == {corner}


@pytest.mark.parametrize(
    "shot",
    [
        Shot(width=480, aspect=Fraction(3, 4)),
        Shot(width=640, height=480, rotation=90, aspect=Fraction(4, 3)),
    ],
    ids=["upright", "turned"],
)
async def test_pixels_that_are_not_square_become_square_and_the_picture_keeps_its_proportions(
    tmp_path: Path, shot: Shot
) -> None:
    film(shot)(tmp_path / "a.mp4")
    before = await probe(tmp_path / "a.mp4")
    assert isinstance(before, VideoProbe)
    assert (before.width, before.height, before.pixel_aspect) == (480, 640, 0.75)

    output, found = await mended(tmp_path / "a.mp4", tmp_path)

    assert isinstance(found, VideoProbe)
    assert (found.width, found.height, found.pixel_aspect) == (360, 640, 1.0)
    with av.open(str(output)) as container:
        frame: Any = next(container.decode(video=0))
    image: Image.Image = frame.to_image()
    # A quarter of each side is bright, as it was drawn: nothing is cut off and nothing added.
    across = [min(colour(image, x, 5)) > 180 for x in range(360)]
    down = [min(colour(image, across.index(True) + 9, y)) > 180 for y in range(640)]
    assert (abs(sum(across) - 90) <= 4, abs(sum(down) - 160) <= 4) == (True, True)


async def test_nothing_of_where_and_when_is_left(tmp_path: Path, video: Video) -> None:
    photo = Image.new("RGB", (1300, 1300), "red")
    exif = Image.Exif()
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825)[1] = "N"
    photo.save(tmp_path / "a.jpg", exif=exif)
    with (
        av.open(str(video(fps=120))) as taken,
        av.open(str(tmp_path / "a.mp4"), "w", options={"movflags": "use_metadata_tags"}) as opened,
    ):
        made: Any = opened
        made.metadata["location"] = "+52.5200+013.4050/"
        stream = made.add_stream_from_template(taken.streams.video[0])
        for packet in taken.demux(video=0):
            if packet.size:
                packet.stream = stream
                made.mux(packet)
    assert b"+52.52" in (tmp_path / "a.mp4").read_bytes()

    (still, _), (moving, _) = (
        await mended(tmp_path / "a.jpg", tmp_path),
        await mended(tmp_path / "a.mp4", tmp_path),
    )

    assert b"Exif" not in still.read_bytes()
    assert b"somebody" not in still.read_bytes()
    assert b"+52.52" not in moving.read_bytes()


async def test_a_cut_video_is_no_longer_than_it_may_be(video: Video, tmp_path: Path) -> None:
    for suffix, wanted in ((".mp4", "remux"), (".avi", "encode")):
        codec = "mpeg4" if suffix == ".avi" else "h264"
        source = video(suffix, codec=codec, duration_s=3.0)
        before = await probe(source)
        assert isinstance(before, VideoProbe)
        recipe = plan(before, VIDEO_TARGET, trim_to_ms=2000)
        assert recipe is not None
        assert recipe.kind == wanted

        _, found = await mended(source, tmp_path, recipe)

        assert isinstance(found, VideoProbe)
        assert 1700 <= found.duration_ms <= 2000


async def test_a_file_that_must_be_small_is_made_small(video: Video, tmp_path: Path) -> None:
    source = video(width=540, height=960, duration_s=3.0, min_bytes=4_000_000)
    before = await probe(source)
    assert isinstance(before, VideoProbe)
    recipe = plan(before, replace(VIDEO_TARGET, size_bytes=700_000))
    assert recipe is not None
    assert isinstance(recipe.order, VideoOrder)

    _, found = await mended(source, tmp_path, recipe)

    assert found.size_bytes <= 700_000


async def test_a_picture_that_stands_still_to_the_end_is_shown_to_the_end(
    corpus: Corpus, tmp_path: Path
) -> None:
    before = await probe(corpus("still.ogv"))

    output, found = await mended(corpus("still.ogv"), tmp_path)

    assert isinstance(before, VideoProbe)
    assert isinstance(found, VideoProbe)
    assert (before.fps, before.variable_fps, before.duration_ms) == (30, False, 3033)
    assert found.duration_ms == 3033
    shown = [max(picture) > 180 for picture in pictures(output)]
    assert shown == [False] * 30 + [True] * 61


@pytest.mark.parametrize("damage", ["in the middle", "at the end"])
async def test_half_a_video_is_never_kept(video: Video, tmp_path: Path, damage: str) -> None:
    whole = video(".avi", codec="mpeg4", duration_s=4.0)
    data = whole.read_bytes()
    third = len(data) // 3
    rest = bytes(third) + data[2 * third :] if damage == "in the middle" else b""
    source = tmp_path / "damaged.avi"
    source.write_bytes(data[:third] + rest)
    recipe = recipe_of(await probe(whole))
    assert recipe is not None

    with pytest.raises(FixFailed) as caught:
        await mended(source, tmp_path, recipe)

    assert "of 4.0 s" in caught.value.why
    assert "damaged.avi" in caught.value.what
    assert {"media.video.codecs", "media.video.formats"} <= set(caught.value.rules)
    assert "[media.video.codecs, media.video.formats" in caught.value.what
    assert caught.value.fix
