"""Drafts, sandboxes and what their callbacks carry."""

import pytest

from tiktok_emulator.errors import CallbackRefusal
from tiktok_emulator.oauth.rules import check_live, check_target, refusal_answer
from tiktok_emulator.oauth.state import App


def test_a_live_app_and_a_sandbox_may_be_used_for_login() -> None:
    check_live(App("k", "s"))
    check_live(App("sb", "s", state="draft", sandbox=True))


def test_the_production_key_of_a_draft_may_not() -> None:
    with pytest.raises(CallbackRefusal) as caught:
        check_live(App("k", "s", state="draft"))
    assert (caught.value.code, caught.value.error_type) == ("unauthorized_client", "client_key")
    assert caught.value.rule == "oauth.callback.draft-app"


def test_a_sandbox_lets_its_target_users_in_and_nobody_else() -> None:
    check_target(App("k", "s"), "ann")
    check_target(App("sb", "s", sandbox=True, target_users=("ann",)), "ann")
    for targets in ((), ("bob",)):
        with pytest.raises(CallbackRefusal) as caught:
            check_target(App("sb", "s", sandbox=True, target_users=targets), "ann")
        assert caught.value.error_type == "non_sandbox_target"
        assert caught.value.code == "access_denied"
        assert caught.value.rule == "oauth.callback.sandbox-target"


def test_the_callback_has_the_extras_that_no_page_documents() -> None:
    refusal = CallbackRefusal("access_denied", "No.", error_type="t", rule="oauth.x", why="w")
    answer = refusal_answer(refusal, "LOG")
    assert answer["error_type"] == "t"
    assert answer["errCode"] == "10003"
    assert answer["logid"] == "LOG"
