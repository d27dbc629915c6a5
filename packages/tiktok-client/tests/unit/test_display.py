import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import (
    BASIC_FIELDS,
    PROFILE_FIELDS,
    STATS_FIELDS,
    AsyncTransport,
    Endpoints,
    ResponseError,
    ScopeMissing,
    TikTokError,
    UserField,
    Video,
    VideoField,
    VideoPage,
)
from tiktok_client._async.display import AsyncDisplay
from tiktok_client._operations import display
from tiktok_client._operations.wire import Request, Response

Answer = Callable[..., Response]
T = TypeVar("T")
HERE = Endpoints.at("http://127.0.0.1:8700")
NEWEST = datetime(2026, 11, 21, 12, tzinfo=UTC)


def ok(data: object) -> dict[str, object]:
    return {"data": data, "error": {"code": "ok", "message": "", "log_id": "L1"}}


def fields_of(request: Request) -> list[str]:
    return parse_qs(urlsplit(request.url).query)["fields"][0].split(",")


def test_user_info_is_a_get_without_a_body_that_names_each_field_once() -> None:
    request = display.user_info(HERE, "act.1", ["open_id", UserField.USERNAME, "open_id"])
    assert (request.method, request.body) == ("GET", b"")
    assert request.url == "http://127.0.0.1:8700/v2/user/info/?fields=open_id,username"
    assert request.headers == {"Authorization": "Bearer act.1"}
    with pytest.raises(ValueError, match="field"):
        display.user_info(HERE, "act.1", [])


def test_every_field_is_under_one_scope() -> None:
    grouped = [*BASIC_FIELDS, *PROFILE_FIELDS, *STATS_FIELDS]
    assert sorted(grouped) == sorted(UserField)
    assert {one.scope for one in BASIC_FIELDS} == {"user.info.basic"}
    assert {one.scope for one in PROFILE_FIELDS} == {"user.info.profile"}
    assert {one.scope for one in STATS_FIELDS} == {"user.info.stats"}


def test_a_user_field_that_was_not_asked_for_is_none_and_an_unknown_one_is_in_raw(
    answer: Answer,
) -> None:
    told = {"open_id": "-000", "bio_description": "", "is_verified": False, "likes_count": 2**40}
    info = display.read_user_info(answer(ok({"user": told | {"newer": [1]}})))
    assert (info.open_id, info.bio_description, info.is_verified) == ("-000", "", False)
    assert info.likes_count == 2**40
    assert (info.display_name, info.follower_count) == (None, None)
    assert (info.raw["newer"], info.log_id) == ([1], "L1")


@pytest.mark.parametrize(
    ("code", "status"), [("scope_permission_missed", 400), ("scope_not_authorized", 401)]
)
def test_both_ways_to_miss_a_scope_are_the_same_error(
    answer: Answer, code: str, status: int
) -> None:
    body = {"data": {}, "error": {"code": code, "message": "", "log_id": "L1"}}
    with pytest.raises(ScopeMissing) as caught:
        display.read_user_info(answer(body, status, operation="user_info"))
    assert caught.value.doc_url.endswith("get-user-info")


def test_a_video_list_says_what_it_wants_in_its_body_and_fields_in_its_query() -> None:
    request = display.video_list(
        HERE, "act.1", cursor=1_770_000_000_123, max_count=20, fields=[VideoField.TITLE, "fps"]
    )
    assert request.method == "POST"
    assert json.loads(request.body) == {"cursor": 1_770_000_000_123, "max_count": 20}
    assert fields_of(request) == ["id", "title", "fps"]
    first = display.video_list(HERE, "act.1", cursor=None, max_count=1, fields=["id"])
    assert json.loads(first.body) == {"max_count": 1}


@pytest.mark.parametrize("count", [0, -1, 21])
def test_a_page_of_no_videos_or_too_many_is_refused(count: int) -> None:
    with pytest.raises(ValueError, match="1 to 20"):
        display.video_list(HERE, "act.1", cursor=None, max_count=count, fields=[])


