"""Each command that is offered both ways prints the same here and from afar, field by field.

What changes something is given twice, here for one post and from afar for its twin; ids and times
are the only things that may differ then.
"""

import importlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import LiteralString

import click
import psycopg
import pytest

from demo.photos import make_photos
from postwright.cli import main
from tests.factories.afar import Afar
from tests.factories.commandline import Commandline, Ran

pytestmark = pytest.mark.slow

Made = Callable[[str, tuple[str, ...], str], dict[str, str]]

# Commands that only look, as they are given for the post `one` and a file that is kept.
LOOKING: dict[str, list[tuple[str, ...]]] = {
    "posts": [
        (),
        ("--limit", "2"),
        ("--account", "@demo", "--from", "now", "--to", "+3d"),
        ("--state", "failed"),
        ("--state", "draft"),
    ],
    "status": [("one",), ("gone",), ("doubt",)],
    "forecast": [(), ("--account", "@demo", "--limit", "1")],
    "reconcile": [(), ("doubt",)],
    "ledger": [("one",)],
    "accounts": [("list",), ("show", "@demo")],
    "media": [("list",), ("show", "{media}"), ("show", "{sha256}"), ("show", "{mended}")],
    "api-keys": [("list",)],
    "check": [("{video}",), ("{video}", "--account", "@demo", "--privacy", "followers")],
}
# Commands that change something, as they are given for a post whose key is put in.
CHANGING: dict[str, list[tuple[str, ...]]] = {
    "reschedule": [("{key}", "--at", "2031-03-02T09:00:00Z", "--timezone", "Europe/Berlin")],
    "edit": [("{key}", "--caption", "Better", "--if-missed", "skip", "--version", "1")],
    "cancel": [("{key}",)],
    "retry": [("{key}", "--at", "2031-03-02T09:00:00Z")],
    "reconcile": [("{key}", "--published", "7312345678901234567"), ("{key}", "--not-published")],
    "publish": [
        ("{video}", "--account", "@demo", "--privacy", "private", "--caption", "Twin",
         "--at", "2031-03-02T09:00:00Z", "--allow-comment", "--cover", "1s"),
    ],
    "pause": [("--account", "@demo", "--reason", "holidays"), ()],
    "resume": [("--account", "@demo"), ()],
    "media": [("add", "{video}")],
    "api-keys": [("create", "--name", "x"), ("revoke", "{api_key}")],
}  # fmt: skip
# Offered both ways, and looked at in tests of their own.
ELSEWHERE = {
    "accounts reconnect",
    "accounts disconnect",
    "connect tiktok",
    "media rm",
    "config show",
}
# As what a post stands before it is changed like this.
BEFORE = {"retry": "failed", "reconcile": "unconfirmed"}


