"""Reading: a creator, and their public videos."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from tests.contract.desk import DESKTOP, Desk
from tests.contract.test_status import decided
from tiktok_client import (
    PROFILE_FIELDS,
    STATS_FIELDS,
    Advice,
    AsyncTikTok,
    InvalidRequest,
    PrivacyLevel,
    RateLimited,
    Scope,
    ScopeMissing,
    TikTok,
    Transport,
    UserField,
    VideoField,
    VideoPost,
    limits,
    plan_chunks,
)
from tiktok_client._operations.pace import SLOTS
from tiktok_client.models.display import BASIC_FIELDS
from tools.coverage import Row

Rows = Mapping[str, Row]
NEWEST = datetime(2026, 11, 1, 12, tzinfo=UTC)
LONG = "🦊 A fox in the snow, and then another. " * 10


async def reader(
    desk: Desk, username: str = "maya", scopes: tuple[str, ...] = tuple(Scope)
) -> AsyncTikTok:
    """A client that may read what these scopes open."""
    await desk.control("PATCH", f"apps/{DESKTOP.client_key}", {"scopes": list(Scope)})
    return await desk.connected(username, scopes=scopes)


async def seeded(desk: Desk, *videos: Mapping[str, object], username: str = "maya") -> list[str]:
    """Videos of long ago; return their ids."""
    made = [{"username": username} | dict(video) for video in videos]
    return (await desk.control("POST", "videos", {"videos": made}))["ids"]


def aged(count: int) -> list[dict[str, object]]:
    """Videos an hour apart, the newest first."""
    return [
        {"title": f"No. {age}", "created_at": (NEWEST - timedelta(hours=age)).isoformat()}
        for age in range(count)
    ]


async def ask(
    desk: Desk, method: str, path: str, token: str, body: object = None
) -> httpx2.Response:
    """A raw request to Display."""
    bearer = {"Authorization": f"Bearer {token}"}
    return await desk.http.request(method, f"/v2/{path}", json=body, headers=bearer)


def assert_refused(answer: httpx2.Response, row: Row) -> None:
    """The refusal of a row, with the empty data that only Display has."""
    assert answer.status_code == row["refusal"]["http_status"], answer.text
    body: dict[str, Any] = answer.json()
    assert body["data"] == {}
    assert set(body["error"]) == {"code", "message", "log_id"}
    assert body["error"]["code"] == row["refusal"]["code"]


@pytest.mark.spec(
    "display.user-info",
    "display.user-info.method",
    "display.user-info.basic-fields",
    "display.user-info.profile-fields",
    "display.user-info.stats-fields",
    "oauth.scopes.names",
)
async def test_a_creator_is_told_as_they_are_in_the_fields_of_each_scope(
    desk: Desk, rows: Rows
) -> None:
    told = {"bio_description": "Foxes.", "is_verified": True, "follower_count": 2**33}
    await desk.control("PATCH", "creators/maya", told | {"following_count": 7})
    await seeded(desk, {"like_count": 5}, {"like_count": 6})
    client = await reader(desk)
    info = await client.display.user_info(UserField)
    assert desk.calls[-1].method == rows["display.user-info.method"]["method"] == "GET"
    assert urlsplit(desk.calls[-1].url_without_query).path == rows["display.user-info"]["path"]
    assert (info.username, info.display_name, info.bio_description) == ("maya", "Maya M.", "Foxes.")
    assert (info.is_verified, info.follower_count, info.following_count) == (True, 2**33, 7)
    assert (info.likes_count, info.video_count) == (11, 2)
    assert info.open_id
    assert info.union_id
    assert info.avatar_url
    assert (await desk.http.get(info.avatar_url)).status_code == 200
    assert info.log_id
    groups = {"basic": BASIC_FIELDS, "profile": PROFILE_FIELDS, "stats": STATS_FIELDS}
    for name, fields in groups.items():
        row = rows[f"display.user-info.{name}-fields"]
        assert sorted(row["fields"]) == sorted(fields)
        assert {field.scope for field in fields} == {row["scope"]}
    assert list(Scope) == rows["oauth.scopes.names"]["values"]


@pytest.mark.spec("display.user-info.fields", "display.user-info.basic-fields")
async def test_only_what_was_asked_for_comes(desk: Desk) -> None:
    client = await reader(desk, scopes=(Scope.USER_INFO_BASIC,))
    info = await client.display.user_info(["display_name"])
    assert set(info.raw) == {"display_name"}
    assert (info.display_name, info.open_id, info.follower_count) == ("Maya M.", None, None)
    assert set((await client.display.user_info()).raw) == set(BASIC_FIELDS)


@pytest.mark.parametrize(
    ("method", "path", "row"),
    [
        ("GET", "user/info/", "display.user-info.fields"),
        ("POST", "video/list/", "display.video-list.fields"),
    ],
)
@pytest.mark.spec("display.user-info.fields", "display.video-list.fields", "display.envelope-data")
async def test_a_call_without_fields_is_refused(
    desk: Desk, rows: Rows, method: str, path: str, row: str
) -> None:
    await reader(desk)
    token = (await desk.grant(scopes=tuple(Scope))).access_token
    assert_refused(await ask(desk, method, path, token), rows[row])


@pytest.mark.spec("display.unknown-fields")
async def test_a_field_that_tiktok_does_not_have_is_left_out(desk: Desk, rows: Rows) -> None:
    client = await reader(desk)
    info = await client.display.user_info(["display_name", "shoe_size"])
    assert set(info.raw) == {"display_name"}
    with pytest.raises(InvalidRequest) as caught:
        await client.display.user_info(["shoe_size"])
    refusal = rows["display.unknown-fields"]["refusal"]
    assert (caught.value.code, caught.value.status) == (refusal["code"], refusal["http_status"])


@pytest.mark.parametrize(
    ("code", "status"), [("scope_permission_missed", 400), ("scope_not_authorized", 401)]
)
@pytest.mark.spec(
    "display.user-info.scope-missing",
    "display.envelope-data",
    "error.scope_permission_missed",
    "error.scope_not_authorized",
)
async def test_fields_without_their_scope_are_one_error_whichever_code_it_has(
    desk: Desk, rows: Rows, code: str, status: int
) -> None:
    await desk.settings(display_missing_scope=code)
    client = await reader(desk, scopes=(Scope.USER_INFO_BASIC,))
    with pytest.raises(ScopeMissing) as caught:
        await client.display.user_info([UserField.OPEN_ID, UserField.LIKES_COUNT])
    error = caught.value
    assert (error.code, error.status, error.advice) == (code, status, Advice.REAUTHORISE)
    assert rows[f"error.{code}"]["http_status"] == status
    with pytest.raises(ScopeMissing):
        await client.display.videos_page()
    token = (await desk.grant(scopes=(Scope.USER_INFO_BASIC,))).access_token
    await desk.settings(display_missing_scope="scope_permission_missed")
    raw = await ask(desk, "GET", "user/info/?fields=likes_count", token)
    assert_refused(raw, rows["display.user-info.scope-missing"])


@pytest.mark.parametrize("short_pages", [False, True])
@pytest.mark.spec(
    "display.video-list",
    "display.video-list.cursor",
    "display.video-list.newest-first",
    "display.video-list.public-only",
    "display.video-list.has-more",
    "display.video-list.short-pages",
)
async def test_all_public_videos_come_once_and_the_newest_first(
    desk: Desk, rows: Rows, *, short_pages: bool
) -> None:
    await desk.settings(short_pages=short_pages)
    ids = await seeded(desk, *aged(45))
    await seeded(desk, {"privacy_level": "SELF_ONLY"})
    await seeded(desk, {"title": "of someone else"}, username="pia")
    client = await reader(desk)
    assert [video.id async for video in client.display.videos()] == ids
    asked = [call for call in desk.calls if call.operation == "video_list"]
    assert urlsplit(asked[0].url_without_query).path == rows["display.video-list"]["path"]
    assert len(asked) == (5 if short_pages else 3)
    page = await client.display.videos_page()
    assert page.has_more
    assert len(page.videos) == (10 if short_pages else 20)
    assert page.videos[-1].created_at is not None
    assert page.cursor == int(page.videos[-1].created_at.timestamp()) * 1000
    # The default of max_count is TikTok's own; the client says what it wants.
    token = (await desk.grant(scopes=tuple(Scope))).access_token
    plain = (await ask(desk, "POST", "video/list/?fields=id", token)).json()["data"]
    default = rows["display.video-list.max-count"]["default"]
    assert len(plain["videos"]) == (default // 2 if short_pages else default)


@pytest.mark.spec("display.video-list.cursor")
async def test_any_moment_can_be_where_to_begin_and_where_to_end(desk: Desk) -> None:
    ids = await seeded(desk, *aged(30))
    client = await reader(desk)
    before, since = NEWEST - timedelta(hours=3), NEWEST - timedelta(hours=6)
    found = [video.id async for video in client.display.videos(before=before, since=since)]
    assert found == ids[4:7]
    found = [video.id async for video in client.display.videos(limit=25, fields=["title"])]
    assert found == ids[:25]


@pytest.mark.parametrize(
    ("row", "body"),
    [
        ("display.video-list.max-count", {"max_count": 21}),
        ("display.video-list.max-count", {"max_count": 0}),
        ("display.video-list.cursor", {"cursor": "soon"}),
    ],
)
@pytest.mark.spec("display.video-list.max-count", "display.video-list.cursor")
async def test_a_page_that_cannot_be_is_refused(
    desk: Desk, rows: Rows, row: str, body: object
) -> None:
    client = await reader(desk)
    token = (await desk.grant(scopes=tuple(Scope))).access_token
    assert_refused(await ask(desk, "POST", "video/list/?fields=id", token, body), rows[row])
    assert rows["display.video-list.max-count"]["max"] == limits.MAX_VIDEOS_PER_PAGE
    with pytest.raises(ValueError, match="1 to 20"):
        await client.display.videos_page(max_count=21)


@pytest.mark.spec(
    "display.video",
    "display.video.create-time-seconds",
    "display.video.share-url",
    "display.video.title-150",
    "display.video.description-150",
    "display.video.duration",
    "display.video.size",
    "display.video.embed",
    "display.video.counts",
)
async def test_a_video_is_told_with_all_that_is_known_of_it(desk: Desk, rows: Rows) -> None:
    counts = {"view_count": 2**40, "like_count": 3, "comment_count": 2, "share_count": 1}
    size = {"duration_s": 42, "width": 720, "height": 1280}
    made = {"title": LONG, "created_at": "2026-11-01T13:00:00+01:00"} | counts | size
    (video_id,) = await seeded(desk, made)
    client = await reader(desk)
    (video,) = (await client.display.videos_page()).videos
    assert set(video.raw) == set(rows["display.video"]["fields"]) == set(VideoField)
    assert (video.id, video.created_at) == (video_id, NEWEST)
    assert video.raw["create_time"] == int(NEWEST.timestamp())
    assert {name: getattr(video, name) for name in counts} == counts
    assert {name: getattr(video, name) for name in size} == size
    assert rows["display.video.title-150"]["max"] == 150
    assert video.title == video.video_description == LONG[:150]
    assert video.share_url
    query = parse_qs(urlsplit(video.share_url).query)
    expected = rows["display.video.share-url"]["query"] | {"utm_source": DESKTOP.client_key}
    assert query == {name: [value] for name, value in expected.items()}
    assert video.embed_link
    assert video.embed_html
    assert video_id in video.embed_html
    (bare,) = (await client.display.videos_page(fields=["title"])).videos
    assert set(bare.raw) == {"id", "title"}
    assert (bare.created_at, bare.view_count) == (None, None)


@pytest.mark.spec("display.video.cover-ttl", "display.video-query")
async def test_a_cover_works_for_six_hours_and_asking_by_id_gives_a_fresh_one(
    desk: Desk, rows: Rows
) -> None:
    await desk.control("POST", "clock", {"freeze": True})
    (video_id,) = await seeded(desk, {"title": "Fox"})
    client = await reader(desk)
    (video,) = (await client.display.videos_page()).videos
    cover = video.cover_image_url or ""
    lifetime_s = rows["display.video.cover-ttl"]["lifetime_s"]
    assert lifetime_s == timedelta(hours=6).total_seconds()
    await desk.advance(lifetime_s - 1)
    assert (await desk.http.get(cover)).status_code == 200
    await desk.advance(1)
    assert (await desk.http.get(cover)).status_code == 403
    client = await desk.connected(scopes=tuple(Scope))
    (fresh,) = await client.display.query_videos([video_id], fields=["cover_image_url"])
    assert urlsplit(desk.calls[-1].url_without_query).path == rows["display.video-query"]["path"]
    assert (await desk.http.get(fresh.cover_image_url or "")).status_code == 200


@pytest.mark.spec(
    "display.video-query", "display.video-query.ids-max", "display.video-query.own-only"
)
async def test_any_number_of_ids_can_be_asked_about_and_others_videos_are_left_out(
    desk: Desk, rows: Rows
) -> None:
    ids = await seeded(desk, *aged(45))
    (hidden,) = await seeded(desk, {"privacy_level": "SELF_ONLY"})
    (foreign,) = await seeded(desk, {"title": "of someone else"}, username="pia")
    client = await reader(desk)
    found = await client.display.query_videos([*ids, hidden, foreign, ids[0]])
    assert [video.id for video in found] == ids
    assert sum(call.operation == "video_query" for call in desk.calls) == 3
    row = rows["display.video-query.ids-max"]
    assert row["max"] == limits.MAX_QUERIED_VIDEOS
    token = (await desk.grant(scopes=tuple(Scope))).access_token
    body = {"filters": {"video_ids": ids[: row["max"] + 1]}}
    assert_refused(await ask(desk, "POST", "video/query/?fields=id", token, body), row)


@pytest.mark.spec("display.video.id")
async def test_what_was_posted_is_found_by_its_post_id(desk: Desk, video: bytes) -> None:
    client = await reader(desk)
    post = VideoPost(privacy_level=PrivacyLevel.PUBLIC_TO_EVERYONE, title="Hello #fox")
    plan = plan_chunks(len(video))
    opened = await client.posting.init_video(post, plan)
    await client.posting.upload(opened.upload_url, video, plan)
    status = await decided(desk, client, opened.publish_id)
    (found,) = await client.display.query_videos(status.post_ids)
    assert (found.id, found.title) == (status.post_ids[0], "Hello #fox")
    assert [each.id async for each in client.display.videos()] == list(status.post_ids)


async def user_info(client: AsyncTikTok) -> object:
    return await client.display.user_info()


async def videos_page(client: AsyncTikTok) -> object:
    return await client.display.videos_page()


async def query_videos(client: AsyncTikTok) -> object:
    return await client.display.query_videos(["1"])


CALLS = {"user_info": user_info, "video_list": videos_page, "video_query": query_videos}


@pytest.mark.parametrize("operation", sorted(CALLS))
@pytest.mark.spec("limits.display-per-minute")
async def test_one_call_more_than_600_in_a_minute_is_refused(
    desk: Desk, rows: Rows, operation: str
) -> None:
    row = rows["limits.display-per-minute"]
    there = await desk.control("GET", "settings")
    assert there["rate_limits"]["display"] == row["value"] == limits.DISPLAY_PER_WINDOW
    assert SLOTS[operation] == row["value"]
    # The number is the row's; counting to it takes the test nowhere that 5 does not.
    await desk.settings(rate_limits={"display": 5})
    await desk.control("POST", "clock", {"freeze": True})
    client = await reader(desk)
    call: Callable[[AsyncTikTok], Awaitable[object]] = CALLS[operation]
    for _ in range(5):
        await call(client)
    with pytest.raises(RateLimited) as caught:
        await call(client)
    assert caught.value.code == row["refusal"]["code"]
    for other in CALLS.keys() - {operation}:
        await CALLS[other](client)
    await desk.advance(row["window_s"])
    await call(client)


async def test_the_sync_client_reads_the_same(desk: Desk) -> None:
    ids = await seeded(desk, *aged(25))
    await reader(desk)
    token = (await desk.grant(scopes=tuple(Scope))).access_token

    def read() -> tuple[str | None, list[str], int]:
        with Transport() as transport:
            client = TikTok(token=token, endpoints=desk.endpoints, transport=transport)
            name = client.display.user_info().display_name
            found = [video.id for video in client.display.videos()]
            return name, found, len(client.display.query_videos(ids[:3]))

    assert await asyncio.to_thread(read) == ("Maya M.", ids, 3)
