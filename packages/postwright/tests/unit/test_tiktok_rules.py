from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as some

from postwright.media.findings import Finding
from postwright.platforms.tiktok.rules import (
    CAPTION_UNITS,
    SIZE_BYTES,
    caption_units,
    check_post,
    check_video,
    content_type,
)
from postwright.platforms.tiktok.settings import CreatorLimits, VideoSettings

from .probes import VIDEO

GOOD = replace(VIDEO, duration_ms=12_000, size_bytes=70_000_000)
LIMITS = CreatorLimits(
    privacy_options=("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"),
    max_duration_s=600,
)
PUBLIC = VideoSettings(privacy_level="PUBLIC_TO_EVERYONE")


def rules(findings: tuple[Finding, ...]) -> list[tuple[str, str]]:
    return [(finding.kind, finding.rule) for finding in findings]


def only(findings: tuple[Finding, ...]) -> Finding:
    (finding,) = findings
    return finding


def test_a_good_video_has_no_findings() -> None:
    assert check_video(GOOD, LIMITS) == ()
    assert check_video(GOOD, None) == ()


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"container": "avi"}, "media.video.formats"),
        ({"container": "matroska"}, "media.video.formats"),
        ({"container": "3gp"}, "media.video.formats"),
        ({"video_codec": "mpeg4"}, "media.video.codecs"),
        ({"video_codec": "av1"}, "media.video.codecs"),
        ({"fps": 200.0}, "media.video.fps"),
        ({"fps": 15.0}, "media.video.fps"),
        ({"width": 300, "height": 534}, "media.video.sides"),
        ({"width": 2310, "height": 4098}, "media.video.sides"),
        ({"width": 1081}, "preflight.video.odd-sides"),
        ({"pixel_format": "yuv444p"}, "preflight.video.pixels"),
        ({"pixel_format": "yuv420p10le"}, "preflight.video.pixels"),
        ({"variable_fps": True}, "preflight.video.variable-fps"),
        ({"size_bytes": SIZE_BYTES + 1}, "media.video.size"),
    ],
)
def test_what_a_conversion_would_mend_is_fixable_and_blocks(
    changes: dict[str, object], rule: str
) -> None:
    finding = only(check_video(replace(GOOD, **changes), LIMITS))

    assert (finding.kind, finding.rule) == ("fixable", rule)
    assert finding.blocks
    assert finding.measured
    assert finding.limit
    assert (finding.fix or "").startswith("postwright check --fix ")


@pytest.mark.parametrize(
    "changes",
    [
        {"container": "mov"},
        {"container": "webm", "video_codec": "vp9"},
        {"video_codec": "hevc"},
        {"video_codec": "vp8"},
        {"fps": 23.976},
        {"fps": 23.0},
        {"fps": 60.0},
        {"fps": 60.04},
        {"width": 360, "height": 640},
        {"width": 2304, "height": 4096},
        {"duration_ms": 3000},
        {"duration_ms": 600_000},
    ],
)
def test_what_lies_on_the_limit_passes(changes: dict[str, object]) -> None:
    assert check_video(replace(GOOD, **changes), LIMITS) == ()


def test_a_two_second_video_is_refused_unless_the_setting_allows_it() -> None:
    short = replace(GOOD, duration_ms=2005)

    finding = only(check_video(short, LIMITS))

    assert (finding.kind, finding.rule) == ("error", "preflight.video.shortest")
    assert finding.measured == "2.005 s"
    assert "POSTWRIGHT_MEDIA__MIN_DURATION_S" in (finding.fix or "")
    assert check_video(short, LIMITS, min_duration_s=0) == ()


def test_the_longest_video_is_the_creators_own() -> None:
    long = replace(GOOD, duration_ms=601_000)

    finding = only(check_video(long, LIMITS))

    assert (finding.kind, finding.rule) == ("error", "media.video.duration")
    assert finding.measured == "10 min 1 s"
    assert finding.limit == "at most 10 min"
    assert check_video(long, None) == ()
    assert check_video(long, replace(LIMITS, max_duration_s=None)) == ()


