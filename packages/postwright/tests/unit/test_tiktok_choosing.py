"""TikTok's settings as callers of the API give them."""

from typing import Any

import pytest

from postwright.platforms.content import Kind, Mode, Texts
from postwright.platforms.tiktok.choosing import choose, field_of
from postwright.platforms.tiktok.rules import check_photo_post, check_post
from postwright.platforms.tiktok.settings import PhotoSettings, VideoSettings

CONSENT = {"content_preview_confirmed": True, "express_consent_given": True}
SNAKE = {
    "privacy_level": "PUBLIC_TO_EVERYONE",
    "allow_comment": True,
    "allow_duet": True,
    "allow_stitch": False,
    "video_cover_timestamp_ms": 1500,
    "video_made_with_ai": True,
    **CONSENT,
}
CAMEL = {
    "privacyLevel": "PUBLIC_TO_EVERYONE",
    "allowComment": True,
    "allowDuet": True,
    "allowStitch": False,
    "videoCoverTimestampMs": 1500,
    "videoMadeWithAi": True,
    "contentPreviewConfirmed": True,
    "expressConsentGiven": True,
}


@pytest.mark.parametrize("said", [SNAKE, CAMEL])
def test_both_spellings_mean_the_same(said: dict[str, Any]) -> None:
    choice = choose(Kind.VIDEO, said, Texts("Hello #sun", "not a video's"))
    assert choice.mode is Mode.DIRECT
    assert choice.findings == choice.ignored == ()
    assert choice.caption == "Hello #sun"
    assert (
        choice.settings
        == VideoSettings(
            "PUBLIC_TO_EVERYONE",
            title="Hello #sun",
            allow_comment=True,
            allow_duet=True,
            cover_timestamp_ms=1500,
            is_aigc=True,
        ).to_dict()
    )


def test_photos_have_a_title_and_a_description_of_their_own_wins() -> None:
    choice = choose(Kind.PHOTO, {**CONSENT, "photoCoverIndex": 1}, Texts("The text", "The title"))
    assert choice.settings["title"] == "The title"
    assert choice.settings["description"] == choice.caption == "The text"
    assert choice.settings["cover_index"] == 1
    longer = choose(Kind.PHOTO, {**CONSENT, "description": "Longer"}, Texts("The text"))
    assert longer.settings["description"] == "Longer"


@pytest.mark.parametrize("name", sorted(CONSENT))
@pytest.mark.parametrize("value", [None, False])
def test_a_consent_that_is_not_given_is_named(name: str, value: object) -> None:
    said: dict[str, Any] = {**CONSENT, name: value}
    (finding,) = choose(Kind.VIDEO, said, Texts()).findings
    assert finding.blocks
    assert finding.rule == "preflight.post.consent"
    assert field_of(finding, Kind.VIDEO) == name


def test_a_consent_that_nobody_spoke_of_is_named_as_the_description_has_it() -> None:
    found = choose(Kind.VIDEO, {}, Texts()).findings
    assert [finding.where for finding in found] == [
        "contentPreviewConfirmed",
        "expressConsentGiven",
    ]


@pytest.mark.parametrize(
    ("said", "content", "organic"),
    [
        ({"commercialContentType": "none"}, False, False),
        ({"commercialContentType": "brand_content"}, True, False),
        ({"commercialContentType": "brand_organic"}, False, True),
        ({"commercialContentType": "brand_organic", "brandPartnerPromote": True}, True, True),
        ({"commercialContentType": "brand_content", "brandPartnerPromote": False}, False, False),
    ],
)
def test_what_is_advertised_is_said_by_its_kind_or_by_flags(
    said: dict[str, Any], content: object, organic: object
) -> None:
    settings = choose(Kind.VIDEO, {**CONSENT, **said}, Texts()).settings
    assert (settings["brand_content"], settings["brand_organic"]) == (content, organic)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("allowComment", "yes"),
        ("privacyLevel", 1),
        ("videoCoverTimestampMs", -1),
        ("videoCoverTimestampMs", True),
        ("videoCoverTimestampMs", 1.5),
        ("commercialContentType", "paid"),
        ("mediaType", "photo"),
    ],
)
def test_a_value_of_another_kind_is_named(name: str, value: object) -> None:
    (finding,) = choose(Kind.VIDEO, {**CONSENT, name: value}, Texts()).findings
    assert (finding.rule, finding.where) == ("preflight.post.settings", name)


def test_what_means_nothing_is_told() -> None:
    choice = choose(Kind.VIDEO, {**CONSENT, "locationId": "1", "draft": True}, Texts())
    assert choice.ignored == ("locationId",)
    assert choice.mode is Mode.DRAFT


def test_what_the_rules_find_is_called_as_callers_do() -> None:
    video = VideoSettings("", title="x" * 3000, cover_timestamp_ms=9000)
    found = check_post(video, None, duration_ms=5000)
    assert [field_of(each, Kind.VIDEO) for each in found] == [
        "content",
        "privacyLevel",
        "videoCoverTimestampMs",
    ]
    photos = PhotoSettings("SELF_ONLY", title="x" * 100, cover_index=5, brand_content=True)
    found = check_photo_post(photos, None, photos=2)
    assert [field_of(each, Kind.PHOTO) for each in found] == [
        "title",
        "commercialContentType",
        "photoCoverIndex",
    ]
