"""Whatever comes back, it is an answer or an error of ours."""

import json
from collections.abc import Callable
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tiktok_client import OAuthError, TikTokError, plan_chunks
from tiktok_client._operations import display, oauth, posting, upload
from tiktok_client._operations.wire import Response

NAMES = st.sampled_from(
    [
        "data", "error", "code", "message", "log_id", "status", "fail_reason", "publish_id",
        "upload_url", "publicaly_available_post_id", "uploaded_bytes", "creator_username",
        "privacy_level_options", "comment_disabled", "max_video_post_duration_sec", "open_id",
        "scope", "access_token", "expires_in", "error_description", "ok", "user", "videos",
        "has_more", "cursor", "id", "create_time", "is_verified", "title", "refresh_expires_in",
    ]
)  # fmt: skip
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("ok") | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=6),
    max_leaves=20,
)
OK = st.just({"code": "ok"})
ENVELOPES = st.fixed_dictionaries({"data": st.dictionaries(NAMES, VALUES), "error": OK})
BODIES = (
    st.binary()
    | VALUES.map(lambda value: json.dumps(value).encode())
    | ENVELOPES.map(lambda value: json.dumps(value).encode())
)
STATUSES = st.sampled_from([200, 201, 204, 206, 302, 400, 401, 403, 416, 429, 500, 502])
READERS: list[Callable[[Response], object]] = [
    posting.read_creator_info,
    posting.read_video_upload,
    posting.read_status,
    oauth.read_grant,
    oauth.read_client_token,
    oauth.read_revoked,
    display.read_user_info,
    display.read_video_page,
    display.read_videos,
    lambda answer: upload.read_receipt(answer, plan_chunks(100).chunk(0)),
]


@pytest.mark.parametrize("read", READERS)
@given(body=BODIES, status=STATUSES, header=st.text())
def test_any_answer_is_read_or_refused_as_ours(
    read: Callable[[Response], object], body: bytes, status: int, header: str
) -> None:
    headers = {"content-range": header, "retry-after": header}
    try:
        read(Response("status", status, headers, body))
    except TikTokError:
        return


@given(st.text() | st.text().map(lambda text: f"http://127.0.0.1:1/?state=s&{text}"))
def test_any_callback_is_read_or_refused_as_ours(text: str) -> None:
    try:
        oauth.read_callback(text, expected_state="s")
    except OAuthError:
        return


# Right answers, in which anything may stand in place of any part.
RIGHT: list[tuple[Callable[[Response], object], dict[str, Any]]] = [
    (
        posting.read_creator_info,
        {
            "data": {
                "creator_username": "u",
                "creator_nickname": "n",
                "creator_avatar_url": "a",
                "privacy_level_options": ["SELF_ONLY"],
                "comment_disabled": False,
                "duet_disabled": False,
                "stitch_disabled": False,
                "max_video_post_duration_sec": 300,
            },
            "error": {"code": "ok", "message": "", "log_id": "L"},
        },
    ),
    (
        posting.read_status,
        {
            "data": {
                "status": "FAILED",
                "fail_reason": "internal",
                "publicaly_available_post_id": [7_000_000_000_000_000_001],
                "uploaded_bytes": 5,
            },
            "error": {"code": "ok", "message": "", "log_id": "L"},
        },
    ),
    (
        display.read_video_page,
        {
            "data": {"videos": [{"id": "7", "create_time": 5}], "cursor": 5, "has_more": True},
            "error": {"code": "ok"},
        },
    ),
    (
        oauth.read_grant,
        {
            "open_id": "o",
            "scope": "a",
            "access_token": "act.x",
            "refresh_token": "rft.x",
            "expires_in": 7200,
            "refresh_expires_in": 9,
        },
    ),
    (posting.read_status, {"data": {}, "error": {"code": "rate_limit_exceeded", "message": "m"}}),
]
ODD = VALUES | st.sampled_from(["\ud800", "9" * 20, "-5", "1e3", 7.3e18, 10**400, -1, float("nan")])


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Where in a JSON value something else could stand."""
    match value:
        case dict():
            inner = list(cast("dict[str, object]", value).items())
        case list():
            inner = list(enumerate(cast("list[object]", value)))
        case _:
            inner = []
    return [path, *(place for name, one in inner for place in places(one, (*path, name)))]


def put(value: Any, path: tuple[str | int, ...], new: object) -> Any:
    """The same value with something else in one place."""
    if not path:
        return new
    changed = value.copy()
    changed[path[0]] = put(value[path[0]], path[1:], new)
    return changed


@given(st.sampled_from(RIGHT), STATUSES, st.data())
def test_anything_in_any_place_of_a_right_answer_is_read_or_refused_as_ours(
    right: tuple[Callable[[Response], object], dict[str, Any]], status: int, data: st.DataObject
) -> None:
    read, body = right
    changed = put(body, data.draw(st.sampled_from(places(body))), data.draw(ODD))
    try:
        read(Response("status", status, {}, json.dumps(changed).encode()))
    except TikTokError:
        return
