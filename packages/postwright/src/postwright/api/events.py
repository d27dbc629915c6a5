"""`/v1/events`: what changes, told as it does."""

import asyncio
import json
import time
from collections.abc import AsyncGenerator
from contextlib import suppress
from typing import Annotated, Any, Final

from fastapi import Header, Query, Request, Response
from sqlalchemy import ColumnElement, exists
from starlette.responses import StreamingResponse

from postwright.api.caller import Caller, Reader
from postwright.api.errors import InvalidRequest
from postwright.api.parts import Parts, PartsOf
from postwright.api.posts.found import reach
from postwright.api.routing import routes
from postwright.posts.models import Post
from postwright.publishing.events import Place, events_after, now_at
from postwright.publishing.models import Event
from postwright.workspaces.api_keys import is_good

router = routes("Events")

_TYPE = "text/event-stream"
_LOOK_EVERY_S = 1.0
_HEARTBEAT_S = 15.0
_MOST = 200


# Each event of the stream has this shape.
_EVENTS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The events, one after the other.",
        "content": {
            _TYPE: {
                "schema": {
                    "type": "object",
                    "required": ["id", "event", "data"],
                    "properties": {
                        "id": {"type": "string", "description": "Its place among all events."},
                        "event": {"type": "string", "description": "What has happened."},
                        "data": {"type": "string", "description": "More about it, as JSON."},
                    },
                }
            }
        },
    }
}


class EventStream(StreamingResponse):
    """Server-sent events."""

    media_type = _TYPE


@router.get(
    "/events",
    summary="What changes",
    operation_id="stream_events",
    response_class=Response,
    responses=_EVENTS,
)
async def stream_events(
    request: Request,
    caller: Reader,
    parts: PartsOf,
    last_event_id: Annotated[
        str | None,
        Header(
            alias="Last-Event-ID",
            max_length=64,
            description="The `id` of the last event that was read: it goes on after it. Without "
            "it, it begins now. `0-0` is the oldest that is kept; they are for 7 days.",
        ),
    ] = None,
    after: Annotated[
        str | None,
        Query(
            alias="lastEventId",
            max_length=64,
            description="The same, for those who cannot send headers.",
        ),
    ] = None,
) -> EventStream:
    """What changes of posts that the key reaches, as server-sent events, none left out.

    `event` is `post.<status>` for a post (`post.scheduled`, `post.publishing`, `post.published`,
    `post.partial`, `post.failed`, `post.cancelled`, `post.draft`) and `post.platform.<state>` for
    one of its targets (also `held`, `uploading`, `processing`, `unconfirmed`, `delivered`; and
    `visibility`). `data` is JSON with `id`, `kind`, `at`, `postId`, `publicationId`, `accountId`,
    and what is new.

    The first event is `ready`: its `id` is the place where it begins. With
    `Accept: text/event-stream` the stream goes on for as long as it is read, with a comment every
    15 seconds, until the server stops or the key is ended; otherwise it ends when all that is known
    was told.
    """
    place = _place(last_event_id or after)
    goes_on = _TYPE in request.headers.get("accept", "")
    if place is None:
        async with parts.database.transaction() as session:
            place = await now_at(session)
    return EventStream(_stream(request, parts, caller, place, goes_on=goes_on))


def _place(said: str | None) -> Place | None:
    if not said:
        return None
    place = Place.parse(said)
    if place is None:
        raise InvalidRequest("This is the id of no event.", param="Last-Event-ID")
    return place


async def _stream(
    request: Request, parts: Parts, caller: Caller, place: Place, *, goes_on: bool
) -> AsyncGenerator[str]:
    stopping: asyncio.Event = request.app.state.stopping
    yield _line(place, "ready", {})
    told_at = time.monotonic()
    wanted = _reached(caller)
    while True:
        async with parts.database.transaction() as session:
            if not await is_good(session, caller.workspace_id, caller.key_id):
                return
            found = await events_after(session, caller.workspace_id, place, *wanted, limit=_MOST)
        for event, is_meant in found:
            place = Place(event.transaction_id, event.id)
            if not is_meant:
                continue
            yield _line(place, event.kind, _told(event, place))
            told_at = time.monotonic()
        if len(found) == _MOST:
            continue
        if not goes_on or stopping.is_set() or await request.is_disconnected():
            return
        if time.monotonic() - told_at >= _HEARTBEAT_S:
            yield ": still there\n\n"
            told_at = time.monotonic()
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _LOOK_EVERY_S)


def _reached(caller: Caller) -> list[ColumnElement[bool]]:
    if caller.profile_ids is None:
        return []
    return [exists().where(Post.id == Event.post_id, reach(caller))]


def _told(event: Event, place: Place) -> dict[str, Any]:
    return {
        "id": str(place),
        "kind": event.kind,
        "at": event.at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "postId": event.post_id,
        "publicationId": event.publication_id,
        "accountId": event.connection_id,
        **event.body,
    }


def _line(place: Place, kind: str, data: dict[str, Any]) -> str:
    return f"id: {place}\nevent: {kind}\ndata: {json.dumps(data)}\n\n"