def test_a_video_is_read_with_its_time_in_utc_and_its_id_as_text(answer: Answer) -> None:
    wire = {
        "id": "7080213458555737986",
        "create_time": 1_770_210_873,
        "duration": 42,
        "view_count": 2**40,
        "title": "",
    }
    page = display.read_video_page(answer(ok({"videos": [wire], "cursor": 5, "has_more": True})))
    video = page.videos[0]
    assert (video.id, video.duration_s, video.view_count) == (wire["id"], 42, 2**40)
    assert video.created_at == datetime(2026, 2, 4, 13, 14, 33, tzinfo=UTC)
    assert (video.title, video.share_url) == ("", None)
    assert (page.cursor, page.has_more, page.log_id) == (5, True, "L1")
    (numbered,) = display.read_videos(answer(ok({"videos": [wire | {"id": 2**62 + 1}]})))
    assert numbered.id == str(2**62 + 1)


ODD: list[object] = [
    {"videos": {}},
    {"videos": [1]},
    {"videos": [{}]},
    {"videos": [{"id": True}]},
    {"videos": [{"id": "1", "create_time": 10**30}]},
    {"videos": [{"id": "1", "title": 3}]},
    {"videos": [], "has_more": "yes"},
]


@pytest.mark.parametrize("data", ODD)
def test_videos_in_another_shape_are_refused(answer: Answer, data: object) -> None:
    with pytest.raises(ResponseError):
        display.read_video_page(answer(ok(data)))


