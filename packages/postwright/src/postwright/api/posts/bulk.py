"""`/v1/posts/bulk-upload`: many posts from a table, each for itself."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from postwright.api.bodies import Form
from postwright.api.caller import Caller, Publisher
from postwright.api.errors import InvalidRequest
from postwright.api.idempotency import BatchesOf, Call
from postwright.api.parts import Parts, PartsOf
from postwright.api.posts.checked import Examined
from postwright.api.posts.made import place, ready
from postwright.api.posts.table import MOST_COLUMNS, MOST_ROWS, Row, RowWrong, body_of, rows_of
from postwright.api.posts.wish import Wish, wished
from postwright.api.routing import routes
from postwright.api.wire.posts_shown import BulkOut, RowOut
from postwright.db.database import app_now
from postwright.errors import AppError, StorageTrouble
from postwright.publishing.schedule import time_to_come

router = routes("Posts")

_JSON: Final = "application/json"
_MOST_BYTES: Final = 5 * 1024 * 1024
_TABLE: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "contentMediaType": "text/csv",
                            "description": "The table, in UTF-8 with commas between its cells: up "
                            f"to {MOST_ROWS} rows, {MOST_COLUMNS} columns and 5 MiB.",
                        }
                    },
                }
            }
        },
    }
}
_MIXED: Final[dict[int | str, dict[str, Any]]] = {
    207: {"model": BulkOut, "description": "Some rows are good, and some are not."}
}


@router.post(
    "/posts/bulk-upload",
    summary="Make posts from a table",
    operation_id="bulk_upload_posts",
    response_model=BulkOut,
    openapi_extra=_TABLE,
    responses=_MIXED,
)
async def bulk_upload_posts(
    *,
    request: Request,
    caller: Publisher,
    parts: PartsOf,
    batch_of: BatchesOf,
    dry_run: Annotated[
        bool, Query(alias="dryRun", description="Look at the rows, and make nothing.")
    ] = False,
) -> Response:
    """Make a post of each row of a CSV file; a row that is wrong holds up no other.

    Columns: `profiles` (names or ids) with `platforms` (default `tiktok`), or `accounts` (ids);
    `post_content`, `title`, `media_urls` (with spaces or `;` between them); `schedule_time` with
    `tz`, or `publish_now`, or `is_draft`; `tiktok_settings` (JSON), `tags`, `hashtags`, `mentions`,
    `allow_duplicate`; and for one platform `schedule_time_tiktok`, `custom_content_tiktok`,
    `custom_media_tiktok`. `content`, `timezone`, `scheduledFor`, `mediaUrls` are understood, too.

    The same table with the same `Idempotency-Key` makes each row once; one that was broken off is
    finished. Without a key what goes out at the same time is a duplicate; drafts are made again.
    """
    content = await _content(request)
    rows, warnings = await asyncio.to_thread(rows_of, content)
    if dry_run:
        seen = [await _looked(parts, caller, row, at) for at, row in enumerate(rows, start=1)]
        told = _told(seen, warnings)
        return Response(told.model_dump_json(by_alias=True), _status(told), media_type=_JSON)
    batch = batch_of(content)
    earlier = await batch.claim()
    if earlier is not None:
        return earlier
    results = [
        await _result(parts, caller, row, at, batch.part(at))
        for at, row in enumerate(rows, start=1)
    ]
    told = _told(results, warnings)
    return await batch.end(told, _status(told))


def _told(results: list[RowOut], warnings: list[str]) -> BulkOut:
    valid = sum(result.ok for result in results)
    return BulkOut(
        total=len(results),
        valid=valid,
        invalid=len(results) - valid,
        results=results,
        warnings=warnings,
    )


def _status(told: BulkOut) -> int:
    return 207 if told.valid and told.invalid else 200


async def _content(request: Request) -> bytes:
    async for _, pieces in Form(request, most_bytes=_MOST_BYTES).files():
        return b"".join([piece async for piece in pieces])
    raise InvalidRequest("The form holds no file.", fix="Name the field `file`.", param="file")


async def _result(parts: Parts, caller: Caller, row: Row, index: int, call: Call) -> RowOut:
    """Make a row's post, if it was not made under this name already."""

    async def made(examined: Examined, session: AsyncSession) -> RowOut:
        stored, _ = await place(session, parts, caller, examined, source="csv")
        return RowOut(row_index=index, ok=True, created_post_id=stored.post_id)

    async def work() -> RowOut:
        done = await call.known()
        if done is None:
            examined = await _examined(parts, caller, row)
            done = await call.once(partial(made, examined))
        return RowOut.model_validate_json(bytes(done.body))

    return await _or_wrong(index, work)


async def _looked(parts: Parts, caller: Caller, row: Row, index: int) -> RowOut:
    async def work() -> RowOut:
        examined = await _examined(parts, caller, row)
        await _refuse_past(parts, examined.wish)
        return RowOut(row_index=index, ok=True)

    return await _or_wrong(index, work)


async def _or_wrong(index: int, work: Callable[[], Awaitable[RowOut]]) -> RowOut:
    """What became of a row: a wrong one is told, and holds up no other."""
    try:
        return await work()
    except RowWrong as error:
        return RowOut(row_index=index, ok=False, errors=error.codes)
    except AppError as error:
        if isinstance(error, StorageTrouble):
            raise
        return RowOut(row_index=index, ok=False, errors=_codes(error))


async def _examined(parts: Parts, caller: Caller, row: Row) -> Examined:
    async with parts.database.transaction() as session:
        body = await body_of(session, caller, row)
    return await ready(parts, caller, wished(body))


async def _refuse_past(parts: Parts, wish: Wish) -> None:
    async with parts.database.transaction() as session:
        now = await app_now(session)
    for at in (wish.at, *(target.at for target in wish.targets)):
        time_to_come(at, now)


def _codes(error: AppError) -> list[str]:
    """What is wrong, each with its field."""
    findings: list[dict[str, Any]] = error.details.get("findings", [])
    told = [f"{each['rule']}:{each['param']}" for each in findings if each.get("kind") != "advice"]
    return told or [f"{error.code}:{error.param}" if error.param else error.code]
