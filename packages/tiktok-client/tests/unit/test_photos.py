"""Photos: what is checked before anything is sent, and what goes over the wire."""

import json
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import Endpoints, PhotoDraft, PhotoPost, PrivacyLevel, utf16_units
from tiktok_client._operations import photos

HERE = Endpoints.at("http://127.0.0.1:8700")
URLS = ["https://static.example.com/1.jpg", "https://static.example.com/2.webp"]
SELF = PrivacyLevel.SELF_ONLY


def test_a_direct_post_says_everything_and_negates_at_the_wire() -> None:
    post = PhotoPost(
        URLS,
        SELF,
        title="Ünï 🦊",
        description="#fox @maya",
        cover_index=1,
        allow_comment=True,
        auto_add_music=True,
        brand_content=True,
        brand_organic=True,
        is_aigc=True,
    )
    request = photos.init_photos(HERE, "act.s3cret", post)
    assert request.url == "http://127.0.0.1:8700/v2/post/publish/content/init/"
    assert request.operation == "photo.init"
    assert json.loads(request.body) == {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "post_info": {
            "title": "Ünï 🦊",
            "description": "#fox @maya",
            "privacy_level": "SELF_ONLY",
            "disable_comment": False,
            "auto_add_music": True,
            "brand_content_toggle": True,
            "brand_organic_toggle": True,
        },
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": URLS,
            "photo_cover_index": 1,
        },
        "is_aigc": True,
    }


def test_what_was_not_said_is_off_or_left_out() -> None:
    body = json.loads(photos.init_photos(HERE, "t", PhotoPost(URLS, SELF)).body)
    assert body["post_info"] == {
        "privacy_level": "SELF_ONLY",
        "disable_comment": True,
        "auto_add_music": False,
        "brand_content_toggle": False,
        "brand_organic_toggle": False,
    }
    assert body["is_aigc"] is False
    assert body["source_info"]["photo_cover_index"] == 0


def test_a_draft_carries_its_texts_and_nothing_that_only_posts_have() -> None:
    draft = PhotoDraft(URLS, title="Hello", description="there", cover_index=1)
    body = json.loads(photos.init_inbox_photos(HERE, "t", draft).body)
    assert set(body) == {"media_type", "post_mode", "post_info", "source_info"}
    assert (body["media_type"], body["post_mode"]) == ("PHOTO", "MEDIA_UPLOAD")
    assert body["post_info"] == {"title": "Hello", "description": "there"}
    assert body["source_info"]["photo_images"] == URLS
    assert json.loads(photos.init_inbox_photos(HERE, "t", PhotoDraft(URLS)).body)["post_info"] == {}


@pytest.mark.parametrize("count", [0, 36])
def test_a_post_has_1_to_35_photos(count: int) -> None:
    urls = ["https://static.example.com/1.jpg"] * count
    for make in (lambda: PhotoPost(urls, SELF), lambda: PhotoDraft(urls)):
        with pytest.raises(ValueError, match=rf"photo_urls has 1 to 35 addresses, not {count}"):
            make()
    PhotoPost(URLS[:1] * 35, SELF)


def test_one_address_is_no_list_of_addresses() -> None:
    with pytest.raises(ValueError, match="photo_urls is a list"):
        PhotoDraft("https://static.example.com/1.jpg")


@pytest.mark.parametrize("index", [-1, 2])
def test_the_cover_is_one_of_the_photos(index: int) -> None:
    with pytest.raises(ValueError, match=rf"cover_index is 0 to 1 here, not {index}"):
        PhotoPost(URLS, SELF, cover_index=index)


Texts = Callable[[str], PhotoPost | PhotoDraft]
TEXTS: list[tuple[str, int, Texts]] = [
    ("title", 90, lambda text: PhotoPost(URLS, SELF, title=text)),
    ("title", 90, lambda text: PhotoDraft(URLS, title=text)),
    ("description", 4000, lambda text: PhotoPost(URLS, SELF, description=text)),
    ("description", 4000, lambda text: PhotoDraft(URLS, description=text)),
]


@pytest.mark.parametrize(
    ("name", "most", "make"), TEXTS, ids=["post", "draft", "described post", "described draft"]
)
def test_texts_end_at_their_limit_in_utf16_units(name: str, most: int, make: Texts) -> None:
    make("🦊" * (most // 2))
    with pytest.raises(ValueError, match=rf"the {name} .* {most} UTF-16 units, not {most + 1}"):
        make("🦊" * (most // 2) + "x")


any_text = st.text(st.characters(exclude_categories=()), max_size=60)


@given(any_text, st.integers(0, 60))
def test_a_title_is_taken_exactly_up_to_90_units(text: str, more: int) -> None:
    title = text + "x" * more
    units = len(title.encode("utf-16-le", "surrogatepass")) // 2
    assert utf16_units(title) == units
    if units <= 90:
        PhotoPost(URLS, SELF, title=title)
    else:
        with pytest.raises(ValueError, match=f"not {units}"):
            PhotoPost(URLS, SELF, title=title)


@given(st.text())
def test_text_is_counted_as_its_utf16_encoding_is_long(text: str) -> None:
    assert utf16_units(text) == len(text.encode("utf-16-le")) // 2


def test_a_post_of_photos_is_a_value() -> None:
    urls = list(URLS)
    post = PhotoPost(urls, SELF)
    urls.append("later")
    assert post == PhotoPost(tuple(URLS), SELF)
    assert hash(post) == hash(PhotoPost(URLS, SELF))
    assert post.photo_urls == tuple(URLS)


@pytest.mark.parametrize(
    "url",
    [
        "http://static.example.com/1.jpg",
        "https://203.0.113.7/1.jpg",
        "https://[2001:db8::1]/1.jpg",
        "ftp://static.example.com/1.jpg",
        "static.example.com/1.jpg",
        "https:///1.jpg",
        "https://[broken/1.jpg",
        "http://localhost:8000/1.jpg",
        "",
    ],
)
def test_an_address_that_tiktok_never_fetches_from_is_refused_by_name_not_by_value(
    url: str,
) -> None:
    with pytest.raises(ValueError, match=r"^photo_urls\[1\] must be an https address") as caught:
        photos.init_photos(Endpoints(), "t", PhotoPost([URLS[0], url], SELF))
    assert "1.jpg" not in str(caught.value)


@pytest.mark.parametrize("url", ["http://localhost:8000/1.jpg", "http://127.0.0.1:8000/1.jpg"])
def test_what_stands_in_for_tiktok_may_fetch_from_its_own_machine(url: str) -> None:
    photos.init_inbox_photos(HERE, "t", PhotoDraft([url]))
    with pytest.raises(ValueError, match="https"):
        photos.init_inbox_photos(HERE, "t", PhotoDraft(["http://static.example.com/1.jpg"]))
