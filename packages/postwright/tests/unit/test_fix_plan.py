"""What has to be done to which file, decided from what is in it alone."""

from dataclasses import replace
from typing import Any

import pytest

from postwright.media.fixing.plan import plan
from postwright.media.fixing.recipe import PhotoOrder, Recipe, VideoOrder
from postwright.media.fixing.target import PhotoTarget, VideoTarget

from .probes import PHOTO as GOOD_PHOTO
from .probes import VIDEO as GOOD

VIDEOS = VideoTarget(
    containers=("mp4", "mov", "webm"),
    codecs=("h264", "hevc", "vp8", "vp9"),
    fps_min=23,
    fps_max=60,
    side_min=360,
    side_max=4096,
    size_bytes=4 * 1024**3,
)
PHOTOS = PhotoTarget()


def video(**changes: Any) -> Recipe:
    recipe = plan(replace(GOOD, **changes), VIDEOS)
    assert recipe is not None
    return recipe


def order(**changes: Any) -> VideoOrder:
    found = video(**changes).order
    assert isinstance(found, VideoOrder)
    return found


def rules(recipe: Recipe) -> list[str]:
    return [step.rule for step in recipe.steps]


def test_what_is_fit_is_left_alone() -> None:
    assert plan(GOOD, VIDEOS) is None
    assert plan(replace(GOOD, container="mov", video_codec="hevc"), VIDEOS) is None
    assert plan(replace(GOOD, audio_codec=None, has_audio=False, audio_channels=0), VIDEOS) is None
    assert plan(GOOD_PHOTO, PHOTOS) is None


@pytest.mark.parametrize("container", ["matroska", "avi", "3gp", "mpegts"])
def test_another_container_alone_is_remuxed_and_nothing_is_encoded(container: str) -> None:
    recipe = video(container=container)

    assert recipe.kind == "remux"
    assert rules(recipe) == ["media.video.formats"]
    assert isinstance(recipe.order, VideoOrder)
    assert recipe.order.copies_video
    assert recipe.order.sound == "copy"
    assert recipe.suffix == ".mp4"


def test_vp9_in_matroska_becomes_webm_without_being_encoded() -> None:
    recipe = video(container="matroska", video_codec="vp9", audio_codec="opus")

    assert recipe.kind == "remux"
    assert recipe.suffix == ".webm"
    assert isinstance(recipe.order, VideoOrder)
    assert recipe.order.sound == "copy"


@pytest.mark.parametrize(
    ("changes", "after"),
    [
        ({"audio_codec": "pcm_s16le", "container": "mov"}, "aac, 2 channels"),
        ({"audio_channels": 6}, "aac, 2 channels"),
        ({"container": "avi", "audio_codec": "ac3", "audio_channels": 1}, "aac, 1 channels"),
    ],
)
def test_unfit_sound_alone_leaves_the_pictures_as_they_are(
    changes: dict[str, Any], after: str
) -> None:
    recipe = video(**changes)

    assert recipe.kind == "remux"
    assert isinstance(recipe.order, VideoOrder)
    assert recipe.order.sound == "encode"
    assert recipe.steps[-1].rule == "preflight.video.sound"
    assert recipe.steps[-1].after == after


@pytest.mark.parametrize(
    ("changes", "rule", "before", "after"),
    [
        ({"video_codec": "av1"}, "media.video.codecs", "av1", "h264"),
        ({"fps": 120.0}, "media.video.fps", "120 fps", "60 fps"),
        ({"fps": 15.0}, "media.video.fps", "15 fps", "30 fps"),
        (
            {"fps": 27.3, "variable_fps": True},
            "preflight.video.variable-fps",
            "variable, 27.3 fps",
            "30 fps",
        ),
        ({"rotation": 90}, "preflight.video.rotation", "90°", "0°"),
        ({"hdr": True}, "preflight.video.hdr", "HDR", "SDR"),
        (
            {"width": 1440, "pixel_aspect": 0.75},
            "preflight.video.pixel-shape",
            "0.75 times as wide as high",
            "square",
        ),
        ({"pixel_format": "yuv444p"}, "preflight.video.pixels", "yuv444p", "yuv420p"),
        (
            {"width": 1079, "height": 1919},
            "preflight.video.odd-sides",
            "1079 x 1919",
            "1080 x 1920",
        ),
        (
            {"width": 4320, "height": 7680},
            "media.video.sides",
            "4320 x 7680",
            "1080 x 1920",
        ),
        ({"width": 200, "height": 400}, "media.video.sides", "200 x 400", "360 x 720"),
    ],
)
def test_each_fault_is_named_with_its_rule_and_what_becomes_of_it(
    changes: dict[str, Any], rule: str, before: str, after: str
) -> None:
    recipe = video(**changes)

    assert recipe.kind == "encode"
    assert recipe.rules[0] == rule
    assert set(recipe.rules) <= {rule, "preflight.video.box"}
    assert (recipe.steps[0].before, recipe.steps[0].after) == (before, after)


