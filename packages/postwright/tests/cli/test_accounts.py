"""Accounts from the command line: seen, connected again, disconnected."""

import pytest

from tests.factories.commandline import APP, Commandline

pytestmark = pytest.mark.slow


def test_the_bare_command_lists_and_shows_nobody_that_was_disconnected(
    connected: Commandline,
) -> None:
    assert connected("accounts", "--json").json == connected("accounts", "list", "--json").json
    assert "@demo" in connected("accounts").out
    assert connected("accounts", "disconnect", "@demo", "--yes").code == 0
    assert connected("accounts", "--json").json == {"accounts": []}
    (gone,) = connected("accounts", "list", "--all", "--json").json["accounts"]
    assert (gone["account"], gone["state"], gone["name"]) == ("@demo", "disconnected", "")
    assert gone["access_token_ends_at"] is None


def test_one_account_is_shown_with_what_is_on_and_what_mends_it(connected: Commandline) -> None:
    shown = connected("accounts", "show", "@demo")
    assert "publish         on" in shown.out
    assert "insights        off: it was not asked for" in shown.out
    facts = connected("accounts", "show", "demo", "--json").json
    assert (facts["on"], facts["off"], facts["to_do"]) == (["profile", "publish"], [], "nothing")
    connected.refused(4, "accounts", "show", "@nobody")


def test_an_account_is_connected_again_with_what_is_added(connected: Commandline) -> None:
    (before,) = connected("accounts", "--json").json["accounts"]
    consents(connected, "demo")
    ran = connected("accounts", "reconnect", "@demo", "--for", "draft", "--json")
    assert (ran.code, ran.json["connection_id"]) == (0, before["connection_id"])
    shown = connected("accounts", "show", "@demo", "--json").json
    assert shown["on"] == ["draft", "profile", "publish"]


def test_another_account_than_the_named_one_is_refused_with_words(connected: Commandline) -> None:
    consents(connected, "private.pia")
    said = connected.refused(6, "accounts", "reconnect", "@demo")
    assert "That was @private.pia, not @demo: nothing was changed." in said
    assert [each["account"] for each in connected("accounts", "--json").json["accounts"]] == [
        "@demo"
    ]


def test_disconnecting_tells_what_becomes_of_the_tokens_and_of_tiktok(
    connected: Commandline,
) -> None:
    said = connected("accounts", "disconnect", "@demo", "--yes")
    assert "@demo is disconnected; its tokens are deleted." in said.out
    assert "TikTok knows it, too." in said.out
    doctor = connected("doctor", "--json").json["checks"]
    assert "No account is connected yet." in {check["says"] for check in doctor}


def test_a_lost_answer_of_tiktok_is_told_with_where_to_look(connected: Commandline) -> None:
    connected.control("faults", {"operation": "oauth.revoke", "kind": "drop_after"})
    ran = connected("accounts", "disconnect", "@demo", "--yes", "--json")
    assert (ran.code, ran.json["network_told"]) == (0, "lost")
    told = " ".join(ran.err.split())
    assert "TikTok's answer was lost" in told
    assert "Settings and privacy" in told


def test_without_anybody_to_ask_it_has_to_be_meant(connected: Commandline) -> None:
    assert "Add --yes" in connected.refused(3, "accounts", "disconnect", "@demo")
    (account,) = connected("accounts", "--json").json["accounts"]
    assert account["state"] == "connected"


def consents(postwright: Commandline, username: str) -> None:
    facts = {"client_key": APP[0], "username": username, "decision": "accept", "count": 1}
    postwright.control("consent", facts)
