"""When several things are wrong with an init, the first of a fixed order is told."""

from typing import Any

from .conftest import Caller


async def _told(caller: Caller, **wish: Any) -> tuple[int, str]:
    answer = await caller.init(wish.pop("size", 100), **wish)
    return answer.status_code, answer.json()["error"]["code"]


async def test_the_checks_go_from_the_token_to_the_caps(unaudited: Caller) -> None:
    bad = {"title": 5, "chunk": 7, "privacy_level": "NOBODY"}
    assert await _told(unaudited, **bad) == (401, "access_token_invalid")

    await unaudited.sign_in(scope="user.info.basic")
    assert await _told(unaudited, **bad) == (401, "scope_not_authorized")

    await unaudited.sign_in()
    await unaudited.settings(rate_limits={"init": 1})
    await unaudited.control("clock", freeze=True)
    assert await _told(unaudited, **bad) == (400, "invalid_params")
    assert (await unaudited.last_request())["rule"] == "posting.init.title"
    assert await _told(unaudited, **bad) == (429, "rate_limit_exceeded")
    await unaudited.settings(rate_limits={"init": 100})

    del bad["title"]
    assert await _told(unaudited, **bad) == (400, "invalid_params")
    assert (await unaudited.last_request())["rule"] == "posting.init.single-chunk"

    del bad["chunk"]
    change = "/_control/creators/demo"
    await unaudited.http.patch(change, json={"banned": True, "too_many_posts": True})
    assert await _told(unaudited, **bad) == (403, "spam_risk_user_banned_from_posting")

    await unaudited.http.patch(change, json={"banned": False})
    unaudited_code = "unaudited_client_can_only_post_to_private_accounts"
    assert await _told(unaudited, **bad) == (403, unaudited_code)

    await unaudited.http.patch(change, json={"private": True})
    assert await _told(unaudited, **bad) == (403, "privacy_level_option_mismatch")

    assert await _told(unaudited, privacy_level="SELF_ONLY") == (403, "spam_risk_too_many_posts")
    await unaudited.http.patch(change, json={"too_many_posts": False})
    assert await _told(unaudited, privacy_level="SELF_ONLY") == (200, "ok")
