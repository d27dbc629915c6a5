"""Fields, scopes, bodies, pages and numbers of Display."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tiktok_emulator import Settings
from tiktok_emulator.display import bodies, covers
from tiktok_emulator.display.fields import (
    USER_FIELDS,
    VIDEO_FIELDS,
    asked_fields,
    check_scopes,
)
from tiktok_emulator.display.state import Statistics
from tiktok_emulator.display.statistics import grown
from tiktok_emulator.display.videos import Listed, page_of
from tiktok_emulator.errors import PostingRefusal
from tiktok_emulator.journal import Note

NOW = datetime(2026, 11, 1, tzinfo=UTC)
BASIC, PROFILE, STATS = "user.info.basic", "user.info.profile", "user.info.stats"


def _note() -> Note:
    return Note(NOW, "log", "GET", "/")


def _asked(text: str, **switches: Any) -> tuple[str, ...]:
    return asked_fields(text, VIDEO_FIELDS, Settings(**switches), _note(), rule="display.x")


def test_fields_come_once_each_in_the_order_they_were_asked_for() -> None:
    assert _asked("title, id,title,,view_count") == ("title", "id", "view_count")


@pytest.mark.parametrize("text", ["", " , ", "fps", "fps,likes"])
def test_a_list_without_a_known_field_is_refused(text: str) -> None:
    with pytest.raises(PostingRefusal) as caught:
        _asked(text)
    assert (caught.value.status, caught.value.code) == (400, "invalid_params")
    assert caught.value.rule == ("display.unknown-fields" if "fps" in text else "display.x")


def test_an_unknown_field_is_left_out_and_noted_or_by_a_switch_refused() -> None:
    note = _note()
    fields = asked_fields("id,fps", VIDEO_FIELDS, Settings(), note, rule="display.x")
    assert fields == ("id",)
    assert note.why is not None
    assert "fps" in note.why
    with pytest.raises(PostingRefusal, match="fps"):
        _asked("id,fps", display_unknown_fields="refuse")


@pytest.mark.parametrize(
    ("field", "scope"), [("display_name", BASIC), ("username", PROFILE), ("video_count", STATS)]
)
def test_each_field_of_a_user_needs_its_scope(field: str, scope: str) -> None:
    assert USER_FIELDS[field] == scope
    check_scopes((field,), (scope,), Settings())
    others = tuple({BASIC, PROFILE, STATS} - {scope})
    with pytest.raises(PostingRefusal) as caught:
        check_scopes((field,), others, Settings())
    assert (caught.value.status, caught.value.code) == (400, "scope_permission_missed")
    assert field in caught.value.why
    with pytest.raises(PostingRefusal) as caught:
        check_scopes((field,), others, Settings(display_missing_scope="scope_not_authorized"))
    assert (caught.value.status, caught.value.code) == (401, "scope_not_authorized")


@pytest.mark.parametrize(("value", "read"), [(None, 0), (0, 0), (1_760_000_000_000, None)])
def test_a_cursor_is_milliseconds(value: object, read: int | None) -> None:
    assert bodies.read_cursor({"cursor": value}) == (value if read is None else read)


@pytest.mark.parametrize("value", [-1, "0", 1.5, True, 2**63])
def test_other_cursors_are_refused(value: object) -> None:
    with pytest.raises(PostingRefusal) as caught:
        bodies.read_cursor({"cursor": value})
    assert caught.value.rule == "display.video-list.cursor"


@pytest.mark.parametrize(("value", "read"), [(None, 10), (1, 1), (20, 20)])
def test_max_count_is_10_unless_said_and_20_at_most(value: object, read: int) -> None:
    assert bodies.read_max_count({"max_count": value}) == read


@pytest.mark.parametrize("value", [0, 21, "10", False, 1.0])
def test_other_max_counts_are_refused(value: object) -> None:
    with pytest.raises(PostingRefusal) as caught:
        bodies.read_max_count({"max_count": value})
    assert caught.value.rule == "display.video-list.max-count"


def test_a_query_has_one_to_twenty_ids() -> None:
    ids = [str(number) for number in range(20)]
    assert bodies.read_video_ids({"filters": {"video_ids": ids}}) == tuple(ids)
    assert bodies.read_video_ids({"filters": {"video_ids": ["1", "1"]}}) == ("1",)
    for wrong in ([], [*ids, "20"]):
        with pytest.raises(PostingRefusal) as caught:
            bodies.read_video_ids({"filters": {"video_ids": wrong}})
        assert caught.value.rule == "display.video-query.ids-max"
    bodies_without_ids: tuple[dict[str, object], ...] = (
        {},
        {"filters": []},
        {"filters": {"video_ids": "1"}},
        {"filters": {"video_ids": [1]}},
    )
    for body in bodies_without_ids:
        with pytest.raises(PostingRefusal):
            bodies.read_video_ids(body)


def _videos(*ages_s: float) -> list[Listed]:
    return [
        Listed(number, "ann", "", 1, 9, 16, NOW - timedelta(seconds=age), Statistics())
        for number, age in enumerate(ages_s)
    ]


def test_pages_join_without_a_gap_even_when_videos_share_a_moment() -> None:
    videos = _videos(1, 5, 5, 5, 5, 9)
    seen: list[int] = []
    cursor = 0
    for _ in range(3):
        page = page_of(videos, cursor, 2)
        seen += [video.post_id for video in page.videos]
        cursor = page.cursor_ms
    assert seen == [0, 1, 2, 3, 4, 5]
    assert not page_of(videos, 0, 6).has_more
    assert page_of(videos, 0, 5).has_more


def test_a_cursor_of_ones_own_gives_what_was_posted_before_it() -> None:
    videos = _videos(1, 5, 9)
    page = page_of(videos, int((NOW - timedelta(seconds=5)).timestamp() * 1000), 10)
    assert [video.post_id for video in page.videos] == [2]
    empty = page_of(videos, 1, 10)
    assert (empty.videos, empty.cursor_ms, empty.has_more) == ((), 1, False)


def test_numbers_start_as_counted_and_never_fall() -> None:
    counted = Statistics(1000, 100, 10, 1)

    def at(hours: float) -> Statistics:
        return grown(
            counted,
            post_id=7_602_000_000_000_000_001,
            created_at=NOW - timedelta(days=1),
            counted_at=NOW,
            now=NOW + timedelta(hours=hours),
            followers=10_000,
        )

    assert at(0) == counted
    assert at(-5) == counted
    assert at(10) == at(10)
    views = [at(hours).view_count for hours in (0, 1, 5, 24, 1000)]
    assert views == sorted(set(views))
    first, last = at(1), at(1000)
    assert first.like_count <= last.like_count
    assert last.view_count - first.view_count < 10_000


def test_a_cover_address_works_until_its_time_and_cannot_be_written_by_hand() -> None:
    url = covers.make("http://h", 5, NOW, 21_600)
    query = dict(pair.split("=") for pair in url.partition("?")[2].split("&"))
    covers.check(query, 5, NOW)
    covers.check(query, 5, NOW + timedelta(seconds=21_599))
    with pytest.raises(PostingRefusal, match="too old"):
        covers.check(query, 5, NOW + timedelta(seconds=21_600))
    for wrong in (query | {"x-expires": "99999999999"}, query | {"x-signature": "é"}, {}):
        with pytest.raises(PostingRefusal, match="not given out"):
            covers.check(wrong, 5, NOW)
    with pytest.raises(PostingRefusal):
        covers.check(query, 6, NOW)


def test_a_drawn_cover_is_a_jpeg() -> None:
    for width, height in ((720, 1280), (1280, 720), (16, 4096)):
        assert covers.drawn_cover(3, width, height).startswith(b"\xff\xd8\xff")
