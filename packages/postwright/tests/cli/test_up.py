"""Everything in one process, and several processes on one data folder."""

import json
import os
import signal
import subprocess
from pathlib import Path

import pytest
from PIL import Image

from postwright.db import embedded
from tests.factories.afar import Afar
from tests.factories.commandline import Commandline, read_until

pytestmark = pytest.mark.slow


@pytest.fixture
def up(alone: Commandline) -> subprocess.Popen[str]:
    """`postwright up --emulator`, ready; the other commands find its TikTok by themselves."""
    process = alone.start("up", "--emulator", "--emulator-port", 0, until="TikTok  ")
    note = json.loads((alone.data_dir / "emulator.json").read_text())
    alone.emulator = note["base_url"]
    return process


def test_a_first_post_needs_no_setting(
    alone: Commandline, up: subprocess.Popen[str], video: Path
) -> None:
    alone.connect()
    command = alone.publish(video, key="first", wait=True, timeout=60)
    ran = alone(*command)
    assert (ran.code, ran.err) == (0, ""), ran
    assert "published" in read_until(up, "published")
    assert alone.stop(up) == 0
    assert not embedded.is_running(alone.data_dir / "postgres")
    assert not (alone.data_dir / "emulator.json").exists()


def test_photos_go_out_over_its_api_as_its_tiktok_fetches_from_this_machine(
    alone: Commandline, up: subprocess.Popen[str], folder: Path
) -> None:
    alone.connect()
    note = json.loads((alone.data_dir / "emulator.json").read_text())
    key = alone("api-keys", "create", "--name", "test", "--scope", "publish").out.strip()
    afar = Afar(alone, note["public_url"], key, folder / "afar")
    photo = folder / "sunset.jpg"
    Image.new("RGB", (720, 960), "orange").save(photo)
    ran = afar(*alone.publish(photo, key="sunset", wait=True, timeout=60))
    assert (ran.code, ran.err) == (0, ""), ran
    assert "published" in read_until(up, "published")


def test_the_note_of_the_emulator_is_private_and_config_show_tells_of_it(
    alone: Commandline, up: subprocess.Popen[str]
) -> None:
    assert (alone.data_dir / "emulator.json").stat().st_mode & 0o777 == 0o600
    ran = alone("config", "show")
    (line,) = [line for line in ran.out.splitlines() if "TIKTOK__BASE_URL" in line]
    assert alone.emulator in line
    assert "emulator.json" in line
    assert "demo-desktop-secret" not in ran.out
    alone.environ["POSTWRIGHT_TIKTOK__CLIENT_KEY"] = "of-my-own"
    shown = {item["name"]: item for item in alone("config", "show", "--json").json["settings"]}
    assert shown["POSTWRIGHT_TIKTOK__BASE_URL"]["value"] == "(unset)"
    assert shown["POSTWRIGHT_TIKTOK__CLIENT_KEY"]["from"] == "environment"


def test_a_second_emulator_on_one_data_folder_is_refused_and_the_first_stays_noted(
    alone: Commandline, up: subprocess.Popen[str]
) -> None:
    said = alone.refused(5, "up", "--emulator", "--emulator-port", 0)
    assert "Postwright is up already, with an emulator." in said
    assert alone.emulator in said
    assert json.loads((alone.data_dir / "emulator.json").read_text())["base_url"] == alone.emulator
    assert alone.connect().code == 0
    assert alone.stop(up) == 0


def test_what_a_killed_emulator_has_left_is_in_nobodys_way(
    alone: Commandline, up: subprocess.Popen[str]
) -> None:
    alone.stop(up, signal.SIGKILL)
    again = alone.start("up", "--emulator", "--emulator-port", 0, until="TikTok  ")
    note = json.loads((alone.data_dir / "emulator.json").read_text())
    assert note["base_url"] != alone.emulator
    assert alone.stop(again) == 0


def test_a_killed_database_is_back_in_a_moment(
    alone: Commandline, up: subprocess.Popen[str], video: Path
) -> None:
    alone.connect()
    assert alone(*alone.publish(video, key="before", at="+1h")).code == 0
    server = embedded.ensure_running(alone.data_dir / "postgres")
    os.kill(server.pid, signal.SIGKILL)
    ran = alone(*alone.publish(video, key="after", wait=True, timeout=90))
    assert ran.code == 0, ran
    assert alone("status", "before", "--json").json["state"] == "scheduled"
    assert alone.stop(up, signal.SIGINT) == 0


def test_the_last_command_to_leave_stops_the_database(alone: Commandline) -> None:
    first = alone.start("worker", until="is running")
    second = alone.start("worker", until="is running")
    assert alone.stop(first) == 0
    assert embedded.is_running(alone.data_dir / "postgres")
    assert alone("posts").code == 0
    assert embedded.is_running(alone.data_dir / "postgres")
    assert alone.stop(second) == 0
    assert not embedded.is_running(alone.data_dir / "postgres")


def test_a_database_that_was_started_by_others_is_left_running(alone: Commandline) -> None:
    embedded.ensure_running(alone.data_dir / "postgres")
    assert alone("posts").code == 0
    assert embedded.is_running(alone.data_dir / "postgres")
