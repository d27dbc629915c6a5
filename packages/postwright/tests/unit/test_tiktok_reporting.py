"""What becomes of each setting of a post on TikTok is told beforehand."""

from typing import Any

import pytest

from postwright.platforms.content import Kind, Mode
from postwright.platforms.report import Outcome
from postwright.platforms.tiktok.reporting import Circumstances, report
from postwright.platforms.tiktok.settings import CreatorLimits, PhotoSettings, VideoSettings

OPEN = CreatorLimits(("PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"), 600)
CLOSED = CreatorLimits(
    ("FOLLOWER_OF_CREATOR", "SELF_ONLY"), 600, duet_disabled=True, stitch_disabled=True
)
SILENT = CreatorLimits(
    OPEN.privacy_options, 600, comment_disabled=True, duet_disabled=True, stitch_disabled=True
)
VIDEO = VideoSettings(
    "SELF_ONLY",
    "hello",
    allow_comment=True,
    allow_duet=True,
    allow_stitch=True,
    cover_timestamp_ms=1000,
    is_aigc=True,
).to_dict()
PHOTO = PhotoSettings(
    "SELF_ONLY", "hello", "you", 1, allow_comment=True, auto_add_music=True, is_aigc=True
).to_dict()
DIRECT_VIDEO = Circumstances(Kind.VIDEO, Mode.DIRECT, OPEN, audited=True)


def outcomes(settings: dict[str, Any], where: Circumstances) -> dict[str, Outcome]:
    return {said.setting: said.outcome for said in report(settings, where)}


def why(settings: dict[str, Any], where: Circumstances, setting: str) -> str:
    [said] = [said for said in report(settings, where) if said.setting == setting]
    assert said.outcome is not Outcome.APPLIED
    assert said.asked == settings[setting]
    return said.why


@pytest.mark.parametrize(("kind", "settings"), [(Kind.VIDEO, VIDEO), (Kind.PHOTO, PHOTO)])
def test_all_of_a_post_is_applied_if_nothing_stands_against_it(
    kind: Kind, settings: dict[str, Any]
) -> None:
    said = outcomes(settings, Circumstances(kind, Mode.DIRECT, OPEN, audited=True))

    assert said == dict.fromkeys(settings, Outcome.APPLIED)


def test_empty_texts_and_no_cover_are_nothing_that_was_asked() -> None:
    settings = VideoSettings("SELF_ONLY").to_dict()

    assert not {"title", "cover_timestamp_ms"} & outcomes(settings, DIRECT_VIDEO).keys()


def test_that_nobody_may_comment_is_a_wish_too() -> None:
    settings = VideoSettings("SELF_ONLY").to_dict()

    assert outcomes(settings, DIRECT_VIDEO)["allow_comment"] is Outcome.APPLIED


def test_of_a_video_draft_tiktok_heeds_nothing() -> None:
    said = outcomes(VIDEO, Circumstances(Kind.VIDEO, Mode.DRAFT))

    assert set(said.values()) == {Outcome.IGNORED}
    assert said.keys() == {name for name, value in VIDEO.items() if value}


def test_of_a_photo_draft_tiktok_heeds_the_texts_and_the_cover() -> None:
    said = outcomes(PHOTO, Circumstances(Kind.PHOTO, Mode.DRAFT))

    applied = {name for name, outcome in said.items() if outcome is Outcome.APPLIED}
    assert applied == {"title", "description", "cover_index"}
    assert said["auto_add_music"] is said["privacy_level"] is Outcome.IGNORED


@pytest.mark.parametrize(
    ("kind", "setting", "asked", "says"),
    [
        (Kind.PHOTO, "allow_duet", True, "duets with photos"),
        (Kind.PHOTO, "allow_stitch", True, "stitch photos"),
        (Kind.PHOTO, "cover_timestamp_ms", 1000, "cover_index"),
        (Kind.VIDEO, "auto_add_music", True, "photos only"),
        (Kind.VIDEO, "cover_index", 2, "cover_timestamp_ms"),
        (Kind.VIDEO, "description", "more", "the caption"),
    ],
)
@pytest.mark.parametrize("mode", Mode)
def test_what_the_kind_does_not_have_is_ignored(
    kind: Kind, mode: Mode, setting: str, asked: object, says: str
) -> None:
    settings = {"privacy_level": "SELF_ONLY", setting: asked}

    assert says in why(settings, Circumstances(kind, mode), setting)


@pytest.mark.parametrize("setting", ["allow_duet", "allow_stitch"])
def test_a_private_account_has_no_duets_and_no_stitches(setting: str) -> None:
    where = Circumstances(Kind.VIDEO, Mode.DIRECT, CLOSED)

    assert "the account is private" in why(VIDEO, where, setting)
    assert "the account is private" not in why(
        VIDEO, Circumstances(Kind.VIDEO, Mode.DIRECT, SILENT), setting
    )


def test_what_the_creator_has_turned_off_stays_off() -> None:
    where = Circumstances(Kind.VIDEO, Mode.DIRECT, SILENT)

    for setting in ("allow_comment", "allow_duet", "allow_stitch"):
        assert "creator's own settings" in why(VIDEO, where, setting)
        off = {**VIDEO, setting: False}
        assert outcomes(off, where)[setting] is Outcome.APPLIED


def test_an_app_that_was_not_audited_shows_posts_to_their_creator_only() -> None:
    friends = {**VIDEO, "privacy_level": "MUTUAL_FOLLOW_FRIENDS"}
    where = Circumstances(Kind.VIDEO, Mode.DIRECT, CLOSED, audited=False)

    assert "its creator only" in why(friends, where, "privacy_level")
    assert outcomes(VIDEO, where)["privacy_level"] is Outcome.APPLIED
    for audited in (True, None):
        known = Circumstances(Kind.VIDEO, Mode.DIRECT, CLOSED, audited)
        assert outcomes(friends, known)["privacy_level"] is Outcome.APPLIED


def test_of_both_brand_labels_one_is_shown() -> None:
    both = {**VIDEO, "brand_content": True, "brand_organic": True}

    assert "paid partnership" in why(both, DIRECT_VIDEO, "brand_organic")
    assert outcomes(both, DIRECT_VIDEO)["brand_content"] is Outcome.APPLIED