def _leaves(group: click.Group, before: str = "") -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from _leaves(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


def test_every_command_that_is_offered_both_ways_is_looked_at() -> None:
    offered = set[str]()
    for name, command in _leaves(main):
        assert command.callback is not None
        if hasattr(importlib.import_module(command.callback.__module__), "anywhere"):
            offered.add(name)
    looked_at = ELSEWHERE | {
        f"{name} {words[0]}" if name in {"accounts", "media", "api-keys"} else name
        for name, every in (*LOOKING.items(), *CHANGING.items())
        for words in every
    }
    assert offered == looked_at


_SET_STATE = """
    UPDATE publications SET state = %s, lane = NULL, due_at = NULL, detail = 'why'
    WHERE post_id = (SELECT id FROM posts WHERE client_key = %s)
"""
_MENDED = 'UPDATE media_files SET original_id = %s, changes = \'[{"what": "x"}]\' WHERE id = %s'
_CALL = """
    INSERT INTO calls (key, at, workspace_id, connection_id, publication_id, attempt, operation,
                       http_status, code, log_id, elapsed_ms, detail)
    SELECT gen_random_uuid(), app_now(), workspace_id, connection_id, id, 1, 'video.init', 200,
           'ok', '2026112100', 12, ''
    FROM publications
"""


def sql(database_url: str, statement: LiteralString, *values: str) -> None:
    with psycopg.connect(database_url.replace("+psycopg", "", 1)) as connection:
        connection.execute(statement, values)


def masked(text: str) -> str:
    """What is printed, without ids, keys and times of day."""
    text = text.replace("sending: ", "storing: ")
    text = re.sub(r"\b(post|pub|media|key|conn)_\w{12}\b", r"\1_#", text)
    text = re.sub(r"\bpw_[\w-]{43}|\bpw_[\w-]+…?", "pw_#", text)
    text = re.sub(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(\+00:00)?", "<time>", text)
    return re.sub(r"\b(here|there)-\d+\b", "<name>", text)


def cut(text: str) -> str:
    """The same, where over the API most times are told to the millisecond."""
    return re.sub(r"\.(\d{3})\d{3}\+", lambda found: f".{found[1]}000+", text)


@pytest.fixture
def posted(connected: Commandline, database_url: str, video: Path) -> dict[str, str]:
    """Posts that stand in different ways; what is put into the words of commands."""
    connected("pause", "--reason", "holidays")
    for hour, key in enumerate(("one", "gone", "doubt"), start=1):
        words = connected.publish(video, key=key, at=f"+{hour}h", caption=key, allow_comment=True)
        assert connected(*words).code == 0
    connected("cancel", "gone")
    sql(database_url, _SET_STATE, "unconfirmed", "doubt")
    sql(database_url, _CALL)
    (photo,) = make_photos(connected.data_dir.parent, 1)
    (mended,) = connected("media", "add", photo, "--json").json["media"]
    (shown, *_) = connected("posts", "--json").json["posts"]
    (file,) = shown["files"]
    sql(database_url, _MENDED, file["media_id"], mended["id"])
    return {
        "media": file["media_id"],
        "sha256": file["sha256"],
        "mended": mended["id"],
        "video": str(video),
    }


def test_what_looks_prints_the_same(
    afar: Afar, connected: Commandline, posted: dict[str, str]
) -> None:
    for name, every in LOOKING.items():
        for words in every:
            for more in ((), ("--json",)):
                given = [name, *(word.format(**posted) for word in words), *more]
                own, theirs = connected(*given), afar(*given)
                if name == "forecast":
                    # It tells what time it is.
                    own, theirs = _without_now(own), _without_now(theirs)
                told = (theirs.code, cut(theirs.out), theirs.err)
                assert told == (own.code, cut(own.out), own.err), given


def _without_now(ran: Ran) -> Ran:
    return Ran(ran.code, re.sub(r'"now": "[^"]*"', '"now"', ran.out), ran.err)


@pytest.fixture
def made(connected: Commandline, database_url: str, video: Path) -> Made:
    """Makes what a command is about; what is put into its words."""

    def make(name: str, words: tuple[str, ...], key: str) -> dict[str, str]:
        api_key = ""
        if "{key}" in words:
            ran = connected(*connected.publish(video, key=key, at="+1h", caption="Twin"))
            assert ran.code == 0, ran
            if name in BEFORE:
                sql(database_url, _SET_STATE, BEFORE[name], key)
        if "{api_key}" in words:
            api_key = connected("api-keys", "create", "--name", key, "--json").json["id"]
        return {"key": key, "api_key": api_key, "video": str(video)}

    return make


@pytest.mark.parametrize("name", CHANGING)
def test_what_changes_prints_the_same(
    afar: Afar, connected: Commandline, made: Made, name: str
) -> None:
    numbers = iter(range(100))
    for words in CHANGING[name]:
        for more in ((), ("--json",)):
            told = list[tuple[str, str]]()
            for where, run in (("here", connected), ("there", afar)):
                key = f"{where}-{next(numbers)}"
                facts = made(name, words, key)
                ran = run(name, *(word.format(**facts) for word in words), *more)
                assert ran.code == 0, (words, ran)
                told.append((masked(ran.out), masked(_of_both(ran.err))))
                connected("cancel", key)
                if name == "pause":
                    connected("resume", *words[:2])
            assert told[0] == told[1], words


def _of_both(said: str) -> str:
    """Without what only the service's own machine can say."""
    return re.sub(r"^!? ?No worker is running.*$", "", said, flags=re.MULTILINE).strip()
