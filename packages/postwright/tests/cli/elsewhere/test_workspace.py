"""Files, accounts and keys of a service elsewhere."""

import json
import re
from pathlib import Path

import pytest

from tests.factories.afar import Afar
from tests.factories.commandline import APP, BROWSER, Commandline, Ran

pytestmark = pytest.mark.slow


def same(theirs: Ran, own: Ran) -> bool:
    """Whether they say the same; over the API most times are told to the millisecond."""
    assert _cut(theirs) == _cut(own)
    return theirs.code == own.code == 0


def _cut(ran: Ran) -> str:
    return re.sub(r"\.(\d{3})\d{3}\+", lambda found: f".{found[1]}000+", ran.out)


def test_files_are_sent_listed_shown_and_removed(
    afar: Afar, connected: Commandline, video: Path, clips: Path
) -> None:
    ran = afar("media", "add", video, clips / "text.mp4", clips / "missing.mp4")
    assert ran.code == 3, ran
    media_id = ran.out.splitlines()[-1].split()[0]
    for words in (
        ("media", "list"),
        ("media", "list", "--json"),
        ("media", "show", media_id),
        ("media", "show", media_id, "--json"),
    ):
        assert same(afar(*words), connected(*words))
    assert afar(*connected.publish(Path(media_id), at="+1h", key="kept")).code == 0
    assert afar.refused(5, "media", "rm", media_id) == connected.refused(5, "media", "rm", media_id)
    afar("cancel", "kept")
    assert "is removed" in afar("media", "rm", media_id).out
    assert connected("media", "list", "--json").json["media"] == []
    assert afar.refused(4, "media", "show", "media_000000000000")


def test_accounts_say_what_they_need_and_are_disconnected(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected("pause", "--account", "@demo", "--reason", "holidays")
    afar(*connected.publish(video, at="+1h"))
    for words in (
        ("accounts",),
        ("accounts", "--json"),
        ("accounts", "show", "@demo"),
        ("accounts", "show", "demo", "--json"),
    ):
        assert same(afar(*words), connected(*words))
    said = afar.refused(4, "accounts", "show", "@nobody")
    assert said == connected.refused(4, "accounts", "show", "@nobody")
    gone = afar("accounts", "disconnect", "@demo", "--yes", "--cancel-posts")
    assert "@demo is disconnected; its tokens are deleted." in gone.out
    assert "1 post was cancelled." in gone.out
    assert "No account is connected yet" in connected("accounts").out


def test_an_account_is_connected_from_afar(afar: Afar, connected: Commandline) -> None:
    consent = {"client_key": APP[0], "username": "demo", "decision": "accept", "count": 1}
    back = ["http://127.0.0.1:*/callback/", f"{afar.url}/v1/connect/tiktok/callback"]
    connected.control("seed", {"apps": [{"client_key": APP[0], "redirect_uris": back}]})
    connected.control("consent", consent)
    again = afar("accounts", "reconnect", "@demo", "--timeout", 60, "--json", BROWSER=BROWSER)
    assert again.code == 0, again
    assert (again.json["account"], again.json["is_new"]) == ("@demo", False)
    connected.control("consent", {**consent, "decision": "refuse"})
    said = afar.refused(6, "connect", "tiktok", "--timeout", 60, BROWSER=BROWSER)
    assert "No account was connected." in said
    assert "nobody came back" in afar.refused(
        6, "connect", "tiktok", "--timeout", 1, "--no-browser"
    )


def test_keys_are_made_listed_and_ended(afar: Afar, connected: Commandline) -> None:
    made = afar("api-keys", "create", "--name", "shop", "--profile", "Default", "--days", "30")
    assert made.code == 0, made
    text = made.out.strip()
    assert afar("api-keys", "list").out == connected("api-keys", "list").out
    keys = afar("api-keys", "list", "--json").json["api_keys"]
    key_id = next(key["id"] for key in keys if key["name"] == "shop")
    assert text not in json.dumps(keys)
    assert afar("posts", POSTWRIGHT_API_KEY=text).code == 0
    assert "is revoked since" in afar("api-keys", "revoke", key_id).out
    assert "api_key_invalid" in afar("posts", "--json", POSTWRIGHT_API_KEY=text).out
    assert "Nobody" in afar.refused(4, "api-keys", "create", "--name", "x", "--profile", "Nobody")


def test_a_large_file_is_sent_from_disk_with_its_progress(afar: Afar, big_video: Path) -> None:
    ran = afar("media", "add", big_video)
    assert ran.code == 0, ran
    assert "storing" in ran.out
