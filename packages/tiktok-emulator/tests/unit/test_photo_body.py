"""What the body of content/init must hold."""

from typing import Any

import pytest

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.posting.photos import check_app_version, read_photos, scopes_of
from tiktok_emulator.posting.state import Aim, Creator
from tiktok_emulator.settings import Settings

STRICT = Settings()
MODE = "Invalid media_type or post_mode"
POST = "The request post info is empty or incorrect"
SOURCE = "The request source info is empty or incorrect"


def _body(**changes: Any) -> dict[str, Any]:
    return {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": {"privacy_level": "SELF_ONLY", "title": "t", "description": "d"},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": ["https://example.com/1.jpg", "https://example.com/2.webp"],
            "photo_cover_index": 1,
        },
    } | changes


def _with(part: str, **changes: Any) -> dict[str, Any]:
    body = _body()
    return body | {part: body[part] | changes}


def _refusal(body: dict[str, Any], settings: Settings = STRICT) -> PostingRefusal:
    with pytest.raises(PostingRefusal) as caught:
        read_photos(body, settings)
    return caught.value


def test_a_whole_body_is_read_and_unknown_fields_are_ignored() -> None:
    body = _with("post_info", auto_add_music=True, brand_organic_toggle=True, disable_duet=True)
    asked = read_photos(body | {"is_aigc": True, "scheduled_at": 5}, STRICT)
    assert asked.aim is Aim.DIRECT
    assert [address.path for address in asked.addresses] == ["/1.jpg", "/2.webp"]
    assert (asked.info.title, asked.info.description, asked.info.cover_index) == ("t", "d", 1)
    assert (asked.info.auto_add_music, asked.info.is_aigc, asked.info.brand_organic) == (
        True,
        True,
        True,
    )
    assert asked.info.disable_duet is False


def test_a_draft_keeps_title_and_description_and_ignores_the_rest() -> None:
    body = _with("post_info", privacy_level=7, disable_comment="x", brand_content_toggle="x")
    asked = read_photos(body | {"post_mode": "MEDIA_UPLOAD"}, STRICT)
    assert asked.aim is Aim.INBOX
    assert (asked.info.title, asked.info.description, asked.info.privacy) == ("t", "d", "")


@pytest.mark.parametrize(
    ("body", "message", "rule"),
    [
        (_body(media_type=None), MODE, "photo.init.media-type"),
        (_body(media_type="photo"), MODE, "photo.init.media-type"),
        (_body(media_type=["PHOTO"]), MODE, "photo.init.media-type"),
        (_body(media_type="VIDEO"), MODE, "photo.init.video-fields-refused"),
        (_with("source_info", video_url="https://x.y/"), MODE, "photo.init.video-fields-refused"),
        (_with("source_info", video_size=5), MODE, "photo.init.video-fields-refused"),
        (_body(post_mode=None), MODE, "photo.init.post-mode"),
        (_body(post_mode="DIRECT POST"), MODE, "photo.init.post-mode"),
        (_body(post_mode="SCHEDULE"), MODE, "photo.init.post-mode"),
        (_body(post_mode={}), MODE, "photo.init.post-mode"),
        (_body(post_info=None), POST, "photo.init"),
        (_body(is_aigc="yes"), POST, "photo.init.is-aigc"),
        (_with("post_info", title=1), POST, "photo.init.title"),
        (_with("post_info", title="x" * 91), POST, "photo.init.title-length"),
        (_with("post_info", title="\U0001f44d" * 46), POST, "photo.init.title-length"),
        (_with("post_info", description=1), POST, "photo.init.description"),
        (_with("post_info", description="x" * 4001), POST, "photo.init.description-length"),
        (_with("post_info", privacy_level=1), POST, "photo.init.privacy-required-direct"),
        (_with("post_info", disable_comment=1), POST, "photo.init.disable-comment"),
        (_with("post_info", auto_add_music="no"), POST, "photo.init.auto-add-music"),
        (_with("post_info", brand_content_toggle=1), POST, "photo.init.brand-content"),
        (_with("post_info", brand_organic_toggle=1), POST, "photo.init.brand-organic"),
        (
            _with("post_info", brand_content_toggle=True),
            POST,
            "posting.init.brand-content-private",
        ),
        (_body(source_info=None), SOURCE, "photo.init.source"),
        (_with("source_info", source="FILE_UPLOAD"), SOURCE, "photo.init.source"),
        (_with("source_info", photo_images=None), SOURCE, "photo.init.photo-images"),
        (_with("source_info", photo_images="https://x.y/"), SOURCE, "photo.init.photo-images"),
        (_with("source_info", photo_images=["x"]), SOURCE, "photo.init.photo-images"),
        (_with("source_info", photo_images=[None]), SOURCE, "photo.init.photo-images"),
        (_with("source_info", photo_images=[]), SOURCE, "photo.init.photo-count"),
        (
            _with("source_info", photo_images=["https://x.y/"] * 36),
            SOURCE,
            "photo.init.photo-count",
        ),
        (_with("source_info", photo_cover_index=2), SOURCE, "photo.init.cover-index-range"),
        (_with("source_info", photo_cover_index=-1), SOURCE, "photo.init.cover-index-range"),
        (_with("source_info", photo_cover_index="0"), SOURCE, "photo.init.cover-index-range"),
        (_with("source_info", photo_cover_index=True), SOURCE, "photo.init.cover-index-range"),
    ],
)
def test_a_bad_body_is_refused_in_tiktoks_words(
    body: dict[str, Any], message: str, rule: str
) -> None:
    refusal = _refusal(body)
    assert (refusal.status, refusal.code, refusal.message) == (400, "invalid_params", message)
    assert refusal.rule == rule
    assert refusal.why


def test_the_limits_themselves_are_allowed() -> None:
    body = _with("post_info", title="\U0001f44d" * 45, description="x" * 4000)
    assert read_photos(body, STRICT).info.title
    body = _with("source_info", photo_images=["https://x.y/"] * 35, photo_cover_index=34)
    assert len(read_photos(body, STRICT).addresses) == 35


def test_a_missing_cover_index_is_the_first_photo() -> None:
    assert read_photos(_with("source_info", photo_cover_index=None), STRICT).info.cover_index == 0


def test_a_cover_index_out_of_range_can_be_let_through() -> None:
    lenient = Settings(cover_index_out_of_range="first")
    body = _with("source_info", photo_cover_index=9)
    assert read_photos(body, lenient).info.cover_index == 0
    _refusal(_with("source_info", photo_cover_index="9"), lenient)


@pytest.mark.parametrize(
    ("mode", "scopes"),
    [
        ("DIRECT_POST", ("video.publish",)),
        ("MEDIA_UPLOAD", ("video.upload",)),
        ("else", ("video.publish", "video.upload")),
        (None, ("video.publish", "video.upload")),
    ],
)
def test_the_mode_decides_which_scope_is_needed(mode: object, scopes: tuple[str, ...]) -> None:
    assert scopes_of({"post_mode": mode}) == scopes


def test_an_old_app_on_the_phone_cannot_open_a_draft_of_photos() -> None:
    check_app_version(Creator("ann", "Ann"))
    with pytest.raises(PostingRefusal) as caught:
        check_app_version(Creator("ann", "Ann", old_app_version=True))
    assert (caught.value.status, caught.value.code) == (400, "app_version_check_failed")