def test_while_nobody_knows_the_creators_limit_an_hour_is_the_longest() -> None:
    for limits in (None, replace(LIMITS, max_duration_s=None)):
        assert check_video(replace(GOOD, duration_ms=3_600_000), limits) == ()
        finding = only(check_video(replace(GOOD, duration_ms=8 * 3_600_000), limits))
        assert (finding.kind, finding.rule) == ("error", "media.video.duration")
        assert finding.limit == "at most 60 min"
        assert "any creator" in finding.says
    generous = replace(LIMITS, max_duration_s=30_000)
    assert check_video(replace(GOOD, duration_ms=8 * 3_600_000), generous) == ()


def test_what_is_too_long_is_fixable_once_cutting_is_asked_for() -> None:
    finding = only(check_video(replace(GOOD, duration_ms=601_000), LIMITS, trims=True))

    assert (finding.kind, finding.rule) == ("fixable", "media.video.duration")


def test_nearly_four_gigabytes_need_a_fast_line() -> None:
    advice = only(check_video(replace(GOOD, size_bytes=SIZE_BYTES), LIMITS))
    assert (advice.kind, advice.rule) == ("advice", "preflight.video.window")
    assert advice.limit == "9.5 Mbit/s upwards, all the time"


def test_advice_never_blocks() -> None:
    silent = replace(GOOD, width=1920, height=1080, has_audio=False, audio_codec=None)
    phones = replace(GOOD, rotation=90, hdr=True, pixel_format="yuv420p10le", audio_channels=6)

    findings = (*check_video(silent, LIMITS), *check_video(phones, LIMITS))

    assert rules(findings) == [
        ("advice", "preflight.video.shape"),
        ("advice", "preflight.video.silent"),
        ("advice", "preflight.video.rotation"),
        ("advice", "preflight.video.hdr"),
        ("advice", "preflight.video.sound"),
    ]
    assert not any(finding.blocks for finding in findings)


def test_what_blocks_comes_before_advice() -> None:
    bad = replace(GOOD, fps=200.0, duration_ms=2000, width=640, height=360)

    kinds = [finding.kind for finding in check_video(bad, LIMITS, where="clip.mp4")]

    assert kinds == ["fixable", "error", "advice"]


def test_the_bytes_are_declared_as_what_they_are() -> None:
    assert content_type(GOOD) == "video/mp4"
    assert content_type(replace(GOOD, container="mov")) == "video/quicktime"
    assert content_type(replace(GOOD, container="webm")) == "video/webm"


def test_a_plain_post_has_no_findings() -> None:
    assert check_post(PUBLIC, LIMITS, duration_ms=12_000, audited=True) == ()
    assert check_post(PUBLIC, None) == ()


def test_a_caption_is_counted_in_utf16_units() -> None:
    fits = replace(PUBLIC, title="👍" * 1100)
    too_long = replace(PUBLIC, title="👍" * 1100 + "!")

    assert check_post(fits, LIMITS) == ()
    finding = only(check_post(too_long, LIMITS))
    assert (finding.kind, finding.rule) == ("error", "posting.init.title-length")
    assert finding.measured == "2,201 UTF-16 units"
    assert "1 too long" in finding.says


@given(some.text(max_size=60))
def test_every_text_has_a_length_and_no_character_counts_less_than_one(title: str) -> None:
    assert len(title) <= caption_units(title) <= 2 * len(title)


def test_half_an_emoji_counts_one() -> None:
    assert caption_units("\ud83d") == 1
    assert caption_units("é" * CAPTION_UNITS) == CAPTION_UNITS


@pytest.mark.parametrize("link", ["https://example.org/a", "www.example.org", "example.com/shop"])
def test_a_link_in_the_caption_is_advised_against(link: str) -> None:
    finding = only(check_post(replace(PUBLIC, title=f"Look: {link} #new"), LIMITS))

    assert (finding.kind, finding.rule) == ("advice", "preflight.caption.link")
    assert finding.measured == link


def test_a_sentence_with_a_full_stop_is_no_link() -> None:
    assert check_post(replace(PUBLIC, title="First.Second and v1.2, node.js"), LIMITS) == ()


