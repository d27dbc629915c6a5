"""Photo posts, from the init to the carousel."""

import re
from typing import Any

import pytest

from .conftest import Caller, MakePicture, Shelf


async def _decided(caller: Caller, answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    return await caller.decided(answer.json()["data"]["publish_id"])


@pytest.mark.parametrize(
    ("mode", "form"),
    [("DIRECT_POST", r"p_pub_url~v2\.\d{19}"), ("MEDIA_UPLOAD", r"p_inbox_url~v2\.\d{19}")],
)
async def test_an_init_gives_an_id_in_tiktoks_shape(
    caller: Caller, shelf: Shelf, make_picture: MakePicture, mode: str, form: str
) -> None:
    await caller.sign_in()
    await caller.localhost()
    data = (await caller.photos(shelf.put("a.jpg", make_picture()), mode=mode)).json()["data"]
    assert list(data) == ["publish_id"]
    assert re.fullmatch(form, data["publish_id"])


async def test_every_photo_is_fetched_in_order_and_posted(
    caller: Caller, shelf: Shelf, make_picture: MakePicture
) -> None:
    await caller.sign_in()
    await caller.localhost()
    first, second = make_picture(), make_picture("WEBP", 300, 200)
    urls = [shelf.put("1", first), shelf.put("2", second)]
    upload = await _decided(
        caller,
        await caller.photos(*urls, cover=1, description="long", auto_add_music=True),
    )
    assert [path for _, path, _ in shelf.asked] == ["/1", "/2"]
    [post] = (await caller.state())["posts"]
    assert (post["medium"], post["title"], post["description"]) == ("photo", "hello", "long")
    assert (post["cover_index"], post["auto_add_music"]) == (1, True)
    assert [photo["media_type"] for photo in post["photos"]] == ["image/jpeg", "image/webp"]
    assert (post["width"], post["height"]) == (300, 200)
    assert f"/@demo/photo/{post['post_id']}" in post["url"]
    status = await caller.status(upload["publish_id"])
    assert status == {
        "status": "PUBLISH_COMPLETE",
        "publicaly_available_post_id": [int(post["post_id"])],
        "downloaded_bytes": len(first) + len(second),
    }


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("a.png", ("PNG", 100, 100), "file_format_check_failed"),
        ("a.jpg", ("PNG", 100, 100), "file_format_check_failed"),
        ("a.jpg", ("JPEG", 1254, 1254), "picture_size_check_failed"),
        ("redirect/a.jpg", ("JPEG", 100, 100), "photo_pull_failed"),
        ("missing/a.jpg", ("JPEG", 100, 100), "photo_pull_failed"),
        ("half/a.jpg", ("JPEG", 100, 100), "photo_pull_failed"),
    ],
)
async def test_one_bad_photo_fails_the_whole_post(
    caller: Caller,
    shelf: Shelf,
    make_picture: MakePicture,
    *,
    name: str,
    content: tuple[str, int, int],
    reason: str,
) -> None:
    await caller.sign_in()
    await caller.localhost()
    good = shelf.put("good.jpg", make_picture())
    bad = shelf.put(name, make_picture(*content))
    upload = await _decided(caller, await caller.photos(good, bad))
    assert upload["fail_reason"] == reason
    assert (await caller.state())["posts"] == []
    [(event, content_told)] = await caller.told()
    assert (event, content_told["reason"]) == ("post.publish.failed", reason)


async def test_a_photo_of_more_than_20_mib_fails_by_its_size(
    caller: Caller, shelf: Shelf, make_picture: MakePicture
) -> None:
    await caller.sign_in()
    await caller.localhost()
    just = make_picture().ljust(20_971_520, b"\0")
    assert (await _decided(caller, await caller.photos(shelf.put("a", just))))["state"] == (
        "published"
    )
    upload = await _decided(caller, await caller.photos(shelf.put("b", just + b"\0")))
    assert upload["fail_reason"] == "picture_size_check_failed"


