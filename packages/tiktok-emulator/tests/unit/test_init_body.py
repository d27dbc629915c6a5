"""What the body of an init must hold."""

import pytest

from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.posting.init import read_post_info, read_source, utf16_units
from tiktok_emulator.pull.address import Address
from tiktok_emulator.settings import Settings

STRICT = Settings()
SOURCE: dict[str, object] = {
    "source": "FILE_UPLOAD",
    "video_size": 50_000_123,
    "chunk_size": 10_000_000,
    "total_chunk_count": 5,
}


def _refusal(body: dict[str, object], settings: Settings = STRICT) -> PostingRefusal:
    try:
        read_post_info(body, settings)
        read_source(body, settings)
    except PostingRefusal as refusal:
        return refusal
    pytest.fail("it was taken")


def test_a_full_post_info_is_read_and_unknown_fields_are_ignored() -> None:
    info = read_post_info(
        {
            "post_info": {
                "privacy_level": "SELF_ONLY",
                "title": "hi #there",
                "disable_duet": True,
                "video_cover_timestamp_ms": 1500,
                "brand_organic_toggle": True,
                "auto_add_music": True,
            }
        },
        STRICT,
    )
    assert (info.privacy, info.title, info.cover_timestamp_ms) == ("SELF_ONLY", "hi #there", 1500)
    assert (info.disable_duet, info.disable_stitch) == (True, False)
    assert (info.brand_organic, info.brand_content) == (True, False)


@pytest.mark.parametrize(
    ("post_info", "rule"),
    [
        (None, "posting.init"),
        ([], "posting.init"),
        ({"privacy_level": 3}, "posting.init.privacy-level"),
        ({"privacy_level": 0}, "posting.init.privacy-level"),
        ({"privacy_level": []}, "posting.init.privacy-level"),
        ({"title": 3}, "posting.init.title"),
        ({"title": "\ud800"}, "posting.init.title"),
        ({"title": "x" * 2201}, "posting.init.title-length"),
        ({"title": "\U0001f44d" * 1101}, "posting.init.title-length"),
        ({"disable_comment": "yes"}, "posting.init.disable-comment"),
        ({"disable_duet": 1}, "posting.init.disable-duet"),
        ({"disable_stitch": 0}, "posting.init.disable-stitch"),
        ({"is_aigc": "true"}, "posting.init.is-aigc"),
        ({"brand_organic_toggle": "x"}, "posting.init.brand-organic"),
        ({"brand_content_toggle": "x"}, "posting.init.brand-content"),
        ({"video_cover_timestamp_ms": 1.5}, "posting.init.cover-timestamp"),
        ({"video_cover_timestamp_ms": True}, "posting.init.cover-timestamp"),
        ({"video_cover_timestamp_ms": 2**31}, "posting.init.cover-timestamp"),
        (
            {"privacy_level": "SELF_ONLY", "brand_content_toggle": True},
            "posting.init.brand-content-private",
        ),
    ],
)
def test_a_bad_post_info_names_the_rule_it_breaks(post_info: object, rule: str) -> None:
    refusal = _refusal({"post_info": post_info, "source_info": SOURCE})
    assert (refusal.status, refusal.code, refusal.rule) == (400, "invalid_params", rule)
    assert refusal.message == "The request post info is empty or incorrect"


def test_2200_utf16_units_are_allowed() -> None:
    assert utf16_units("\U0001f44d") == 2
    read_post_info({"post_info": {"title": "\U0001f44d" * 1100}}, STRICT)


def test_private_branded_content_can_be_let_through() -> None:
    body: dict[str, object] = {
        "post_info": {"privacy_level": "SELF_ONLY", "brand_content_toggle": True}
    }
    assert read_post_info(body, Settings(brand_content_private="accept")).brand_content


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"source": None}, "posting.init.source"),
        ({"source": "FILE"}, "posting.init.source"),
        ({"video_size": None}, "posting.init.video-size"),
        ({"video_size": "50000123"}, "posting.init.video-size"),
        ({"video_size": 0}, "posting.init.video-size"),
        ({"chunk_size": -1}, "posting.init.chunk-size"),
        ({"chunk_size": 1e7}, "posting.init.chunk-size"),
        ({"total_chunk_count": True}, "posting.init.total-chunk-count"),
    ],
)
def test_a_bad_source_info_names_the_rule_it_breaks(change: dict[str, object], rule: str) -> None:
    refusal = _refusal({"post_info": {}, "source_info": SOURCE | change})
    assert (refusal.status, refusal.code, refusal.rule) == (400, "invalid_params", rule)
    assert refusal.message == "The request source info is empty or incorrect"


def test_a_source_can_be_an_address_to_pull_from() -> None:
    source = {"source": "PULL_FROM_URL", "video_url": "https://Media.Example.com/a.mp4?sig=1"}
    address = read_source({"source_info": source}, STRICT)
    assert isinstance(address, Address)
    assert (address.host, address.path, address.port) == ("media.example.com", "/a.mp4", 443)


@pytest.mark.parametrize("url", [None, "", 5, "ftp://example.com/a", "https:///a", "https://a b"])
def test_an_address_that_is_none_is_refused(url: object) -> None:
    source = {"source": "PULL_FROM_URL", "video_url": url}
    refusal = _refusal({"post_info": {}, "source_info": source})
    assert (refusal.status, refusal.rule) == (400, "pull.init.video-url")


def test_the_documented_spelling_of_the_code_can_be_switched_on() -> None:
    assert _refusal({}, Settings(param_error_code="invalid_param")).code == "invalid_param"
