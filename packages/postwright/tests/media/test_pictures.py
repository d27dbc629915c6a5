"""Posters, strips and frames: made once, of what is to be seen."""

from dataclasses import asdict
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest
from PIL import Image

from postwright.media.fixing.pictures import NoPicture, Pictures
from postwright.media.keep import incoming, keep
from postwright.media.models import MediaFile, MediaPicture, PictureKind
from postwright.media.probe import probe
from tests.factories.installation import Service

from .conftest import Corpus

pytestmark = pytest.mark.slow


def lights(path: Path) -> Path:
    """Two seconds: one half black, then red above and blue below."""
    with av.open(str(path), "w") as opened:
        container: Any = opened
        stream = container.add_stream("libx264", rate=30, options={"preset": "ultrafast"})
        stream.width, stream.height, stream.pix_fmt = 360, 640, "yuv420p"
        bright = Image.new("RGB", (360, 640), (220, 30, 30))
        bright.paste((30, 30, 220), (0, 320, 360, 640))
        drawn: Any = av.VideoFrame
        for number in range(60):
            image = bright if number >= 15 else Image.new("RGB", (360, 640))
            frame = drawn.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


async def added(service: Service, path: Path) -> MediaFile:
    given = incoming(path, await probe(path))
    return await keep(service.library, service.workspace_id, given, actor="test")


async def seen(service: Service, picture: MediaPicture) -> Image.Image:
    data = service.library.store.read(
        service.workspace_id, picture.sha256, 0, picture.size_bytes + 1
    )
    image = Image.open(BytesIO(data), formats=["JPEG"])
    assert image.size == (picture.width, picture.height)
    return image


def colour(image: Image.Image, x: int, y: int) -> str:
    red, _, blue = found = tuple[int, int, int](_pixel(image, x, y))
    return "black" if max(found) < 40 else "red" if red > blue else "blue"


def _pixel(image: Image.Image, x: int, y: int) -> Any:
    return image.convert("RGB").getpixel((x, y))


@pytest.fixture
def pictures(service: Service) -> Pictures:
    return Pictures(service.library, service.settings.media_folder)


async def test_a_poster_is_the_first_picture_with_something_to_see(
    service: Service, pictures: Pictures, tmp_path: Path
) -> None:
    media = await added(service, lights(tmp_path / "lights.mp4"))

    poster = await pictures.poster(service.workspace_id, media.id)
    again = await pictures.poster(service.workspace_id, media.id)
    cover = await pictures.poster(service.workspace_id, media.id, cover_ms=0)

    assert poster.at_ms >= 500
    image = await seen(service, poster)
    assert (colour(image, 180, 100), colour(image, 180, 500)) == ("red", "blue")
    assert again.id == poster.id
    assert cover.kind is PictureKind.FRAME
    assert colour(await seen(service, cover), 180, 100) == "black"


async def test_a_poster_of_pixels_that_are_not_square_has_the_proportions_that_people_see(
    service: Service, pictures: Pictures, corpus: Corpus
) -> None:
    media = await added(service, corpus("anamorphic.mp4"))

    poster = await pictures.poster(service.workspace_id, media.id)

    assert (poster.width, poster.height) == (360, 640)


async def test_a_frame_is_the_one_that_is_shown_at_its_time(
    service: Service, pictures: Pictures, tmp_path: Path
) -> None:
    media = await added(service, lights(tmp_path / "lights.mp4"))

    dark = await pictures.frame(service.workspace_id, media.id, at_ms=480)
    light = await pictures.frame(service.workspace_id, media.id, at_ms=500)

    assert colour(await seen(service, dark), 180, 100) == "black"
    assert colour(await seen(service, light), 180, 100) == "red"
    with pytest.raises(NoPicture):
        await pictures.frame(service.workspace_id, media.id, at_ms=2000)


async def test_a_strip_shows_each_of_its_tiles_at_its_place(
    service: Service, pictures: Pictures, tmp_path: Path
) -> None:
    media = await added(service, lights(tmp_path / "lights.mp4"))

    strip, tiles = await pictures.strip(service.workspace_id, media.id)

    assert [tile.at_ms for tile in tiles] == list(range(0, 2000, 250))
    image = await seen(service, strip)
    found = [colour(image, tile.x + tile.width // 2, tile.y + 20) for tile in tiles]
    assert found == ["black", "black", *["red"] * 6]
    assert (await pictures.strip(service.workspace_id, media.id))[0].id == strip.id


async def test_a_photo_has_a_poster_and_no_frames(
    service: Service, pictures: Pictures, tmp_path: Path
) -> None:
    Image.new("RGB", (1080, 1920), (220, 30, 30)).save(tmp_path / "red.jpg")
    media = await added(service, tmp_path / "red.jpg")

    poster = await pictures.poster(service.workspace_id, media.id)

    assert (poster.width, poster.height) == (720, 1280)
    assert colour(await seen(service, poster), 5, 5) == "red"
    with pytest.raises(NoPicture):
        await pictures.strip(service.workspace_id, media.id)
    assert asdict(await probe(tmp_path / "red.jpg")) == media.probe
