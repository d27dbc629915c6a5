"""The master key from the command line: checked, changed, and changed again after a kill."""

import base64
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from postwright.kit.keys import as_text, read
from tests.factories.commandline import READY_S, Commandline

pytestmark = pytest.mark.slow

_MANY = b"""
    INSERT INTO platform_apps (id, workspace_id, platform, client_key, client_secret, kind,
                               redirect_uri, base_url, source, created_at)
    SELECT 'app_' || n, workspace_id, platform, 'key ' || n, client_secret, kind, redirect_uri,
           base_url, source, created_at
    FROM platform_apps, generate_series(1, 3000) AS n
"""


def key_file(postwright: Commandline) -> Path:
    return Path(postwright.environ["POSTWRIGHT_KEY_FILE"])


def test_the_key_is_changed_and_everything_goes_on(connected: Commandline) -> None:
    (old,) = read(key_file(connected))
    assert connected("keys", "check", "--json").json == {
        "secrets": 3,
        "with_current_key": 3,
        "with_older_key": 0,
        "unreadable": [],
    }
    ran = connected("keys", "rotate")
    assert ran.code == 0
    assert "3 secrets were sealed with the new key." in ran.out
    (new,) = read(key_file(connected))
    assert new != old
    assert as_text(new) not in ran.out + ran.err
    assert connected("keys", "check").code == 0
    assert connected("accounts", "disconnect", "@demo", "--yes").code == 0


def test_a_kill_in_the_middle_loses_nothing_and_the_next_one_ends_it(
    connected: Commandline, database_url: str
) -> None:
    # None of these opens, which is as much work as if they did.
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute(_MANY)
    (old,) = read(key_file(connected))
    process = launch(connected)
    until = time.monotonic() + READY_S
    while len(read(key_file(connected))) == 1 and time.monotonic() < until:
        assert process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=READY_S)
    kept = read(key_file(connected))
    assert kept[-1] == old
    assert len(kept) == 2
    check = connected("keys", "check", "--json").json
    assert check["with_current_key"] + check["with_older_key"] == 3
    assert len(connected("keys", "rotate", "--json").json["unreadable"]) == 3_000
    assert read(key_file(connected)) == kept[:1]
    assert connected("keys", "check", "--json").json["with_current_key"] == 3


def launch(postwright: Commandline) -> subprocess.Popen[str]:
    words = [sys.executable, "-m", "postwright.cli", "keys", "rotate"]
    process = subprocess.Popen(
        words,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        env=postwright.environ,
    )
    postwright.processes.append(process)
    return process


def test_a_key_that_is_given_is_changed_by_whoever_gives_it(connected: Commandline) -> None:
    (old,) = read(key_file(connected))
    connected.environ["POSTWRIGHT_KEY"] = as_text(old)
    said = connected.refused(11, "keys", "rotate")
    assert "POSTWRIGHT_KEY=NEW,OLD" in said
    new = base64.b64encode(os.urandom(32)).decode()
    connected.environ["POSTWRIGHT_KEY"] = f"{new},{as_text(old)}"
    ran = connected("keys", "rotate", "--json")
    assert (ran.json["resealed"], ran.json["old_key_kept"]) == (3, False)
    connected.environ["POSTWRIGHT_KEY"] = new
    assert connected("keys", "check").code == 0
    connected.environ["POSTWRIGHT_KEY"] = as_text(old)
    wrong = connected("keys", "check")
    assert wrong.code == 1
    assert "No key opens credentials.access_token" in wrong.err
