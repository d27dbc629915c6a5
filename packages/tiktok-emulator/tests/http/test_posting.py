"""Creator info, init and status over the wire."""

import json
import re

import pytest

from .conftest import Caller


async def test_creator_info_tells_what_the_creator_may_do(caller: Caller) -> None:
    await caller.sign_in()
    answer = await caller.call("creator_info/query")
    body = answer.json()
    assert body["error"]["code"] == "ok"
    assert re.fullmatch(r"\d{14}[0-9A-F]{20}", body["error"]["log_id"])
    assert body["data"] | {"creator_avatar_url": ""} == {
        "creator_avatar_url": "",
        "creator_username": "demo",
        "creator_nickname": "Demo Creator",
        "privacy_level_options": ["PUBLIC_TO_EVERYONE", "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY"],
        "comment_disabled": False,
        "duet_disabled": False,
        "stitch_disabled": False,
        "max_video_post_duration_sec": 600,
    }
    avatar = await caller.http.get(body["data"]["creator_avatar_url"])
    assert avatar.headers["content-type"].startswith("image/svg+xml")


async def test_an_unaudited_app_still_sees_every_option(unaudited: Caller) -> None:
    await unaudited.sign_in()
    data = (await unaudited.call("creator_info/query")).json()["data"]
    assert "PUBLIC_TO_EVERYONE" in data["privacy_level_options"]


async def test_a_banned_creator_is_200_at_creator_info_and_403_at_init(caller: Caller) -> None:
    await caller.sign_in("banned.ben")
    info = await caller.call("creator_info/query")
    assert info.status_code == 200
    assert info.json()["error"]["code"] == "spam_risk_user_banned_from_posting"
    assert "data" not in info.json()
    init = await caller.init(100)
    assert init.status_code == 403
    assert init.json()["error"]["code"] == "spam_risk_user_banned_from_posting"


async def test_an_init_gives_an_id_and_an_address_in_tiktoks_shapes(caller: Caller) -> None:
    await caller.sign_in()
    data = await caller.begin(1000)
    assert re.fullmatch(r"v_pub_file~v2-1\.\d{19}", data["publish_id"])
    pattern = r"http://127\.0\.0\.1:\d+/upload\?upload_id=\d{19}&upload_token=[0-9a-f-]{36}"
    assert re.fullmatch(pattern, data["upload_url"])


async def test_a_fresh_publish_id_is_processing_from_init_on(caller: Caller) -> None:
    await caller.sign_in()
    data = await caller.begin(1000)
    assert await caller.status(data["publish_id"]) == {
        "status": "PROCESSING_UPLOAD",
        "publicaly_available_post_id": [],
        "uploaded_bytes": 0,
    }


@pytest.mark.parametrize(
    ("size", "chunk", "count", "message"),
    [
        (50_000_123, 10_000_000, 6, "The total chunk count is invalid"),
        (66_259_900, 64_000_000, 1, "The chunk size is invalid"),
        (0, 1, 1, "The request source info is empty or incorrect"),
    ],
)
async def test_bad_plans_are_refused_in_tiktoks_words(
    caller: Caller, size: int, chunk: int, count: int, message: str
) -> None:
    await caller.sign_in()
    answer = await caller.init(size, chunk=chunk, count=count)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_params"
    assert answer.json()["error"]["message"] == message
    assert set(answer.json()) == {"error"}


async def test_the_seventh_init_in_a_minute_is_429_until_the_window_slides(
    caller: Caller,
) -> None:
    await caller.sign_in()
    await caller.control("clock", freeze=True)
    statuses = [(await caller.init(100)).status_code for _ in range(7)]
    assert statuses == [200] * 6 + [429]
    assert "retry-after" not in (await caller.init(100)).headers
    await caller.control("clock", advance_s=60)
    assert (await caller.init(100)).status_code == 200


async def test_an_unaudited_app_cannot_post_to_a_public_account(unaudited: Caller) -> None:
    await unaudited.sign_in()
    answer = await unaudited.init(100, privacy_level="SELF_ONLY")
    assert answer.status_code == 403
    code = "unaudited_client_can_only_post_to_private_accounts"
    assert answer.json()["error"]["code"] == code
    assert (await unaudited.last_request())["rule"] == "posting.init.unaudited-public"


