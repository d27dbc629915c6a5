"""Keys to the API are made, listed and ended from the command line."""

import pytest

from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def test_a_key_is_made_listed_and_ended(postwright: Commandline) -> None:
    assert "There is no key yet" in postwright("api-keys", "list").out
    made = postwright("api-keys", "create", "--name", "me", "--profile", "Default", "--days", "30")
    assert made.code == 0
    key = made.out.strip()
    assert key.startswith("pw_")
    listed = postwright("api-keys", "list", "--json").json["api_keys"]
    assert [(each["name"], each["scope"]) for each in listed] == [("me", "publish")]
    assert key not in str(listed)
    assert key.startswith(listed[0]["preview"].rstrip("…"))
    shown = postwright("api-keys", "list").out
    assert "Default" in shown
    assert "never" in shown
    ended = postwright("api-keys", "revoke", listed[0]["id"])
    assert ended.code == 0
    assert "There is no key yet" in postwright("api-keys", "list").out
    assert "revoked" in postwright("api-keys", "list", "--all").out


def test_what_is_not_there_is_said(postwright: Commandline) -> None:
    assert "There is no API key key_x" in postwright.refused(4, "api-keys", "revoke", "key_x")
    refused = postwright.refused(4, "api-keys", "create", "--name", "me", "--profile", "Nobody")
    assert "Nobody" in refused
