"""User info, the list of videos and videos by id, over HTTP."""

from typing import Any

import httpx2
import pytest

from tiktok_emulator import AppSeed, CreatorSeed, Emulator, Seed

from .conftest import Caller

ALL = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish"
VIDEO = "id,title,create_time,view_count,cover_image_url,share_url"


@pytest.fixture
async def reader(caller: Caller, emulator: Emulator) -> Caller:
    """Someone whose app may read everything, signed in as a creator with numbers."""
    app = AppSeed(
        client_key="reader-key",
        client_secret="reader-secret",
        redirect_uris=["http://127.0.0.1:*/callback/"],
        scopes=[*ALL.split(",")],
        audited=True,
    )
    vera = CreatorSeed(
        username="vera",
        nickname="Vera V.",
        bio_description="hello",
        is_verified=True,
        follower_count=12_345,
        following_count=7,
    )
    emulator.state.seed(Seed(apps=[app], creators=[vera]))
    caller.key, caller.secret = "reader-key", "reader-secret"
    await caller.sign_in("vera", scope=ALL)
    return caller


async def _user(caller: Caller, fields: str | None, token: str = "") -> httpx2.Response:
    headers = {"Authorization": f"Bearer {token or caller.token}"}
    query = {} if fields is None else {"fields": fields}
    return await caller.http.get("/v2/user/info/", params=query, headers=headers)


async def _videos(
    caller: Caller, body: object = None, fields: str = VIDEO, path: str = "list"
) -> httpx2.Response:
    headers = {"Authorization": f"Bearer {caller.token}"}
    query = {"fields": fields} if fields else {}
    return await caller.http.post(f"/v2/video/{path}/", params=query, json=body, headers=headers)


async def _seed(caller: Caller, count: int, **facts: Any) -> list[str]:
    videos = [
        {
            "username": "vera",
            "title": f"video {number}",
            "created_at": f"2026-01-01T00:{number:02}:00+00:00",
            "view_count": number,
        }
        | facts
        for number in range(count)
    ]
    return (await caller.control("videos", videos=videos))["ids"]


async def test_user_info_gives_the_fields_asked_for_and_no_other(reader: Caller) -> None:
    answer = await _user(reader, "open_id,union_id,display_name,follower_count,bio_description")
    assert answer.status_code == 200
    body = answer.json()
    assert body["error"] == {"code": "ok", "message": "", "log_id": body["error"]["log_id"]}
    user = body["data"]["user"]
    assert list(user) == [
        "open_id",
        "union_id",
        "display_name",
        "follower_count",
        "bio_description",
    ]
    assert (user["display_name"], user["follower_count"]) == ("Vera V.", 12_345)
    assert len(user["open_id"]) == len(user["union_id"]) == 36


async def test_likes_and_videos_are_counted_unless_they_are_given(reader: Caller) -> None:
    await _seed(reader, 2, like_count=21)
    user = (await _user(reader, "likes_count,video_count")).json()["data"]["user"]
    assert user == {"likes_count": 42, "video_count": 2}
    await reader.http.patch("/_control/creators/vera", json={"likes_count": 9, "video_count": 3})
    user = (await _user(reader, "likes_count,video_count")).json()["data"]["user"]
    assert user == {"likes_count": 9, "video_count": 3}


async def test_errors_have_an_empty_data_beside_them(reader: Caller) -> None:
    for answer in (
        await _user(reader, None),
        await _user(reader, "open_id", token="act.nobody"),
        await _videos(reader, {"max_count": 21}),
        await _videos(reader, {}, path="query"),
    ):
        body = answer.json()
        assert answer.status_code in (400, 401)
        assert body["data"] == {}
        assert body["error"]["log_id"]


async def test_a_field_beyond_the_granted_scopes_is_refused(reader: Caller) -> None:
    await reader.sign_in("vera", scope="user.info.basic")
    assert (await _user(reader, "open_id")).status_code == 200
    answer = await _user(reader, "open_id,username")
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "scope_permission_missed"
    assert (await reader.last_request())["rule"] == "display.user-info.scope-missing"
    await reader.settings(display_missing_scope="scope_not_authorized")
    assert (await _user(reader, "username")).status_code == 401
    answer = await _videos(reader)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "scope_not_authorized")


async def test_a_client_token_is_refused_and_the_log_says_why(reader: Caller) -> None:
    form = {
        "client_key": reader.key,
        "client_secret": reader.secret,
        "grant_type": "client_credentials",
    }
    token = (await reader.http.post("/v2/oauth/token/", data=form)).json()["access_token"]
    answer = await _user(reader, "open_id", token=token)
    assert answer.json()["error"]["code"] == "access_token_invalid"
    assert "clt." in (await reader.last_request())["why"]