async def test_one_photo_of_others_refuses_the_post(
    caller: Caller, shelf: Shelf, make_picture: MakePicture
) -> None:
    await caller.sign_in()
    await caller.localhost()
    own = shelf.put("a.jpg", make_picture())
    answer = await caller.photos(own, "https://example.com/b.jpg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "url_ownership_unverified")
    assert shelf.asked == []


async def test_the_mode_decides_the_scope(caller: Caller) -> None:
    await caller.sign_in(scope="user.info.basic,video.upload")
    await caller.localhost()
    answer = await caller.photos("http://127.0.0.1:1/a.jpg")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "scope_not_authorized")
    draft = await caller.photos("http://127.0.0.1:1/a.jpg", mode="MEDIA_UPLOAD")
    assert draft.status_code == 200


async def test_a_mode_that_is_none_is_400_and_not_401(caller: Caller) -> None:
    await caller.sign_in(scope="user.info.basic,video.upload")
    answer = await caller.photos("https://example.com/a.jpg", mode="LATER")
    assert answer.status_code == 400
    assert answer.json()["error"]["message"] == "Invalid media_type or post_mode"


async def test_a_body_that_is_no_json_is_400(caller: Caller) -> None:
    await caller.sign_in()
    answer = await caller.http.post(
        "/v2/post/publish/content/init/",
        content=b"{",
        headers={"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"},
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")


async def test_photos_have_a_window_of_their_own(caller: Caller) -> None:
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    url = "https://example.com/a.jpg"
    statuses = [(await caller.photos(url)).status_code for _ in range(7)]
    assert statuses == [403] * 6 + [429]
    assert (await caller.last_request())["rule"] == "limits.photo-init-per-minute"
    assert (await caller.init(100)).status_code == 200
    await caller.control("clock", advance_s=60)
    assert (await caller.photos(url)).status_code == 403


async def test_an_old_app_refuses_drafts_and_not_posts(
    caller: Caller, shelf: Shelf, make_picture: MakePicture
) -> None:
    await caller.http.patch("/_control/creators/demo", json={"old_app_version": True})
    await caller.sign_in()
    await caller.localhost()
    url = shelf.put("a.jpg", make_picture())
    answer = await caller.photos(url, mode="MEDIA_UPLOAD")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "app_version_check_failed")
    assert (await caller.photos(url)).status_code == 200


@pytest.mark.parametrize(
    ("who", "code"),
    [("demo", "unaudited_client_can_only_post_to_private_accounts"), ("private.pia", None)],
)
async def test_an_unaudited_app_posts_photos_to_private_accounts_only(
    unaudited: Caller, shelf: Shelf, make_picture: MakePicture, who: str, code: str | None
) -> None:
    await unaudited.sign_in(who)
    await unaudited.localhost()
    url = shelf.put("a.jpg", make_picture())
    answer = await unaudited.photos(url, privacy_level="SELF_ONLY")
    assert answer.json()["error"]["code"] == (code or "ok")
    draft = await unaudited.photos(url, mode="MEDIA_UPLOAD")
    assert draft.status_code == 200


async def test_a_privacy_that_is_not_on_offer_is_refused(caller: Caller) -> None:
    await caller.sign_in()
    await caller.localhost()
    url = "http://127.0.0.1:1/a.jpg"
    for privacy in ("FOLLOWER_OF_CREATOR", None):
        answer = await caller.photos(url, privacy_level=privacy)
        assert answer.json()["error"]["code"] == "privacy_level_option_mismatch"


async def test_an_ai_label_stands_at_the_top_of_the_body(
    caller: Caller, shelf: Shelf, make_picture: MakePicture
) -> None:
    await caller.sign_in()
    await caller.localhost()
    body = {
        "media_type": "PHOTO",
        "post_mode": "DIRECT_POST",
        "is_aigc": True,
        "post_info": {"privacy_level": "SELF_ONLY"},
        "source_info": {
            "source": "PULL_FROM_URL",
            "photo_images": [shelf.put("a.jpg", make_picture())],
        },
    }
    await _decided(caller, await caller.call("content/init", body))
    [post] = (await caller.state())["posts"]
    assert post["is_aigc"] is True
