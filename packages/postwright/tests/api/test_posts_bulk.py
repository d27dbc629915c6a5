"""A table of posts: each row is made once, however often the table comes under one name."""

import asyncio
import json
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from tests.factories.posting import ALONE, Caller

pytestmark = pytest.mark.slow

NAMES = "profiles,post_content,media_urls,schedule_time,is_draft,tiktok_settings\n"
# As if the process had ended at the second row.
BROKEN_OFF = (
    "UPDATE api_calls SET status = NULL, body = NULL WHERE kind = 'key'",
    "DELETE FROM api_calls WHERE kind = 'part' AND name LIKE '%: 2'",
)


def row(me: Caller, content: str, *, is_draft: bool = False) -> str:
    settings = json.dumps(ALONE).replace('"', '""')
    at, draft = ("", "true") if is_draft else ("2100-01-01T10:00:00Z", "")
    return f'Default,{content},{me.video_url},{at},{draft},"{settings}"\n'


async def send(me: Caller, table: str, name: str | None = None, query: str = "") -> httpx2.Response:
    headers = {} if name is None else {"Idempotency-Key": name}
    files = {"file": ("posts.csv", table.encode(), "text/csv")}
    return await me.ask("POST", f"/bulk-upload{query}", files=files, headers=headers)


async def posts(me: Caller) -> int:
    async with me.api.service.database.transaction() as session:
        return await session.scalar(text("SELECT count(*) FROM posts")) or 0


def made_of(answer: httpx2.Response) -> list[Any]:
    return [each["createdPostId"] for each in answer.json()["results"]]


async def test_the_same_table_under_one_key_is_made_once_also_at_once(me: Caller) -> None:
    # Drafts may be there twice, so nothing else keeps them from it.
    table = NAMES + row(me, "One") + row(me, "Two", is_draft=True) + "Nobody,Three,,,,\n"
    answers = await asyncio.gather(*(send(me, table, "k") for _ in range(4)))
    assert {answer.status_code for answer in answers} == {207}
    assert len({answer.text for answer in answers}) == 1
    again = await send(me, table, "k")
    assert (again.text, again.headers["Idempotency-Replayed"]) == (answers[0].text, "true")
    assert None not in made_of(again)[:2]
    assert await posts(me) == 2


async def test_a_repeated_request_id_is_the_same_table(me: Caller) -> None:
    table = NAMES + row(me, "One", is_draft=True)
    files = {"file": ("posts.csv", table.encode(), "text/csv")}
    headers = {"X-Request-Id": "one-call"}
    first, again = [
        await me.ask("POST", "/bulk-upload", files=files, headers=headers) for _ in range(2)
    ]
    assert first.text == again.text
    assert await posts(me) == 1


async def test_another_table_under_the_same_key_is_refused(me: Caller) -> None:
    assert (await send(me, NAMES + row(me, "One"), "k")).status_code == 200
    other = await send(me, NAMES + row(me, "Two"), "k")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_mismatch")
    elsewhere = await me.ask(
        "POST", "", json=me.body(isDraft=True), headers={"Idempotency-Key": "k"}
    )
    assert elsewhere.status_code == 409
    assert await posts(me) == 1


async def test_a_look_at_a_table_is_no_call_that_makes_it(me: Caller) -> None:
    table = NAMES + row(me, "One")
    assert made_of(await send(me, table, "k", "?dryRun=true")) == [None]
    assert made_of(await send(me, table, "k")) != [None]
    assert made_of(await send(me, table, "k", "?dryRun=true")) == [None]


async def test_what_was_broken_off_is_finished_under_the_same_key(me: Caller) -> None:
    table = NAMES + row(me, "One", is_draft=True) + row(me, "Two", is_draft=True)
    whole = await send(me, table, "k")
    async with me.api.service.database.transaction() as session:
        for statement in BROKEN_OFF:
            await session.execute(text(statement))
    again = await send(me, table, "k")
    assert "Idempotency-Replayed" not in again.headers
    assert made_of(again)[0] == made_of(whole)[0]
    assert made_of(again)[1] not in {None, made_of(whole)[1]}
    assert (await send(me, table, "k")).text == again.text


async def test_a_row_that_holds_what_nothing_takes_is_wrong_and_no_fault(me: Caller) -> None:
    """Each is written as a draft, so that no rule of a network stands before what is stored."""
    names = "profiles,post_content,title,tags,media_urls,tz,tiktok_settings,is_draft\n"
    cells = {
        "post_content": ["\u202e" * 3000, "a" * 100_000, "=1+1"],
        "title": ["a" * 100_000],
        "tags": ["a " * 50_000],
        "media_urls": ["http://a.example/ " * 5000, "http://[", "file:///etc/passwd", "\ud7ff"],
        "tz": ["../../etc/passwd", "a" * 5000, "/", "UTC\u0301"],
        "tiktok_settings": [
            '{"a":"\\u0000"}', '{"\\u0000":1}', '{"a":"\\ud800"}', '{"a":NaN}', '{"a":1e999}',
            '{"a":' + "9" * 5000 + "}", "[" * 50_000, '{"privacy_level":"\\u0000"}', "[]", "null",
        ],
    }  # fmt: skip
    rows = [
        {"profiles": "Default", "is_draft": "yes", name: cell}
        for name, given in cells.items()
        for cell in given
    ]
    head = names.strip().split(",")
    lines = [
        ",".join('"' + row.get(name, "").replace('"', '""') + '"' for name in head) for row in rows
    ]
    answer = await send(me, names + "\n".join(lines) + "\nDefault,a, b,,,,,,yes\n")
    assert answer.status_code in {200, 207}, answer.text
    told = answer.json()["results"]
    good = [row["post_content"] for row, each in zip(rows, told, strict=False) if each["ok"]]
    assert good == ["\u202e" * 3000, "=1+1"]
    assert told[-1]["errors"] == ["more_cells_than_columns"]
    assert len(told) == len(rows) + 1