def test_a_privacy_that_is_not_offered_lists_those_that_are() -> None:
    finding = only(check_post(VideoSettings(privacy_level="FOLLOWER_OF_CREATOR"), LIMITS))

    assert (finding.kind, finding.rule) == ("error", "posting.init.privacy-mismatch")
    for option in LIMITS.privacy_options:
        assert option in (finding.fix or "")


@pytest.mark.parametrize("privacy", ["", "public", "EVERYONE"])
def test_a_privacy_that_tiktok_does_not_have_is_refused_even_without_limits(privacy: str) -> None:
    finding = only(check_post(VideoSettings(privacy_level=privacy), None))

    assert finding.rule == "posting.init.privacy-mismatch"
    assert "SELF_ONLY" in (finding.limit or "")


@pytest.mark.parametrize("name", ["comment", "duet", "stitch"])
def test_what_the_creator_has_turned_off_cannot_be_turned_on(name: str) -> None:
    wanted = VideoSettings.from_dict({"privacy_level": "PUBLIC_TO_EVERYONE", f"allow_{name}": True})
    off = CreatorLimits.from_facts(
        {"privacy_options": LIMITS.privacy_options, f"{name}_disabled": True}
    )

    finding = only(check_post(wanted, off))

    assert (finding.kind, finding.rule) == ("error", f"posting.creator-info.{name}-disabled")
    assert finding.where == f"allow {name}"
    assert check_post(PUBLIC, off) == ()
    assert check_post(wanted, LIMITS) == ()


def test_branded_content_cannot_be_for_oneself_only() -> None:
    settings = VideoSettings(privacy_level="SELF_ONLY", brand_content=True)

    assert rules(check_post(settings, LIMITS)) == [("error", "posting.init.brand-content-private")]
    assert check_post(replace(settings, brand_content=False, brand_organic=True), LIMITS) == ()


@pytest.mark.parametrize(
    ("cover_ms", "passes"), [(0, True), (11_999, True), (12_000, False), (-1, False)]
)
def test_the_cover_must_lie_within_the_video(cover_ms: int, passes: bool) -> None:  # noqa: FBT001  # from the table
    findings = check_post(replace(PUBLIC, cover_timestamp_ms=cover_ms), LIMITS, duration_ms=12_000)

    assert [finding.rule for finding in findings] == (
        [] if passes else ["posting.init.cover-timestamp"]
    )


def test_an_unaudited_app_and_a_public_account_do_not_go_together() -> None:
    private = replace(LIMITS, privacy_options=("FOLLOWER_OF_CREATOR", "SELF_ONLY"))
    settings = VideoSettings(privacy_level="SELF_ONLY")

    finding = only(check_post(settings, LIMITS, audited=False))

    assert (finding.kind, finding.rule) == ("error", "posting.init.unaudited-public")
    assert "POSTWRIGHT_TIKTOK__AUDITED" in (finding.fix or "")
    assert check_post(settings, LIMITS, audited=None) == ()
    assert check_post(settings, private, audited=False) == ()


def test_settings_survive_being_stored() -> None:
    settings = VideoSettings(
        privacy_level="SELF_ONLY", title="Grüße 👋", allow_duet=True, cover_timestamp_ms=1500
    )

    assert VideoSettings.from_dict(settings.to_dict()) == settings
    assert VideoSettings.from_dict({"privacy_level": "SELF_ONLY"}).allow_comment is False


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"privacy_level": None},
        {"privacy_level": "SELF_ONLY", "disable_duet": True},
        {"privacy_level": "SELF_ONLY", "allow_duet": "yes"},
        {"privacy_level": "SELF_ONLY", "cover_timestamp_ms": True},
        {"privacy_level": "SELF_ONLY", "cover_timestamp_ms": 1.5},
        {"privacy_level": "SELF_ONLY", "title": 5},
    ],
)
def test_settings_of_another_shape_are_refused(values: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"unknown|missing|cannot be"):
        VideoSettings.from_dict(values)