def test_no_videos_at_all_are_an_empty_page(answer: Answer) -> None:
    empty = VideoPage((), None, has_more=False, log_id="L1")
    assert display.read_video_page(answer(ok({}))) == empty


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=2)
            | st.dictionaries(st.sampled_from(["user", "videos", *VideoField]), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
def test_any_data_is_read_or_refused_as_ours(data: object) -> None:
    whole = Response("video_list", 200, {}, json.dumps(ok(data)).encode())
    for read in (display.read_user_info, display.read_video_page, display.read_videos):
        try:
            read(whole)
        except TikTokError:
            continue


@given(st.lists(st.integers(0, 90).map(str), max_size=120))
def test_ids_are_asked_for_once_each_and_twenty_at_a_time(ids: list[str]) -> None:
    made = list(display.batches(ids))
    assert all(1 <= len(batch) <= 20 for batch in made)
    assert [one for batch in made for one in batch] == list(dict.fromkeys(ids))


def test_one_text_is_no_list_of_ids() -> None:
    with pytest.raises(ValueError, match="a list of ids"):
        list(display.batches("7080213458555737986"))


def test_a_cursor_is_a_moment_in_milliseconds_and_needs_a_time_zone() -> None:
    berlin = timezone(timedelta(hours=1))
    moment = datetime(2026, 11, 21, 13, 0, 0, 250_000, tzinfo=berlin)
    assert display.cursor_of(moment) == round(NEWEST.timestamp() * 1000) + 250
    assert display.cursor_of(None) is None
    with pytest.raises(ValueError, match="time zone"):
        display.cursor_of(datetime(2026, 11, 21))  # noqa: DTZ001  # what is refused here


@dataclass
class Pages(AsyncDisplay):
    """Gives pages out of a list in place of asking, and keeps what was asked."""

    answers: list[VideoPage]
    asked: list[tuple[int | None, int, tuple[str, ...]]] = field(
        default_factory=list[tuple[int | None, int, tuple[str, ...]]]
    )

    async def videos_page(
        self,
        cursor: int | None = None,
        *,
        max_count: int = 20,
        fields: Iterable[VideoField | str] = (),
        timeout_s: float | None = None,
    ) -> VideoPage:
        self.asked.append((cursor, max_count, tuple(map(str, fields))))
        return self.answers.pop(0)


def ms(age: int) -> int:
    return round((NEWEST - timedelta(hours=age)).timestamp() * 1000)


def page(*ages: int, has_more: bool = True, cursor: int | None = None) -> VideoPage:
    """Videos of so many hours' age; the cursor is the last one's time, or this one."""
    made = tuple(Video(id=str(age), created_at=NEWEST - timedelta(hours=age)) for age in ages)
    return VideoPage(made, cursor if cursor is not None else ms(ages[-1]), has_more)


async def ids(videos: AsyncIterator[Video]) -> list[str]:
    return [video.id async for video in videos]


async def test_short_and_empty_pages_do_not_end_the_videos() -> None:
    pages = Pages([page(1), page(cursor=ms(2)), page(3, 4), page(5, has_more=False)])
    assert await ids(pages.videos()) == ["1", "3", "4", "5"]
    assert [cursor for cursor, _, _ in pages.asked] == [None, ms(1), ms(2), ms(4)]


@pytest.mark.parametrize("cursor", [ms(1), ms(0), 0])
async def test_a_cursor_that_does_not_go_back_ends_the_videos(cursor: int) -> None:
    pages = Pages([page(1), page(2, cursor=cursor), page(3, cursor=cursor)])
    found = await ids(pages.videos())
    assert found == (["1", "2", "3"] if cursor == 0 else ["1", "2"])


async def test_videos_that_two_pages_share_come_once() -> None:
    pages = Pages([page(1, 2), page(2, 3, has_more=False)])
    assert await ids(pages.videos()) == ["1", "2", "3"]


async def test_since_ends_at_the_first_older_one_and_asks_for_the_time() -> None:
    pages = Pages([page(1, 2, 3)])
    since = NEWEST - timedelta(hours=2)
    assert await ids(pages.videos(fields=["title"], since=since)) == ["1", "2"]
    assert pages.asked == [(None, 20, ("create_time", "title"))]


async def test_a_moment_without_a_time_zone_is_refused_before_anything_is_asked() -> None:
    pages, naive = Pages([]), datetime(2026, 1, 1)  # noqa: DTZ001  # what is refused here
    for videos in (pages.videos(since=naive), pages.videos(before=naive)):
        with pytest.raises(ValueError, match="time zone"):
            await ids(videos)
    assert pages.asked == []


async def test_before_is_the_first_cursor() -> None:
    pages = Pages([page(5, has_more=False)])
    assert await ids(pages.videos(before=NEWEST)) == ["5"]
    assert pages.asked[0][0] == ms(0)


async def test_a_limit_asks_for_no_more_than_it_gives() -> None:
    pages = Pages([page(*range(20)), page(20, 21, 22, 23, 24, 25)])
    assert len(await ids(pages.videos(limit=25))) == 25
    assert [count for _, count, _ in pages.asked] == [20, 5]
    assert await ids(Pages([]).videos(limit=0)) == []
    assert await ids(Pages([page(1, 2, 3)]).videos(limit=2)) == ["1", "2"]


class Answers(AsyncTransport):
    """Gives answers made of the request in place of a network."""

    def __init__(self, make: Callable[[Mapping[str, Any]], object]) -> None:
        super().__init__()
        self.make = make
        self.bodies: list[Mapping[str, Any]] = []

    async def call(
        self, request: Request, read: Callable[[Response], T], *, timeout_s: float | None = None
    ) -> T:
        self.bodies.append(json.loads(request.body))
        made = json.dumps(ok(self.make(self.bodies[-1]))).encode()
        return read(Response(request.operation, 200, {}, made))


async def test_many_ids_are_asked_for_in_batches_and_none_asks_nothing() -> None:
    def every_second(body: Mapping[str, Any]) -> object:
        return {"videos": [{"id": one} for one in body["filters"]["video_ids"][::2]]}

    async with Answers(every_second) as transport:
        found = await AsyncDisplay("act.1", HERE, transport).query_videos(map(str, range(45)))
        assert [len(body["filters"]["video_ids"]) for body in transport.bodies] == [20, 20, 5]
        assert [video.id for video in found] == [str(number) for number in [*range(0, 45, 2)]]
        assert await AsyncDisplay("act.1", HERE, transport).query_videos([]) == ()
        assert len(transport.bodies) == 3
