from dataclasses import replace

import pytest

from postwright.media.findings import Finding
from postwright.media.probe import Probe
from postwright.platforms.tiktok.rules import (
    check_files,
    check_photo,
    check_photo_post,
    content_type,
)
from postwright.platforms.tiktok.settings import CreatorLimits, PhotoSettings

from .probes import PHOTO
from .test_tiktok_rules import GOOD as VIDEO

GOOD = replace(PHOTO, height=1920, size_bytes=900_000)
LIMITS = CreatorLimits(privacy_options=("PUBLIC_TO_EVERYONE", "SELF_ONLY"))
PUBLIC = PhotoSettings(privacy_level="PUBLIC_TO_EVERYONE")


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def album(*photos: Probe) -> list[tuple[str, Probe]]:
    return [(f"{number}.jpg", photo) for number, photo in enumerate(photos)]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"format": "webp"},
        {"width": 941, "height": 1672},
        {"width": 1080, "height": 12_000},
        {"mode": "L"},
        {"size_bytes": 20_971_520},
    ],
)
def test_a_photo_within_the_limits_has_no_findings(changes: dict[str, object]) -> None:
    assert check_photo(replace(GOOD, **changes)) == ()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"format": "png"}, "media.photo.formats"),
        ({"format": "heic"}, "media.photo.formats"),
        ({"width": 1086, "height": 1448}, "media.photo.short-side"),
        ({"width": 1254, "height": 1254}, "media.photo.short-side"),
        ({"size_bytes": 20_971_521}, "media.photo.size"),
        ({"orientation": 6}, "preflight.photo.orientation"),
        ({"mode": "CMYK"}, "preflight.photo.colours"),
    ],
)
def test_what_can_be_mended_blocks_and_says_how(changes: dict[str, object], rule: str) -> None:
    finding = only(check_photo(replace(GOOD, **changes), where="beach.jpg"))

    assert (finding.kind, finding.rule) == ("fixable", rule)
    assert finding.file == finding.where == "beach.jpg"
    assert finding.measured
    assert finding.limit
    assert (finding.fix or "").startswith("postwright check --fix ")


def test_what_moves_is_refused_whatever_else_it_is() -> None:
    moving = replace(GOOD, format="gif", animated=True, width=4000, height=4000)

    finding = only(check_photo(moving))

    assert (finding.kind, finding.rule) == ("error", "preflight.photo.animated")


def test_advice_about_photos_never_blocks() -> None:
    findings = check_photo(replace(GOOD, width=1920, height=1080, has_alpha=True, hdr=True))

    assert [finding.rule for finding in findings] == [
        "preflight.photo.alpha",
        "preflight.photo.hdr",
        "preflight.photo.shape",
    ]
    assert not any(finding.blocks for finding in findings)


def test_of_many_photos_the_bad_one_is_named() -> None:
    findings = check_files(album(GOOD, replace(GOOD, width=1086, height=1448), GOOD), None)

    assert only(findings).file == "1.jpg"


@pytest.mark.parametrize(("count", "passes"), [(1, True), (35, True), (36, False)])
def test_a_post_has_up_to_35_photos(count: int, passes: bool) -> None:  # noqa: FBT001  # from the table
    findings = check_files(album(*[GOOD] * count), None)

    assert [finding.rule for finding in findings] == ([] if passes else ["photo.init.photo-count"])


def test_photos_and_a_video_do_not_go_together_nor_do_two_videos() -> None:
    mixed = only(check_files(album(GOOD, VIDEO), None))
    two = only(check_files(album(VIDEO, VIDEO), None))

    assert (mixed.kind, mixed.rule) == ("error", "preflight.files.mixed")
    assert "1.jpg" in (mixed.measured or "")
    assert (two.kind, two.rule) == ("error", "preflight.files.one-video")


@pytest.mark.parametrize(
    ("changes", "where", "rule"),
    [
        ({"title": "é" * 91}, "title", "photo.init.title-length"),
        ({"title": "👍" * 45 + "!"}, "title", "photo.init.title-length"),
        ({"description": "👍" * 2000 + "!"}, "caption", "photo.init.description-length"),
        ({"cover_index": 3}, "cover", "photo.init.cover-index-range"),
        ({"cover_index": -1}, "cover", "photo.init.cover-index-range"),
        ({"privacy_level": "FOLLOWER_OF_CREATOR"}, "privacy", "posting.init.privacy-mismatch"),
        (
            {"privacy_level": "SELF_ONLY", "brand_content": True},
            "brand content",
            "posting.init.brand-content-private",
        ),
    ],
)
def test_what_is_chosen_for_photos_is_checked(
    changes: dict[str, object], where: str, rule: str
) -> None:
    finding = only(check_photo_post(replace(PUBLIC, **changes), LIMITS, photos=3))

    assert (finding.kind, finding.where, finding.rule) == ("error", where, rule)


def test_texts_on_the_limit_pass() -> None:
    settings = replace(PUBLIC, title="👍" * 45, description="👍" * 2000, cover_index=2)

    assert check_photo_post(settings, LIMITS, photos=3) == ()


def test_links_are_advised_against_in_title_and_caption() -> None:
    settings = replace(PUBLIC, title="example.com/a", description="see www.example.org")

    findings = check_photo_post(settings, LIMITS, photos=1)

    assert [finding.where for finding in findings] == ["title", "caption"]
    assert {finding.kind for finding in findings} == {"advice"}


def test_comments_that_are_off_and_an_unaudited_app_are_told_for_photos_too() -> None:
    settings = replace(PUBLIC, allow_comment=True)
    limits = replace(LIMITS, comment_disabled=True)

    findings = check_photo_post(settings, limits, photos=1, audited=False)

    assert [finding.rule for finding in findings] == [
        "posting.creator-info.comment-disabled",
        "photo.init.unaudited-public",
    ]


def test_photos_are_declared_as_what_they_are() -> None:
    assert content_type(GOOD) == "image/jpeg"
    assert content_type(replace(GOOD, format="webp")) == "image/webp"
    assert content_type(replace(GOOD, format="heic")) == "image/heic"
