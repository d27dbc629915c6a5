"""Posts that are made and changed from afar."""

from collections.abc import Callable
from pathlib import Path

import httpx2
import pytest

from demo.photos import make_photos
from tests.factories.afar import Afar
from tests.factories.commandline import Commandline
from tests.factories.posting import ALONE

pytestmark = pytest.mark.slow


@pytest.fixture
def to_two(afar: Afar, connected: Commandline, video: Path) -> Callable[[str], list[str]]:
    """Makes a post to two accounts; its publications."""
    assert connected.connect("private.pia").code == 0
    media_id = connected("media", "add", video, "--json").json["media"][0]["id"]
    accounts = connected("accounts", "--json").json["accounts"]

    def make(key: str) -> list[str]:
        body = {
            "content": "To both",
            "mediaItems": [{"url": f"{afar.url}/v1/media/{media_id}/a.mp4"}],
            "platforms": [
                {"platform": "tiktok", "accountId": each["connection_id"]} for each in accounts
            ],
            "tiktokSettings": ALONE,
            "scheduledFor": "2030-01-15T10:00:00Z",
            "clientKey": key,
            "metadata": {"allowDuplicate": True},
        }
        headers = {"Authorization": f"Bearer {afar.key}"}
        answer = httpx2.post(f"{afar.url}/v1/posts", json=body, headers=headers, verify=False)
        return [each["_id"] for each in answer.json()["post"]["platforms"]]

    return make


def test_one_account_of_several_is_moved_and_edited_as_on_its_machine(
    afar: Afar, connected: Commandline, video: Path, to_two: Callable[[str], list[str]]
) -> None:
    for run, key in ((connected, "here"), (afar, "there")):
        first, second = to_two(key)
        assert run("reschedule", second, "--at", "2031-03-02T09:00:00Z").code == 0
        assert run("edit", second, "--caption", "Only here", "--version", "2").code == 0
        left = connected("status", first, "--json").json
        changed = connected("status", second, "--json").json
        assert (left["caption"], left["content_version"]) == ("To both", 1)
        assert (changed["caption"], changed["content_version"]) == ("Only here", 3)
        assert changed["publish_at"] == "2031-03-02T09:00:00+00:00"
    said = afar.refused(5, "cancel", second, "--version", "1")
    assert said == connected.refused(5, "cancel", second, "--version", "1")
    assert afar.refused(5, "edit", second, "--caption", "Later", "--version", "1")


def test_what_has_failed_is_tried_again(afar: Afar, connected: Commandline, video: Path) -> None:
    assert afar(*connected.publish(video, key="banned")).code == 0
    connected.control("creators/demo", {"banned": True}, method="PATCH")
    connected.start("worker", until="is running")
    ran = afar("status", "banned", "--watch", "--timeout", 60)
    assert ran.code == 8, ran
    assert afar("status", "banned").out == connected("status", "banned").out
    again = afar("retry", "banned", "--at", "+1h")
    assert again.code == 0, again
    assert "It had failed: " in again.out
    assert afar("status", "banned", "--json").json["state"] == "scheduled"
    assert afar.refused(5, "retry", "banned") == connected.refused(5, "retry", "banned")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    return make_photos(tmp_path_factory.mktemp("photos"), 3)


def test_drafts_and_photos_go_out_too(
    afar: Afar, connected: Commandline, video: Path, photos: list[Path]
) -> None:
    said = afar.refused(6, *connected.publish(video, privacy=None, draft=True))
    assert said == connected.refused(6, *connected.publish(video, privacy=None, draft=True))
    command = connected.publish(
        photos[0], title="Lisbon", caption="Three days", cover=2, music=True, at="+1h", key="p"
    )
    words = (*command[:2], *photos[1:], *command[2:])
    assert "TikTok fetches photos" in afar.refused(3, *words)
    connected.environ["POSTWRIGHT_WEB__PUBLIC_URL"] = "https://media.example.com"
    ran = afar("--url", connected.serve(), *words, "--json")
    assert ran.code == 0, ran
    assert (ran.json["kind"], len(ran.json["files"])) == ("photo", len(photos))
    settings = ran.json["settings"]
    assert (settings["title"], settings["cover_index"]) == ("Lisbon", 1)
    assert settings["auto_add_music"] is True


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        (2, {"privacy": None}),
        (3, {"privacy": "followers"}),
        (3, {"at": "2026-01-01T00:00:00Z"}),
        (4, {"account": "@nobody"}),
    ],
)
def test_what_cannot_go_out_is_refused_alike(
    afar: Afar, connected: Commandline, video: Path, code: int, changes: dict[str, object]
) -> None:
    command = connected.publish(video, **changes)
    mine, theirs = connected.refused(code, *command), afar.refused(code, *command)
    # What time it is is in one of them.
    assert theirs[:60] == mine[:60]
    assert connected.nothing_was_stored()


def test_check_asks_the_service_what_this_creator_may_do(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    for more in ((), ("--account", "@demo", "--privacy", "followers", "--json")):
        ran = afar("check", video, *more)
        own = connected("check", video, *more)
        assert (ran.code, ran.out) == (own.code, own.out)
