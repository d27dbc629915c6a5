"""A service elsewhere answers as this machine's own does: from the file to the profile."""

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from demo.photos import make_photos
from tests.factories.afar import Afar
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow


def test_a_file_is_published_from_afar_and_followed_to_its_end(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    connected.start("worker", until="is running")
    command = connected.publish(video, caption="First light", key="first", allow_comment=True)
    ran = afar(*command, "--wait", "--timeout", 60)
    assert ran.code == 0, ran
    lines = ran.out.splitlines()
    assert lines[0].startswith("probing: 540 x 960, 30 fps, ")
    assert lines[-1].startswith("processing: published: http://127.0.0.1:")
    (post,) = connected.control("state")["posts"]
    assert post["sha256"] == hashlib.sha256(video.read_bytes()).hexdigest()
    assert (post["title"], post["disable_comment"]) == ("First light", False)
    for words in (("status", "first"), ("status", "first", "--json"), ("posts",)):
        assert afar(*words).out == connected(*words).out
    assert afar("status", "first", "--watch").code == 0
    again = afar(*command, "--json")
    assert (again.code, again.json["is_new"], again.json["state"]) == (0, False, "published")
    assert "this is the same post" in again.err


def test_what_is_planned_is_told_alike_moved_edited_and_cancelled(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    at = (datetime.now(UTC) + timedelta(hours=2)).isoformat()
    more = {"timezone": "Europe/Berlin", "if_missed": "hold", "cover": "1s"}
    here = connected(*connected.publish(video, key="here", at=at, **more), "--json").json
    there = afar(*connected.publish(video, key="there", at=at, **more), "--json").json
    own = {"post_id", "publication_id", "key", "publish_at"}
    assert {k: v for k, v in there.items() if k not in own} == {
        k: v for k, v in here.items() if k not in own
    }
    moved = afar("reschedule", "there", "--at", "+3h", "--version", "1", "--json").json
    assert moved["content_version"] == 2
    assert moved["publish_at"] > here["publish_at"]
    edited = afar("edit", "there", "--caption", "Better")
    assert (edited.code, edited.out.splitlines()[0][-12:]) == (0, "(version 3).")
    assert connected("status", "there", "--json").json["caption"] == "Better"
    said = afar.refused(5, "cancel", "there", "--version", "1")
    assert said == connected.refused(5, "cancel", "there", "--version", "1")
    gone = afar("cancel", "there")
    assert gone.out.endswith("is cancelled. Nothing of it will appear.\n")
    listed = ("posts", "--state", "cancelled")
    assert afar(*listed).out == connected(*listed).out
    assert afar.refused(5, "edit", "there", "--caption", "Later")
    assert afar("status", "there", "--watch").code == 8


def test_what_was_made_on_its_machine_is_listed_page_by_page(
    afar: Afar, connected: Commandline, video: Path
) -> None:
    for key in ("one", "two", "three"):
        connected(*connected.publish(video, key=key, at="+1h"))
    for words in (
        ("posts", "--limit", "2"),
        ("posts", "--limit", "2", "--json"),
        ("posts", "--account", "@demo", "--from", "now", "--to", "+1d", "--json"),
        ("posts", "--state", "failed"),
    ):
        ran = afar(*words)
        assert ran.code == 0, ran
        assert ran.out == connected(*words).out
    last = afar("posts", "--limit", "2", "--json").json["next"]
    (rest,) = afar("posts", "--after", last, "--json").json["posts"]
    assert rest["key"] == "one"
    assert afar("cancel", "one", "--json").json["cancelled"] is True
    assert afar("edit", "two", "--caption", "Other").code == 0
    assert afar("status", "two", "--json").json["caption"] == "Other"


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
