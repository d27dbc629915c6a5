"""What the bodies of video/list and video/query must be."""

from collections.abc import Mapping
from typing import cast

from starlette.requests import Request

from tiktok_emulator.display.fields import bad_params
from tiktok_emulator.posting.envelope import json_object

DEFAULT_COUNT, MOST = 10, 20
INT64 = range(2**63)


async def read_object(request: Request) -> Mapping[str, object]:
    """A body as an object; nothing at all is an empty one. Unknown keys are left alone.

    Raises:
        PostingRefusal: 400, not JSON or no object.

    Source: v2 introduction, 2026: all but `fields` goes as JSON.
    """
    if not (await request.body()).strip():
        return {}
    body = await json_object(request)
    if body is None:
        media_type = request.headers.get("content-type", "") or "missing"
        raise bad_params(
            "error.invalid_params",
            f"the body is no JSON object, or Content-Type ({media_type}) is not application/json.",
        )
    return body


def read_cursor(body: Mapping[str, object]) -> int:
    """Where to go on, in milliseconds since 1970; 0 is from the newest video on.

    Raises:
        PostingRefusal: 400, no int64 or below 0.

    Source: list videos page, 2026.
    """
    value = body.get("cursor")
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value not in INT64:
        raise bad_params(
            "display.video-list.cursor",
            "cursor must be an int64: milliseconds since 1970, as the answer before gave it.",
        )
    return value


def read_max_count(body: Mapping[str, object]) -> int:
    """How many videos at most: 10 if nothing is said, never more than 20.

    Raises:
        PostingRefusal: 400.

    Source: list videos page, 2026; that more than 20 is refused and not cut is assumed.
    """
    value = body.get("max_count")
    if value is None:
        return DEFAULT_COUNT
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= MOST:
        raise bad_params(
            "display.video-list.max-count",
            f"max_count must be a number from 1 to {MOST}; {DEFAULT_COUNT} if it is left out.",
        )
    return value


def read_video_ids(body: Mapping[str, object]) -> tuple[str, ...]:
    """The ids of `filters.video_ids`: 1 to 20 strings, each once, in their order.

    Raises:
        PostingRefusal: 400.

    Source: query videos page, 2026.
    """
    filters = body.get("filters")
    ids = (
        cast("Mapping[str, object]", filters).get("video_ids")
        if isinstance(filters, dict)
        else None
    )
    if not isinstance(ids, list) or not all(
        isinstance(each, str) for each in cast("list[object]", ids)
    ):
        raise bad_params(
            "display.video-query",
            'the body must be {"filters": {"video_ids": ["...", ...]}}, with ids as strings.',
        )
    listed = tuple(dict.fromkeys(cast("list[str]", ids)))
    if not 1 <= len(listed) <= MOST:
        raise bad_params(
            "display.video-query.ids-max",
            f"video_ids has {len(listed)} ids; 1 to {MOST} are allowed in one call.",
        )
    return listed