async def test_methods_are_those_of_the_documentation(reader: Caller) -> None:
    headers = {"Authorization": f"Bearer {reader.token}"}
    wrong = await reader.http.post("/v2/user/info/", params={"fields": "open_id"}, headers=headers)
    assert wrong.status_code == 404
    wrong = await reader.http.get("/v2/video/list/", params={"fields": "id"}, headers=headers)
    assert wrong.status_code == 404
    wrong = await reader.http.get("/v2/user/info", params={"fields": "open_id"}, headers=headers)
    assert wrong.status_code == 404


@pytest.mark.parametrize(
    ("media_type", "body", "status"),
    [
        ("", b"", 200),
        ("application/json", b" ", 200),
        ("application/json; charset=UTF-8", b'{"cursor": 1, "extra": []}', 200),
        ("text/plain", b"{}", 400),
        ("application/json", b"[]", 400),
        ("application/json", b'{"cursor": NaN}', 400),
        ("application/json", b"\xff", 400),
        ("application/json", b"[" * 100_000, 400),
    ],
)
async def test_a_body_is_an_object_or_nothing(
    reader: Caller, media_type: str, body: bytes, status: int
) -> None:
    headers = {"Authorization": f"Bearer {reader.token}", "Content-Type": media_type}
    answer = await reader.http.post("/v2/video/list/?fields=id", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.json()["error"]["code"] == ("ok" if status == 200 else "invalid_params")


async def test_pages_follow_each_other_newest_first(reader: Caller) -> None:
    ids = await _seed(reader, 23)
    first = (await _videos(reader, {"max_count": 20})).json()["data"]
    assert [video["id"] for video in first["videos"]] == ids[:2:-1]
    assert first["has_more"]
    assert first["cursor"] == 1_767_225_780_000
    rest = (await _videos(reader, {"max_count": 20, "cursor": first["cursor"]})).json()["data"]
    assert [video["id"] for video in rest["videos"]] == ids[2::-1]
    assert not rest["has_more"]
    assert len((await _videos(reader)).json()["data"]["videos"]) == 10


async def test_pages_can_be_short_although_there_is_more(reader: Caller) -> None:
    await _seed(reader, 5)
    await reader.settings(short_pages=True)
    page = (await _videos(reader, {"max_count": 4})).json()["data"]
    assert (len(page["videos"]), page["has_more"]) == (2, True)
    await reader.settings(short_pages=False)
    page = (await _videos(reader, {"max_count": 4})).json()["data"]
    assert len(page["videos"]) == 4


async def test_a_video_has_seconds_text_ids_and_the_apps_campaign(reader: Caller) -> None:
    (post_id,) = await _seed(reader, 1, title="x" * 160)
    fields = "id,create_time,title,video_description,share_url,embed_html,duration,height,width"
    (video,) = (await _videos(reader, fields=fields)).json()["data"]["videos"]
    assert set(video) == set(fields.split(","))
    assert video["id"] == post_id
    assert video["create_time"] == 1_767_225_600
    assert len(video["title"]) == len(video["video_description"]) == 150
    assert "utm_campaign=tt4d_open_api&utm_source=reader-key" in video["share_url"]
    assert post_id in video["embed_html"]
    assert (video["duration"], video["width"], video["height"]) == (15, 720, 1280)


async def test_only_public_videos_are_listed(reader: Caller, video: bytes) -> None:
    await _seed(reader, 1, privacy_level="SELF_ONLY")
    await reader.post(video, privacy_level="SELF_ONLY")
    assert (await _videos(reader)).json()["data"]["videos"] == []
    await _seed(reader, 1)
    assert len((await _videos(reader)).json()["data"]["videos"]) == 1
    await reader.http.patch("/_control/creators/vera", json={"private": True})
    assert (await _videos(reader)).json()["data"]["videos"] == []


async def test_a_post_is_listed_once_moderation_has_let_it_through(
    reader: Caller, video: bytes
) -> None:
    await reader.settings(moderation_seconds=60)
    await reader.post(video, title="mine")
    assert (await _videos(reader)).json()["data"]["videos"] == []
    await reader.control("clock", advance_s=61)
    (listed,) = (await _videos(reader)).json()["data"]["videos"]
    assert (listed["title"], listed["view_count"]) == ("mine", 0)


async def test_a_query_gives_ones_own_videos_in_the_order_asked_for(reader: Caller) -> None:
    ids = await _seed(reader, 3)
    foreign = await reader.control("videos", videos=[{"username": "demo"}])
    body = {"filters": {"video_ids": [ids[2], foreign["ids"][0], ids[0], "1"]}}
    answer = await _videos(reader, body, path="query")
    found = answer.json()["data"]["videos"]
    assert [video["id"] for video in found] == [ids[2], ids[0]]
    too_many = {"filters": {"video_ids": [str(number) for number in range(21)]}}
    answer = await _videos(reader, too_many, path="query")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid_params")
    assert (await reader.last_request())["rule"] == "display.video-query.ids-max"
    assert (await _videos(reader, body, fields="", path="query")).status_code == 400


async def test_a_cover_address_stops_working_after_six_hours(reader: Caller) -> None:
    await _seed(reader, 1)
    (video,) = (await _videos(reader)).json()["data"]["videos"]
    cover = await reader.http.get(video["cover_image_url"])
    assert (cover.status_code, cover.headers["content-type"]) == (200, "image/jpeg")
    assert (await reader.http.get(video["cover_image_url"] + "0")).status_code == 403
    await reader.control("clock", advance_s=21_601)
    assert (await reader.http.get(video["cover_image_url"])).status_code == 403
    assert (await reader.last_request())["rule"] == "display.video.cover-ttl"
    await reader.sign_in("vera", scope=ALL)
    body = {"filters": {"video_ids": [video["id"]]}}
    (again,) = (await _videos(reader, body, path="query")).json()["data"]["videos"]
    assert (await reader.http.get(again["cover_image_url"])).status_code == 200


async def test_600_calls_a_minute_for_each_endpoint(reader: Caller) -> None:
    await reader.settings(rate_limits={"display": 2})
    await reader.control("clock", freeze=True)
    for _ in range(2):
        assert (await _user(reader, "open_id")).status_code == 200
    over = await _user(reader, "open_id")
    assert (over.status_code, over.json()["data"]) == (429, {})
    assert over.json()["error"]["code"] == "rate_limit_exceeded"
    assert (await reader.last_request())["rule"] == "limits.display-per-minute"
    assert (await _videos(reader)).status_code == 200
    await reader.control("clock", advance_s=60)
    assert (await _user(reader, "open_id")).status_code == 200


async def test_numbers_grow_with_the_clock_when_switched_on(reader: Caller) -> None:
    await reader.control("clock", freeze=True)
    (post_id,) = await _seed(reader, 1, created_at=None, view_count=100)

    async def numbers() -> tuple[int, int]:
        (video,) = (await _videos(reader, fields="view_count")).json()["data"]["videos"]
        user = (await _user(reader, "follower_count")).json()["data"]["user"]
        return video["view_count"], user["follower_count"]

    before = await numbers()
    await reader.control("clock", advance_s=3_600)
    assert await numbers() == before == (100, 12_345)
    await reader.settings(statistics="growing")
    after = await numbers()
    assert after[0] > before[0]
    await reader.control("clock", advance_s=3_000)
    assert (await numbers())[0] > after[0]
    assert post_id


@pytest.mark.parametrize(
    "video",
    [
        {"username": "vera", "created_at": "2026-01-01T00:00:00"},
        {"username": "vera", "created_at": "0001-01-01T00:00:00+23:59"},
        {"username": "vera", "views": 1},
        {"username": "vera", "like_count": -1},
        {"username": "nobody"},
    ],
)
async def test_videos_that_cannot_be_are_refused_by_the_control_plane(
    reader: Caller, video: dict[str, object]
) -> None:
    answer = await reader.http.post("/_control/videos", json={"videos": [video]})
    assert answer.status_code in (400, 404)
    assert (await reader.http.get("/_control/videos")).json() == {"videos": []}


async def test_under_tiktoks_names_addresses_for_people_are_those_of_its_site(
    reader: Caller,
) -> None:
    (post_id,) = await _seed(reader, 1)
    headers = {"Authorization": f"Bearer {reader.token}", "Host": "open.tiktokapis.com"}
    query = {"fields": "profile_deep_link"}
    answer = await reader.http.get("/v2/user/info/", params=query, headers=headers)
    link = answer.json()["data"]["user"]["profile_deep_link"]
    assert link == "http://www.tiktok.com/@vera"
    answer = await reader.http.post("/v2/video/list/?fields=share_url", headers=headers)
    (video,) = answer.json()["data"]["videos"]
    assert video["share_url"].startswith(f"http://www.tiktok.com/@vera/video/{post_id}?")
