"""A creator and their videos: without a network.

Source: tiktok-api-v2-get-user-info, -video-list, -video-query, -video-object (2026).
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import urlencode

from tiktok_client.endpoints import Endpoints
from tiktok_client.limits import MAX_QUERIED_VIDEOS, MAX_VIDEOS_PER_PAGE
from tiktok_client.models.display import UserField, UserInfo, Video, VideoField, VideoPage

from .wire import JSON, Fields, Request, Response, bearer, read_data

__all__ = [
    "batches",
    "check_moment",
    "cursor_of",
    "next_cursor",
    "read_user_info",
    "read_video_page",
    "read_videos",
    "user_info",
    "video_list",
    "video_query",
    "with_fields",
]


def user_info(endpoints: Endpoints, token: str, fields: Iterable[UserField | str]) -> Request:
    """Ask about the creator: a GET without a body. Raises ValueError if no field is asked for.

    spec: display.user-info, display.user-info.method, display.user-info.fields
    spec: display.user-info.scope-missing, display.unknown-fields
    """
    asked = tuple(dict.fromkeys(map(str, fields)))
    if not asked:
        raise ValueError("name at least one field")
    url = _with_fields(f"{endpoints.api}/v2/user/info/", asked)
    return Request("user_info", "GET", url, bearer(token))


def read_user_info(answer: Response) -> UserInfo:
    """Read a creator; what was not asked for is None.

    spec: display.user-info.basic-fields, display.user-info.profile-fields
    spec: display.user-info.stats-fields, display.envelope-data
    """
    data, log_id = read_data(answer)
    user = _object(data.value("user"), "user", answer)
    return UserInfo(
        open_id=_text(user, "open_id"),
        union_id=_text(user, "union_id"),
        avatar_url=_text(user, "avatar_url"),
        avatar_url_100=_text(user, "avatar_url_100"),
        avatar_large_url=_text(user, "avatar_large_url"),
        display_name=_text(user, "display_name"),
        bio_description=_text(user, "bio_description"),
        profile_deep_link=_text(user, "profile_deep_link"),
        username=_text(user, "username"),
        is_verified=_boolean(user, "is_verified"),
        follower_count=user.optional_integer("follower_count"),
        following_count=user.optional_integer("following_count"),
        likes_count=user.optional_integer("likes_count"),
        video_count=user.optional_integer("video_count"),
        log_id=log_id,
        raw=user.values,
    )


def video_list(
    endpoints: Endpoints,
    token: str,
    *,
    cursor: int | None,
    max_count: int,
    fields: Iterable[VideoField | str],
) -> Request:
    """Ask for a page of public videos. Raises ValueError for more or fewer than TikTok gives.

    spec: display.video-list, display.video-list.fields, display.video-list.cursor
    spec: display.video-list.max-count, display.video-list.public-only
    """
    if not 1 <= max_count <= MAX_VIDEOS_PER_PAGE:
        raise ValueError(f"a page has 1 to {MAX_VIDEOS_PER_PAGE} videos, not {max_count}")
    body: dict[str, object] = {"max_count": max_count}
    if cursor is not None:
        body["cursor"] = cursor
    return _post("video_list", f"{endpoints.api}/v2/video/list/", token, fields, body)


def read_video_page(answer: Response) -> VideoPage:
    """Read a page.

    spec: display.video-list.newest-first, display.video-list.has-more
    spec: display.video-list.short-pages
    """
    data, log_id = read_data(answer)
    return VideoPage(
        videos=_videos(data),
        cursor=data.optional_integer("cursor"),
        has_more=bool(_boolean(data, "has_more")),
        log_id=log_id,
        raw=data.values,
    )


def video_query(
    endpoints: Endpoints, token: str, ids: Iterable[str], fields: Iterable[VideoField | str]
) -> Request:
    """Ask about videos by their ids, at most 20; those that are not the creator's are left out.

    spec: display.video-query, display.video-query.ids-max, display.video-query.own-only
    """
    body = {"filters": {"video_ids": list(ids)}}
    return _post("video_query", f"{endpoints.api}/v2/video/query/", token, fields, body)


def read_videos(answer: Response) -> tuple[Video, ...]:
    """Read the videos that TikTok knows, in its order."""
    return _videos(read_data(answer)[0])


def with_fields(
    fields: Iterable[VideoField | str], *needed: VideoField
) -> tuple[VideoField | str, ...]:
    """These fields and those that we need ourselves, each once."""
    return tuple(dict.fromkeys((*needed, *fields)))


def batches(ids: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Each id once, twenty at a time. Raises ValueError for text where a list was meant.

    spec: display.video-query.ids-max
    """
    if isinstance(ids, str):
        raise ValueError("give a list of ids, not one text")  # noqa: TRY004  # as our other refusals
    unique = list(dict.fromkeys(ids))
    for first in range(0, len(unique), MAX_QUERIED_VIDEOS):
        yield tuple(unique[first : first + MAX_QUERIED_VIDEOS])


