"""Reading a person and their videos; also against the real TikTok with --live."""

from collections.abc import Mapping
from typing import Any

import httpx2
import pytest

from tests.contract.desk import assert_refused
from tests.contract.live import Account
from tools.coverage import Row

Rows = Mapping[str, Row]
USER, LIST, QUERY = "/v2/user/info/", "/v2/video/list/", "/v2/video/query/"


async def read(account: Account, path: str, fields: str, body: Any = None) -> httpx2.Response:
    """A raw read."""
    params = {"fields": fields} if fields else None
    if path == USER:
        return await account.raw("display", "GET", path, params=params)
    return await account.raw("display", "POST", path, params=params, json=body or {})


@pytest.mark.live
@pytest.mark.spec("display.user-info", "display.user-info.basic-fields", "display.user-info.fields")
async def test_what_is_asked_about_a_person_comes(account: Account, rows: Rows) -> None:
    fields: list[str] = rows["display.user-info.basic-fields"]["fields"]
    answer = (await read(account, USER, ",".join(fields))).json()
    assert answer["error"]["code"] == "ok"
    assert set(answer["data"]["user"]) == set(fields)
    less = (await read(account, USER, "open_id")).json()
    assert set(less["data"]["user"]) == {"open_id"}


@pytest.mark.live
@pytest.mark.spec("display.user-info.fields", "display.envelope-data")
async def test_asking_for_nothing_is_refused(account: Account, rows: Rows) -> None:
    answer = await read(account, USER, "")
    assert_refused(answer, rows["display.user-info.fields"])


@pytest.mark.live
@pytest.mark.spec("display.unknown-fields")
async def test_a_field_that_does_not_exist_is_left_out(account: Account, rows: Rows) -> None:
    answer = (await read(account, USER, "open_id,shoe_size")).json()
    assert set(answer["data"]["user"]) == {"open_id"}
    assert_refused(await read(account, USER, "shoe_size"), rows["display.unknown-fields"])


@pytest.mark.live
@pytest.mark.spec("display.envelope-data")
async def test_a_token_that_never_was_reads_nothing(account: Account, rows: Rows) -> None:
    answer = await account.raw(
        "display", "GET", USER, params={"fields": "open_id"}, token="act.never-given"
    )
    assert_refused(answer, rows["error.access_token_invalid"], has_data=True)


@pytest.mark.live
@pytest.mark.spec("display.video-list", "display.video-list.max-count")
async def test_a_page_has_twenty_videos_at_most(account: Account, rows: Rows) -> None:
    most: int = rows["display.video-list.max-count"]["max"]
    answer = (await read(account, LIST, "id,create_time", {"max_count": most})).json()
    assert answer["error"]["code"] == "ok"
    times = [video["create_time"] for video in answer["data"]["videos"]]
    assert len(times) <= most
    assert times == sorted(times, reverse=True)
    assert isinstance(answer["data"]["has_more"], bool)
    more = await read(account, LIST, "id", {"max_count": most + 1})
    assert_refused(more, rows["display.video-list.max-count"])


@pytest.mark.live
@pytest.mark.spec("display.video-query", "display.video-query.own-only")
async def test_a_video_that_is_not_ones_own_is_left_out(account: Account) -> None:
    body = {"filters": {"video_ids": ["7000000000000000001"]}}
    answer = (await read(account, QUERY, "id", body)).json()
    assert answer["error"]["code"] == "ok"
    assert answer["data"]["videos"] == []


@pytest.mark.live
@pytest.mark.spec("display.video-query.ids-max")
async def test_more_than_twenty_ids_are_refused(account: Account, rows: Rows) -> None:
    most: int = rows["display.video-query.ids-max"]["max"]
    ids = [str(7_000_000_000_000_000_000 + number) for number in range(most + 1)]
    answer = await read(account, QUERY, "id", {"filters": {"video_ids": ids}})
    assert_refused(answer, rows["display.video-query.ids-max"])