async def test_the_sixth_user_of_an_unaudited_app_is_refused(unaudited: Caller) -> None:
    names = [f"user{number}" for number in range(6)]
    creators = [{"username": name, "private": True} for name in names]
    await unaudited.control("seed", creators=creators)
    statuses: list[int] = []
    for name in names:
        await unaudited.sign_in(name)
        statuses.append((await unaudited.init(100, privacy_level="SELF_ONLY")).status_code)
    assert statuses == [200] * 5 + [403]
    info = await unaudited.call("creator_info/query")
    assert (info.status_code, info.json()["error"]["code"]) == (200, "reached_active_user_cap")
    await unaudited.control("clock", advance_s=86_400)
    await unaudited.sign_in(names[-1])
    assert (await unaudited.init(100, privacy_level="SELF_ONLY")).status_code == 200


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"[" * 100_000, b"\xff"])
async def test_a_body_that_is_no_object_is_400(caller: Caller, content: bytes) -> None:
    await caller.sign_in()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    answer = await caller.http.post(
        "/v2/post/publish/video/init/", content=content, headers=headers
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_params"


async def test_a_form_is_no_json(caller: Caller) -> None:
    await caller.sign_in()
    headers = {"Authorization": f"Bearer {caller.token}"}
    answer = await caller.http.post(
        "/v2/post/publish/status/fetch/", data={"publish_id": "x"}, headers=headers
    )
    assert answer.status_code == 400


@pytest.mark.parametrize("publish_id", [None, 5, "", "v_pub_file~v2-1.1", "\ud800"])
async def test_an_unknown_publish_id_is_400(caller: Caller, publish_id: object) -> None:
    await caller.sign_in()
    headers = {"Authorization": f"Bearer {caller.token}", "Content-Type": "application/json"}
    answer = await caller.http.post(
        "/v2/post/publish/status/fetch/",
        content=json.dumps({"publish_id": publish_id}),
        headers=headers,
    )
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "invalid_publish_id"


async def test_the_publish_id_of_another_user_is_400(caller: Caller) -> None:
    await caller.sign_in()
    data = await caller.begin(100)
    await caller.sign_in("private.pia")
    answer = await caller.call("status/fetch", {"publish_id": data["publish_id"]})
    code = "token_not_authorized_for_specified_publish_id"
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, code)


async def test_a_publish_id_can_be_hidden_for_a_while(caller: Caller) -> None:
    await caller.settings(publish_id_visible_after_s=5)
    await caller.sign_in()
    data = await caller.begin(100)
    answer = await caller.call("status/fetch", {"publish_id": data["publish_id"]})
    assert answer.json()["error"]["code"] == "invalid_publish_id"
    await caller.control("clock", advance_s=5)
    assert (await caller.status(data["publish_id"]))["status"] == "PROCESSING_UPLOAD"


async def test_a_token_without_the_scope_is_401(caller: Caller) -> None:
    await caller.sign_in(scope="user.info.basic,video.upload")
    answer = await caller.init(100)
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "scope_not_authorized"
    answer = await caller.call("status/fetch", {"publish_id": "x"})
    assert answer.json()["error"]["code"] == "invalid_publish_id"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v2/post/publish/video/init/"),
        ("POST", "/v2/post/publish/video/init"),
        ("POST", "/v2/post/publish/inbox/content/init/"),
        ("POST", "/v2/post/publish/content/init"),
        ("POST", "/v2/post/video/init/"),
        ("POST", "/v2/post/publish/video/finish/"),
        ("POST", "/upload"),
        ("DELETE", "/v2/oauth/token/"),
    ],
)
async def test_paths_and_methods_tiktok_does_not_have_here_are_404(
    caller: Caller, method: str, path: str
) -> None:
    answer = await caller.http.request(method, path)
    assert answer.status_code == 404
    assert (await caller.last_request())["code"] == "unknown_path"