def cursor_of(moment: datetime | None) -> int | None:
    """The cursor that gives videos from before a moment. Raises ValueError without a time zone.

    spec: display.video-list.cursor
    """
    check_moment(moment)
    return None if moment is None else round(moment.timestamp() * 1000)


def check_moment(moment: datetime | None) -> None:
    """Raise ValueError for a moment without a time zone."""
    if moment is not None and moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")


def next_cursor(page: VideoPage, asked: int | None) -> int | None:
    """Where the next page begins, or None if there is none.

    Cursors go back in time; one that does not would give the same videos for ever.

    spec: display.video-list.has-more, display.video-list.short-pages
    """
    if not page.has_more or page.cursor is None or (asked is not None and page.cursor >= asked):
        return None
    return page.cursor


def _post(
    operation: str, url: str, token: str, fields: Iterable[VideoField | str], body: object
) -> Request:
    asked = tuple(map(str, with_fields(fields, VideoField.ID)))
    headers = bearer(token) | {"Content-Type": JSON}
    text = json.dumps(body).encode("ascii")
    return Request(operation, "POST", _with_fields(url, asked), headers, text)


def _with_fields(url: str, fields: tuple[str, ...]) -> str:
    return f"{url}?{urlencode({'fields': ','.join(fields)}, safe=',')}"


def _videos(data: Fields) -> tuple[Video, ...]:
    found: object = data.value("videos")
    if found is None:
        return ()
    if not isinstance(found, list):
        raise data.answer.refuse("field videos is not a list")
    items = cast("list[object]", found)
    return tuple(_video(_object(item, "videos", data.answer)) for item in items)


def _video(one: Fields) -> Video:
    """Read a video; what was not asked for is None.

    spec: display.video, display.video.id, display.video.create-time-seconds
    spec: display.video.cover-ttl, display.video.share-url, display.video.title-150
    spec: display.video.description-150, display.video.duration, display.video.size
    spec: display.video.embed, display.video.counts
    """
    created = one.optional_integer("create_time")
    return Video(
        id=_id(one),
        created_at=None if created is None else _moment(created, one.answer),
        cover_image_url=_text(one, "cover_image_url"),
        share_url=_text(one, "share_url"),
        video_description=_text(one, "video_description"),
        duration_s=one.optional_integer("duration"),
        height=one.optional_integer("height"),
        width=one.optional_integer("width"),
        title=_text(one, "title"),
        embed_html=_text(one, "embed_html"),
        embed_link=_text(one, "embed_link"),
        like_count=one.optional_integer("like_count"),
        comment_count=one.optional_integer("comment_count"),
        share_count=one.optional_integer("share_count"),
        view_count=one.optional_integer("view_count"),
        raw=one.values,
    )


def _id(one: Fields) -> str:
    value: object = one.value("id")
    return str(value) if type(value) is int else one.text("id")


def _moment(seconds: int, answer: Response) -> datetime:
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        raise answer.refuse("field create_time is not a time in seconds") from None


def _object(value: object, name: str, answer: Response) -> Fields:
    if not isinstance(value, dict):
        raise answer.refuse(f"field {name} is missing or not an object")
    return Fields(cast("Mapping[str, Any]", value), answer, name)


def _text(of: Fields, name: str) -> str | None:
    return of.text(name) if of.value(name) is not None else None


def _boolean(of: Fields, name: str) -> bool | None:
    return of.boolean(name) if of.value(name) is not None else None
