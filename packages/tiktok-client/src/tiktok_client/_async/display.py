"""A creator and their public videos."""

from collections.abc import AsyncIterator, Iterable
from datetime import datetime

from tiktok_client._operations import display
from tiktok_client.limits import MAX_VIDEOS_PER_PAGE
from tiktok_client.models.display import (
    BASIC_FIELDS,
    UserField,
    UserInfo,
    Video,
    VideoField,
    VideoPage,
)

from .calls import AsyncCalls

__all__ = ["AsyncDisplay"]

ALL_FIELDS = tuple(VideoField)


class AsyncDisplay(AsyncCalls):
    """The Display API for one creator. Reached as `tiktok.display`.

    Each of its three calls may be made 600 times a minute. All raise ScopeMissing (the person has
    not granted what the fields need: ask for consent again), TokenInvalid, InvalidRequest,
    RateLimited, ServerFault, TransportError and ResponseError.

    Source: tiktok-api-v2-introduction (2026), tiktok-api-v2-rate-limit 2026-08-04.
    """

    async def user_info(
        self, fields: Iterable[UserField | str] = BASIC_FIELDS, *, timeout_s: float | None = None
    ) -> UserInfo:
        """Ask about the creator. The default fields need `user.info.basic` only.

        Add `PROFILE_FIELDS` (`user.info.profile`) and `STATS_FIELDS` (`user.info.stats`). If one
        scope is missing the whole call is refused, not just its fields.

        Source: tiktok-api-v2-get-user-info (2026).
        """
        asked = tuple(fields)
        return await self._call(
            lambda token: display.user_info(self._endpoints, token, asked),
            display.read_user_info,
            timeout_s,
        )

    async def videos_page(
        self,
        cursor: int | None = None,
        *,
        max_count: int = MAX_VIDEOS_PER_PAGE,
        fields: Iterable[VideoField | str] = ALL_FIELDS,
        timeout_s: float | None = None,
    ) -> VideoPage:
        """Ask for one page of public videos, newest first; `videos` asks for them all.

        `cursor` is the one of the page before, or any Unix time in milliseconds: videos posted
        before it are given. `max_count` is 1 to 20. Needs `video.list`.

        Source: tiktok-api-v2-video-list (2026).
        """
        asked = tuple(fields)
        return await self._call(
            lambda token: display.video_list(
                self._endpoints, token, cursor=cursor, max_count=max_count, fields=asked
            ),
            display.read_video_page,
            timeout_s,
        )

    async def videos(
        self,
        *,
        fields: Iterable[VideoField | str] = ALL_FIELDS,
        before: datetime | None = None,
        since: datetime | None = None,
        limit: int | None = None,
        timeout_s: float | None = None,
    ) -> AsyncIterator[Video]:
        """Go through the public videos, newest first; a page is asked for when it is needed.

        Only those posted before `before` and not earlier than `since` (both with a time zone), and
        at most `limit`. A video that two pages share comes once. `timeout_s` bounds each page.
        Needs `video.list`. Raises ValueError for a moment without a time zone.

        Source: tiktok-api-v2-video-list (2026).
        """
        display.check_moment(since)
        asked = display.with_fields(fields, *([] if since is None else [VideoField.CREATE_TIME]))
        cursor, left, last = display.cursor_of(before), limit, frozenset[str]()
        while left is None or left > 0:
            count = MAX_VIDEOS_PER_PAGE if left is None else min(left, MAX_VIDEOS_PER_PAGE)
            page = await self.videos_page(
                cursor, max_count=count, fields=asked, timeout_s=timeout_s
            )
            for video in page.videos:
                if since is not None and video.created_at is not None and video.created_at < since:
                    return
                if video.id in last or left == 0:
                    continue
                left = None if left is None else left - 1
                yield video
            last = frozenset(video.id for video in page.videos)
            cursor = display.next_cursor(page, cursor)
            if cursor is None:
                return

    async def query_videos(
        self,
        ids: Iterable[str],
        *,
        fields: Iterable[VideoField | str] = ALL_FIELDS,
        timeout_s: float | None = None,
    ) -> tuple[Video, ...]:
        """Ask about videos by id, for instance for fresh covers. Each twenty ids are a call.

        Ids that are not public videos of this creator are left out, and the order is TikTok's: look
        at `Video.id`. `timeout_s` bounds each call. Needs `video.list`.

        Source: tiktok-api-v2-video-query (2026).
        """
        asked = tuple(fields)
        found: list[Video] = []
        for batch in display.batches(ids):
            found += await self._ask_for(batch, asked, timeout_s)
        return tuple(found)

    async def _ask_for(
        self,
        ids: tuple[str, ...],
        fields: tuple[VideoField | str, ...],
        timeout_s: float | None,
    ) -> tuple[Video, ...]:
        return await self._call(
            lambda token: display.video_query(self._endpoints, token, ids, fields),
            display.read_videos,
            timeout_s,
        )
