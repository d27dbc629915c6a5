"""Opening posts and drafts of photos: each field, each limit, each refusal."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.contract.desk import UNAUDITED, Desk, assert_refused
from tests.contract.shelf import BOTH, HOST, decided, owns, photo, ready, shelf
from tiktok_client import (
    Advice,
    AsyncTikTok,
    PhotoDraft,
    PhotoPost,
    PostingRefused,
    PrivacyLevel,
    PublishState,
    ScopeMissing,
    limits,
)
from tools.coverage import Row

Rows = Mapping[str, Row]
URLS = [f"https://{HOST}/1.jpg", f"https://{HOST}/2.jpg"]
PATH = "/content/init/"
SELF = PrivacyLevel.SELF_ONLY
DIRECT = ("user.info.basic", "video.publish")
INBOX = ("user.info.basic", "video.upload")


def body(mode: str = "DIRECT_POST", **changes: object) -> dict[str, Any]:
    """A body that is right, but for what is said; a name with a double underscore goes inside."""
    made: dict[str, Any] = {
        "media_type": "PHOTO",
        "post_mode": mode,
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": list(URLS),
            "photo_cover_index": 0,
        },
    }
    for name, value in changes.items():
        outer, _, inner = name.partition("__")
        if inner:
            made[outer][inner] = value
        else:
            made[outer] = value
    return made


async def token(desk: Desk, username: str = "maya") -> str:
    """A token for everything, of an app that owns our host."""
    await owns(desk, ("domain", HOST))
    return (await desk.grant(username, scopes=BOTH)).access_token


async def posted(desk: Desk, client: AsyncTikTok, post: PhotoPost) -> Mapping[str, Any]:
    """Post these photos; return the post that came of it."""
    opened = await client.posting.init_photos(post)
    status = await decided(client, opened.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    [there] = await desk.posts()
    return there


@pytest.mark.spec(
    "photo.init",
    "photo.init.publish-id",
    "photo.init.ids",
    "photo.init.title",
    "photo.init.description",
    "photo.init.disable-comment",
    "photo.init.auto-add-music",
    "photo.init.brand-content",
    "photo.init.brand-organic",
    "photo.init.is-aigc",
    "photo.init.photo-images",
    "photo.init.cover-index",
    "photo.init.privacy-required-direct",
)
async def test_photos_become_a_post_with_everything_that_was_said(desk: Desk, rows: Rows) -> None:
    async with shelf() as there:
        urls = [there.put(f"/{n}.jpg", photo(600, 800 + n)) for n in range(3)]
        client = await ready(desk)
        post = PhotoPost(
            urls,
            PrivacyLevel.PUBLIC_TO_EVERYONE,
            title="Ünï 🦊",
            description="Three #foxes",
            cover_index=2,
            allow_comment=True,
            auto_add_music=True,
            brand_content=True,
            brand_organic=True,
            is_aigc=True,
        )
        opened = await client.posting.init_photos(post)
        assert opened.publish_id.startswith(rows["photo.init.ids"]["direct"])
        assert len(opened.publish_id) <= rows["photo.init.publish-id"]["max"]
        assert set(opened.raw) == {"publish_id"}
        status = await decided(client, opened.publish_id)
    assert status.state is PublishState.PUBLISH_COMPLETE
    [made] = await desk.posts()
    assert status.post_ids == (made["post_id"],)
    assert (made["medium"], made["title"], made["description"]) == (
        "photo",
        "Ünï 🦊",
        "Three #foxes",
    )
    assert made["privacy_level"] == "PUBLIC_TO_EVERYONE"
    assert [each["height"] for each in made["photos"]] == [800, 801, 802]
    assert made["cover_index"] == 2
    names = ("auto_add_music", "brand_content", "brand_organic", "is_aigc", "disable_comment")
    assert [made[name] for name in names] == [True, True, True, True, False]


@pytest.mark.spec("photo.init.disable-comment", "photo.init.auto-add-music", "photo.init.is-aigc")
async def test_what_was_not_said_is_off(desk: Desk) -> None:
    async with shelf() as there:
        client = await ready(desk)
        made = await posted(desk, client, PhotoPost([there.put("/1.webp", photo())], SELF))
    names = ("auto_add_music", "brand_content", "brand_organic", "is_aigc", "disable_comment")
    assert [made[name] for name in names] == [False, False, False, False, True]
    assert (made["title"], made["cover_index"]) == ("", 0)


@pytest.mark.spec("photo.init.is-aigc")
async def test_the_label_stands_at_the_top_of_the_body(desk: Desk) -> None:
    access = await token(desk)
    answer = await desk.post(PATH, access, body(is_aigc="yes"))
    assert answer.status_code == 400
    answer = await desk.post(PATH, access, body(post_info__is_aigc="not looked at"))
    assert answer.status_code == 200


@pytest.mark.spec("photo.init.ids", "photo.init.post-mode", "photo.init.title")
async def test_a_draft_carries_its_texts_to_the_inbox(desk: Desk, rows: Rows) -> None:
    async with shelf() as there:
        url = there.put("/1.jpg", photo())
        client = await ready(desk)
        draft = PhotoDraft([url], title="Hello", description="there")
        opened = await client.posting.init_inbox_photos(draft)
        assert opened.publish_id.startswith(rows["photo.init.ids"]["inbox"])
        status = await decided(client, opened.publish_id)
    assert status.state is PublishState.SEND_TO_USER_INBOX
    assert await desk.posts() == []


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("photo.init.media-type", body(media_type=None)),
    ("photo.init.media-type", body(media_type="ALBUM")),
    ("photo.init.post-mode", body("DIRECT POST")),
    ("photo.init.post-mode", body("SCHEDULE")),
    ("photo.init.video-fields-refused", body(media_type="VIDEO")),
    (
        "photo.init.video-fields-refused",
        body(source_info={"source": "FILE_UPLOAD", "video_size": 9, "chunk_size": 9}),
    ),
    ("photo.init.source", body(source_info__source="FILE_UPLOAD")),
    ("photo.init.source", body(source_info={})),
    ("photo.init.photo-images", body(source_info__photo_images=None)),
    ("photo.init.photo-images", body(source_info__photo_images=["no address"])),
    ("photo.init.photo-count", body(source_info__photo_images=[])),
    ("photo.init.photo-count", body(source_info__photo_images=[URLS[0]] * 36)),
    ("photo.init.cover-index-range", body(source_info__photo_cover_index=2)),
    ("photo.init.cover-index-range", body(source_info__photo_cover_index=-1)),
    ("photo.init.title-length", body(post_info__title="🦊" * 45 + "x")),
    ("photo.init.description-length", body(post_info__description="🦊" * 2000 + "x")),
    ("photo.init.privacy-required-direct", body(post_info={})),
    ("photo.init.privacy-required-direct", body(post_info__privacy_level="FRIENDS")),
]


@pytest.mark.parametrize(
    ("row", "wrong"), REFUSED, ids=[f"{n} {name}" for n, (name, _) in enumerate(REFUSED)]
)
@pytest.mark.spec(
    "photo.init.media-type",
    "photo.init.post-mode",
    "photo.init.video-fields-refused",
    "photo.init.source",
    "photo.init.photo-images",
    "photo.init.photo-count",
    "photo.init.cover-index-range",
    "photo.init.title-length",
    "photo.init.description-length",
    "photo.init.privacy-required-direct",
)
async def test_a_body_that_is_wrong_is_refused_in_tiktoks_words(
    desk: Desk, rows: Rows, row: str, wrong: dict[str, Any]
) -> None:
    assert_refused(await desk.post(PATH, await token(desk), wrong), rows[row])


RIGHT = [
    body(),
    body(post_info__title="🦊" * 45, post_info__description="🦊" * 2000),
    body(source_info__photo_images=[URLS[0]] * 35, source_info__photo_cover_index=34),
    body(source_info={"source": "PULL_FROM_URL", "photo_images": URLS}),
    body("MEDIA_UPLOAD", post_info={}),
    body("MEDIA_UPLOAD", post_info__privacy_level="FRIENDS", post_info__disable_comment=True),
    body(later="unknown", post_info__later=1),
]


@pytest.mark.parametrize("right", RIGHT, ids=[str(number) for number in range(len(RIGHT))])
@pytest.mark.spec(
    "photo.init.cover-index-range", "photo.init.photo-count", "photo.init.privacy-required-direct"
)
async def test_what_is_just_within_the_rules_is_taken(desk: Desk, right: dict[str, Any]) -> None:
    answer = await desk.post(PATH, await token(desk), right)
    assert answer.json()["error"]["code"] == "ok"


@pytest.mark.spec("photo.init.scope-by-mode")
async def test_each_mode_has_its_scope(desk: Desk, rows: Rows) -> None:
    await owns(desk, ("domain", HOST))
    row = rows["photo.init.scope-by-mode"]
    assert row["scopes"] == {"DIRECT_POST": DIRECT[1], "MEDIA_UPLOAD": INBOX[1]}
    direct = (await desk.grant(scopes=DIRECT)).access_token
    inbox = (await desk.grant(scopes=INBOX)).access_token
    assert_refused(await desk.post(PATH, direct, body("MEDIA_UPLOAD")), row)
    assert_refused(await desk.post(PATH, inbox, body("DIRECT_POST")), row)
    await desk.client(direct).posting.init_photos(PhotoPost(URLS, SELF))
    await desk.client(inbox).posting.init_inbox_photos(PhotoDraft(URLS))
    with pytest.raises(ScopeMissing):
        await desk.client(inbox).posting.init_photos(PhotoPost(URLS, SELF))


@pytest.mark.spec("photo.init.app-version", "error.app_version_check_failed")
async def test_an_old_app_takes_posts_but_no_drafts(desk: Desk, rows: Rows) -> None:
    await owns(desk, ("domain", HOST))
    await desk.control("PATCH", "creators/maya", {"old_app_version": True})
    client = await desk.connected(scopes=BOTH)
    with pytest.raises(PostingRefused) as caught:
        await client.posting.init_inbox_photos(PhotoDraft(URLS))
    refusal = rows["photo.init.app-version"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])
    assert caught.value.advice is Advice.FIX_INPUT
    await client.posting.init_photos(PhotoPost(URLS, SELF))


@pytest.mark.spec("photo.init.unaudited-public")
async def test_an_app_without_audit_cannot_post_to_a_public_account(desk: Desk, rows: Rows) -> None:
    facts = {"properties": [{"kind": "domain", "value": HOST}]}
    await desk.control("PATCH", f"apps/{UNAUDITED.client_key}", facts)
    public = await desk.grant("maya", UNAUDITED, BOTH)
    row = rows["photo.init.unaudited-public"]
    assert_refused(await desk.post(PATH, public.access_token, body()), row)
    await desk.client(public.access_token).posting.init_inbox_photos(PhotoDraft(URLS))
    private = await desk.connected("pia", UNAUDITED, BOTH)
    await private.posting.init_photos(PhotoPost(URLS, SELF))


@pytest.mark.spec("pull.init.unverified", "error.url_ownership_unverified")
async def test_one_address_that_is_not_ours_refuses_the_whole_post(desk: Desk, rows: Rows) -> None:
    wrong = body(source_info__photo_images=[URLS[0], "https://elsewhere.example.org/2.jpg"])
    assert_refused(await desk.post(PATH, await token(desk), wrong), rows["pull.init.unverified"])


@pytest.mark.spec("limits.pending-shares")
async def test_drafts_of_photos_and_videos_wait_together(desk: Desk, rows: Rows) -> None:
    await desk.settings(rate_limits={"inbox_init": 100, "photo_init": 100})
    async with shelf() as there:
        url = there.put("/1.jpg", photo())
        there.held.add("/1.jpg")
        client = await ready(desk)
        for _ in range(rows["limits.pending-shares"]["value"] - 1):
            await client.posting.init_inbox_photos(PhotoDraft([url]))
        await client.posting.init_inbox_video_from_url(url)
        with pytest.raises(PostingRefused, match="spam_risk_too_many_pending_share"):
            await client.posting.init_inbox_photos(PhotoDraft([url]))


def test_the_clients_numbers_for_photos_are_the_specs(rows: Rows) -> None:
    numbers = {
        ("photo.init.title-length", "value"): limits.MAX_PHOTO_TITLE_UNITS,
        ("photo.init.description-length", "value"): limits.MAX_DESCRIPTION_UNITS,
        ("photo.init.photo-count", "max"): limits.MAX_PHOTOS,
        ("media.photo.short-side", "max"): limits.MAX_PHOTO_SHORT_SIDE_PIXELS,
        ("media.photo.size", "value"): limits.MAX_PHOTO_BYTES,
        ("media.photo.formats", "values"): list(limits.PHOTO_FORMATS),
        ("limits.pending-shares", "value"): limits.PENDING_SHARES,
    }
    for (row, key), number in numbers.items():
        assert rows[row][key] == number
