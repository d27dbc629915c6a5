"""`/v1/posts/bulk-upload`: many posts from a table, each for itself."""

from typing import Annotated, Any, Final

from fastapi import Query, Request, Response

from postwright.api.bodies import Form
from postwright.api.caller import Caller, Publisher
from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts, PartsOf
from postwright.api.posts.made import place, ready
from postwright.api.posts.table import MOST_ROWS, Row, RowWrong, body_of, rows_of
from postwright.api.posts.wish import Wish, wished
from postwright.api.routing import routes
from postwright.api.wire.posts_shown import BulkOut, RowOut
from postwright.db.database import app_now
from postwright.errors import AppError, StorageTrouble
from postwright.publishing.schedule import time_to_come

router = routes("Posts")

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
                            "description": f"The table: up to {MOST_ROWS} rows and 5 MiB.",
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
    openapi_extra=_TABLE,
    responses=_MIXED,
)
async def bulk_upload_posts(
    *,
    request: Request,
    response: Response,
    caller: Publisher,
    parts: PartsOf,
    dry_run: Annotated[
        bool, Query(alias="dryRun", description="Look at the rows, and make nothing.")
    ] = False,
) -> BulkOut:
    """Make a post of each row of a CSV file; a row that is wrong holds up no other.

    Columns: `profiles` (names or ids) with `platforms` (default `tiktok`), or `accounts` (ids);
    `post_content`, `title`, `media_urls` (with spaces or `;` between them); `schedule_time` with
    `tz`, or `publish_now`, or `is_draft`; `tiktok_settings` (JSON), `tags`, `hashtags`, `mentions`,
    `allow_duplicate`; and for one platform `schedule_time_tiktok`, `custom_content_tiktok`,
    `custom_media_tiktok`. `content`, `timezone`, `scheduledFor`, `mediaUrls` are understood, too.

    To send the same table again makes nothing twice: what goes out at the same time is a duplicate.
    """
    rows, warnings = rows_of(await _content(request))
    results = [
        await _result(parts, caller, row, index, dry_run=dry_run)
        for index, row in enumerate(rows, start=1)
    ]
    valid = sum(result.ok for result in results)
    if 0 < valid < len(results):
        response.status_code = 207
    return BulkOut(
        total=len(results),
        valid=valid,
        invalid=len(results) - valid,
        results=results,
        warnings=warnings,
    )


async def _content(request: Request) -> bytes:
    async for _, pieces in Form(request, most_bytes=_MOST_BYTES).files():
        return b"".join([piece async for piece in pieces])
    raise InvalidRequest("The form holds no file.", fix="Name the field `file`.", param="file")


async def _result(parts: Parts, caller: Caller, row: Row, index: int, *, dry_run: bool) -> RowOut:
    try:
        made = await _made(parts, caller, row, dry_run=dry_run)
    except RowWrong as error:
        return RowOut(row_index=index, ok=False, errors=error.codes)
    except AppError as error:
        if isinstance(error, StorageTrouble):
            raise
        return RowOut(row_index=index, ok=False, errors=_codes(error))
    return RowOut(row_index=index, ok=True, created_post_id=made)


async def _made(parts: Parts, caller: Caller, row: Row, *, dry_run: bool) -> str | None:
    async with parts.database.transaction() as session:
        body = await body_of(session, caller, row)
    examined = await ready(parts, caller, wished(body))
    if dry_run:
        await _refuse_past(parts, examined.wish)
        return None
    async with parts.database.transaction() as session:
        made, _ = await place(session, parts, caller, examined, source="csv")
    return made.post_id


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