@pytest.mark.parametrize(
    ("fps", "wanted"),
    [
        (15.0, "30"),
        (12.0, "24"),
        (12.5, "25"),
        (20.0, "60"),
        (7.0, "30"),
        (120.0, "60"),
        (119.88, "60000/1001"),
        (100.0, "50"),
        (240.0, "60"),
    ],
)
def test_the_new_rate_repeats_or_drops_evenly_where_it_can(fps: float, wanted: str) -> None:
    assert order(fps=fps).fps == wanted


@pytest.mark.parametrize(
    ("fps", "wanted"),
    [(59.3, "60"), (31.0, "60"), (18.0, "30"), (29.97, "30000/1001"), (24.9, "30")],
)
def test_a_rate_that_varies_becomes_the_usual_one_above_it(fps: float, wanted: str) -> None:
    assert order(fps=fps, variable_fps=True).fps == wanted


def test_a_rate_that_is_fit_is_kept_exactly() -> None:
    assert order(fps=29.97, video_codec="av1").fps == "30000/1001"
    assert order(fps=23.976, video_codec="av1").fps == "24000/1001"
    assert order(fps=50.0, video_codec="av1").fps == "50"


@pytest.mark.parametrize(
    ("stored", "aspect", "wanted"),
    [
        ((720, 576), 1.4222, (1024, 576)),
        ((1440, 1080), 1.3333, (1920, 1080)),
        ((1920, 1080), 2.0, (1920, 540)),
        ((1080, 1920), 1000.0, (4096, 8)),
        ((1080, 1920), 0.001, (2, 4096)),
    ],
)
def test_pixels_that_are_not_square_are_counted_as_people_see_them(
    stored: tuple[int, int], aspect: float, wanted: tuple[int, int]
) -> None:
    made = order(width=stored[0], height=stored[1], pixel_aspect=aspect)

    assert (made.width, made.height) == wanted
    assert min(made.padded) >= 360


def test_a_thin_picture_gets_borders_and_a_large_one_shrinks_along() -> None:
    thin = order(width=4000, height=100)
    large = video(width=2160, height=3840, video_codec="av1")

    assert (thin.width, thin.height) == (4096, 102)
    assert thin.padded == (4096, 360)
    assert [step.rule for step in large.steps] == ["media.video.codecs", "preflight.video.box"]


def test_nothing_is_cut_unless_that_is_asked() -> None:
    long = replace(GOOD, duration_ms=900_000)

    assert plan(long, VIDEOS) is None
    recipe = plan(long, VIDEOS, trim_to_ms=600_000)

    assert recipe is not None
    assert recipe.kind == "remux"
    assert isinstance(recipe.order, VideoOrder)
    assert recipe.order.end_ms == recipe.order.duration_ms == 600_000
    assert rules(recipe) == ["media.video.duration"]
    assert plan(GOOD, VIDEOS, trim_to_ms=600_000) is None


@pytest.mark.parametrize(
    ("changes", "rule", "after"),
    [
        ({"format": "png"}, "media.photo.formats", "jpeg"),
        ({"mode": "RGBA", "has_alpha": True}, "preflight.photo.alpha", "white"),
        ({"format": "heic"}, "media.photo.formats", "jpeg"),
        ({"width": 1254, "height": 1254}, "media.photo.short-side", "1080 x 1080"),
        ({"width": 12_000, "height": 9_000}, "media.photo.short-side", "1440 x 1080"),
        ({"size_bytes": 21_000_000}, "media.photo.size", "at most 20,000,000 bytes"),
        ({"orientation": 6}, "preflight.photo.orientation", "upright"),
        ({"mode": "CMYK"}, "preflight.photo.colours", "RGB"),
    ],
)
def test_photos_become_jpeg_upright_and_small_enough(
    changes: dict[str, Any], rule: str, after: str
) -> None:
    recipe = plan(replace(GOOD_PHOTO, **changes), PHOTOS)

    assert recipe is not None
    assert recipe.order == PhotoOrder(short_side=1080, size_bytes=20_000_000)
    assert [(step.rule, step.after) for step in recipe.steps] == [(rule, after)]
    assert recipe.suffix == ".jpg"


def test_what_moves_cannot_become_a_photo() -> None:
    assert plan(replace(GOOD_PHOTO, format="webp", animated=True), PHOTOS) is None


def test_a_recipe_survives_as_json_and_its_key_tells_what_is_done() -> None:
    recipe = video(fps=15.0, rotation=90)

    assert Recipe.from_dict(recipe.to_dict()) == recipe
    assert video(fps=15.0, rotation=90).key() == recipe.key()
    assert video(fps=15.0).key() != recipe.key()


def test_a_photo_with_a_target_for_videos_is_a_mistake_in_the_program() -> None:
    wrong: Any = PHOTOS

    with pytest.raises(TypeError, match="PhotoTarget"):
        plan(GOOD, wrong)
