"""The numbers are those of spec/tiktok/, and the list of rules is all there is."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import postwright.platforms.tiktok
from postwright.media.fixing.target import PhotoTarget, VideoTarget
from postwright.platforms.tiktok import limits
from postwright.platforms.tiktok.rules import PHOTO_TARGET, RULES, VIDEO_TARGET

ROOT = Path(__file__).parents[4]
ROWS: dict[str, dict[str, Any]] = {
    row["id"]: row
    for path in sorted((ROOT / "spec/tiktok").glob("*.yaml"))
    for row in yaml.safe_load(path.read_text(encoding="utf-8"))
    if "id" in row
}


@pytest.mark.parametrize(
    ("row", "key", "ours"),
    [
        ("media.video.formats", "values", set(limits.CONTAINERS)),
        ("media.video.codecs", "values", set(limits.CODECS)),
        ("media.video.fps", "min", limits.FPS[0]),
        ("media.video.fps", "max", limits.FPS[1]),
        ("media.video.sides", "min", limits.SIDES[0]),
        ("media.video.sides", "max", limits.SIDES[1]),
        ("media.video.size", "value", limits.SIZE_BYTES),
        ("inbox.video.init.duration", "value", limits.DRAFT_DURATION_S),
        ("media.photo.formats", "values", set(limits.PHOTO_FORMATS)),
        ("media.photo.short-side", "max", limits.PHOTO_SHORT_SIDE),
        ("media.photo.size", "value", limits.PHOTO_BYTES),
        ("photo.init.photo-count", "min", limits.PHOTO_COUNT[0]),
        ("photo.init.photo-count", "max", limits.PHOTO_COUNT[1]),
        ("posting.init.title-length", "value", limits.CAPTION_UNITS),
        ("photo.init.title-length", "value", limits.PHOTO_TITLE_UNITS),
        ("photo.init.description-length", "value", limits.PHOTO_DESCRIPTION_UNITS),
        ("upload.put.content-type", "values", set(limits.CONTAINERS.values())),
    ],
)
def test_every_number_is_the_one_of_its_row(row: str, key: str, ours: object) -> None:
    written = ROWS[row][key]

    assert (set(written) if isinstance(written, list) else written) == ours  # pyright: ignore[reportUnknownArgumentType]  # YAML


def test_every_rule_is_a_row_of_the_spec_or_named_as_ours() -> None:
    for rule in RULES:
        assert rule.startswith("preflight.") != (rule in ROWS), rule


def test_all_that_is_fixable_is_mended() -> None:
    assert all(rule.is_mended for rule in RULES.values() if rule.kind == "fixable")


def test_every_rule_of_the_list_is_looked_at() -> None:
    folder = Path(postwright.platforms.tiktok.__file__).parent
    looking = (*folder.glob("rules_*.py"), folder / "checking.py", folder / "choosing.py")
    code = "".join(path.read_text(encoding="utf-8") for path in looking)
    named = set(re.findall(r'"((?:media|posting|photo|preflight|inbox)\.[a-z.-]+)"', code))
    # Found by whoever cannot read or mend it.
    named |= {"preflight.files.unreadable", "preflight.files.unmendable"}
    named |= {f"posting.creator-info.{name}-disabled" for name in ("comment", "duet", "stitch")}

    assert named == set(RULES)


def test_what_is_mended_is_made_to_fit_the_same_numbers() -> None:
    assert isinstance(VIDEO_TARGET, VideoTarget)
    assert isinstance(PHOTO_TARGET, PhotoTarget)
    assert (VIDEO_TARGET.fps_min, VIDEO_TARGET.fps_max) == limits.FPS
    assert (VIDEO_TARGET.side_min, VIDEO_TARGET.side_max) == limits.SIDES
    assert VIDEO_TARGET.size_bytes == limits.SIZE_BYTES
    assert VIDEO_TARGET.prefer[0] in limits.CONTAINERS
    assert VIDEO_TARGET.prefer[1] in limits.CODECS
    assert PHOTO_TARGET.short_side == limits.PHOTO_SHORT_SIDE
    assert PHOTO_TARGET.size_bytes == limits.PHOTO_BYTES
