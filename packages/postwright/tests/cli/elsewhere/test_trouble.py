"""What goes wrong between here and there: addresses, keys, lines that break."""

import http.server
import threading
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.factories.afar import Afar, MakeKey
from tests.factories.commandline import Commandline

pytestmark = pytest.mark.slow

DEAD = "http://127.0.0.1:9"


@pytest.mark.parametrize(
    "url",
    [
        "post.example.com",
        "ftp://post.example.com",
        "https://",
        "https://post.example.com/?a=b",
        "https://me:secret@post.example.com",
        "http://127.0.0.1:port",
        "https://post example.com",
    ],
)
def test_what_is_no_address_is_refused(unserved: Afar, url: str) -> None:
    said = unserved.refused(11, "--url", url, "posts")
    assert "address of" in said
    assert "secret" not in said


def test_a_key_is_not_sent_in_clear_to_another_machine(unserved: Afar) -> None:
    for url in ("http://post.example.com", "http://192.0.2.1:8710", "http://localhost.example.com"):
        assert "cross the network unencrypted" in unserved.refused(11, "--url", url, "posts")


def test_a_service_that_is_not_there_is_said_to_be(unserved: Afar, video: Path) -> None:
    said = unserved.refused(7, "--url", DEAD, "status", "monday")
    assert f"The service at {DEAD} does not answer." in said


def test_without_a_key_or_with_a_wrong_one_nothing_is_told(afar: Afar, folder: Path) -> None:
    assert "wants an API key" in afar.refused(11, "posts", POSTWRIGHT_API_KEY="")
    wrong = "pw_" + "x" * 43
    ran = afar("posts", "--json", POSTWRIGHT_API_KEY=wrong)
    assert (ran.code, ran.json["error"]["code"]) == (11, "api_key_invalid")
    assert ran.json["error"]["request_id"].startswith("req_")
    assert wrong not in ran.out + ran.err
    said = afar.refused(11, "--key-file", folder / "none", "posts")
    assert "cannot be read" in said


def test_a_key_comes_from_a_file_or_the_command_line(
    afar: Afar, folder: Path, make_key: MakeKey
) -> None:
    (folder / "api-key").write_text(make_key("read") + "\n")
    for words in (("--key-file", folder / "api-key"), ("--key", make_key("read"))):
        assert afar(*words, "posts", POSTWRIGHT_API_KEY="").code == 0
        assert afar(*words, "posts", POSTWRIGHT_API_KEY="wrong").code == 0
    assert afar("posts", POSTWRIGHT_API_KEY="", POSTWRIGHT_API_KEY_FILE=str(folder / "api-key"))
    both = afar.refused(2, "--key", "a", "--key-file", "b", "posts")
    assert "give one of them" in both


def test_where_the_service_is_may_be_said_after_the_command(
    afar: Afar, folder: Path, make_key: MakeKey
) -> None:
    (folder / "api-key").write_text(make_key("read") + "\n")
    url, nowhere = afar.url, {"POSTWRIGHT_URL": "", "POSTWRIGHT_API_KEY": ""}
    for command in (("posts",), ("accounts",), ("accounts", "list"), ("status", "none")):
        code = 4 if command[0] == "status" else 0
        for key in (("--key-file", folder / "api-key"), ("--key", make_key("read"))):
            ran = afar(*command, "--url", url, *key, "--json", **nowhere)
            assert ran.code == code, ran
    said = afar.refused(7, "--url", url, "posts", "--url", DEAD)
    assert DEAD in said


def test_an_api_key_does_not_become_the_name_of_a_post(afar: Afar, video: Path) -> None:
    key = "pw_" + "x" * 43
    said = afar.refused(2, "publish", video, "--account", "@demo", "--key", key)
    assert "before the command" in said
    assert key not in said


def test_a_key_without_the_scope_may_look_and_no_more(
    afar: Afar, connected: Commandline, video: Path, make_key: MakeKey
) -> None:
    reader = make_key("read")
    assert afar("posts", POSTWRIGHT_API_KEY=reader).code == 0
    said = afar("publish", *connected.publish(video)[1:], "--json", POSTWRIGHT_API_KEY=reader)
    assert (said.code, said.json["error"]["code"]) == (11, "scope_missing")
    writer = make_key("publish")
    said = afar.refused(11, "api-keys", "list", POSTWRIGHT_API_KEY=writer)
    assert "admin" in said


def test_what_is_another_workspaces_is_not_there(
    afar: Afar, connected: Commandline, video: Path, strangers_key: str
) -> None:
    made = connected(*connected.publish(video, at="+1h", key="mine"), "--json").json
    (file,) = made["files"]
    for words in (
        *(
            (command, wanted, *more)
            for wanted in (made["post_id"], made["publication_id"], "mine")
            for command, *more in (("status",), ("cancel",), ("reschedule", "--at", "+2h"))
        ),
        ("media", "show", file["media_id"]),
        ("media", "rm", file["media_id"]),
        ("accounts", "show", "@demo"),
        ("accounts", "disconnect", "@demo", "--yes"),
        ("posts", "--account", "@demo"),
        ("publish", file["media_id"], "--account", "@demo", "--privacy", "public"),
    ):
        afar.refused(4, *words, POSTWRIGHT_API_KEY=strangers_key)
    assert afar("posts", "--json", POSTWRIGHT_API_KEY=strangers_key).json["posts"] == []
    assert connected("status", "mine", "--json").json["state"] == "scheduled"


def test_a_key_does_not_follow_a_redirect(afar: Afar) -> None:
    with _redirecting(to=afar.url) as (url, seen):
        said = afar.refused(7, "--url", url, "posts")
    assert "leads elsewhere" in said
    assert len(seen) == 1


def test_what_is_no_service_of_ours_is_said_to_be_none(afar: Afar, connected: Commandline) -> None:
    said = afar.refused(7, "--url", connected.emulator, "posts")
    assert "not as a service of ours would" in said


@pytest.mark.parametrize(
    "words",
    [
        ("worker",),
        ("web",),
        ("up",),
        ("up", "--emulator"),
        ("doctor",),
        ("jobs",),
        ("keys", "check"),
        ("installation",),
        ("media", "sweep"),
        ("media", "limits"),
        ("media", "fix", "media_000000000000"),
    ],
)
def test_what_only_works_there_says_so(unserved: Afar, words: tuple[str, ...]) -> None:
    said = unserved.refused(2, *words)
    assert "needs the service's own machine." in said
    assert "unset POSTWRIGHT_URL" in said


@pytest.mark.parametrize(
    "words", [("ledger",), ("pause", "--all"), ("resume", "--all"), ("accounts", "list", "--all")]
)
def test_what_is_of_the_whole_installation_says_so(unserved: Afar, words: tuple[str, ...]) -> None:
    assert "own machine" in unserved.refused(2, *words)


@pytest.mark.parametrize("option", ["--fix", "--pull", "--upload"])
def test_an_option_that_only_works_there_says_so(
    unserved: Afar, alone: Commandline, video: Path, option: str
) -> None:
    said = unserved.refused(2, *alone.publish(video), option)
    assert f"{option} works on the service's own machine." in said


def test_the_settings_do_not_tell_the_key(unserved: Afar) -> None:
    assert unserved.url in unserved("config", "show").out


@contextmanager
def _redirecting(to: str) -> Generator[tuple[str, list[str]]]:
    """A server that sends everybody elsewhere; its address, and who came."""
    seen = list[str]()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_response(307)
            self.send_header("Location", f"{to}{self.path}")
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_request(self, code: object = "-", size: object = "-") -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}", seen
        finally:
            server.shutdown()
            thread.join()
