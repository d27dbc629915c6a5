"""What tells the files of a database from copies, and what does not change them."""

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from postwright.db.marks import differences, host_marks, machine_mark
from postwright.db.memory import Memory, Seen, went_back

SERVER = {"cluster": "7301", "timeline": "00000001", "database": 16384}
HOST = {"machine": "a1", "folder": "/data/postgres/cluster", "file": 77}
KNOWN = {"server": SERVER, "host": HOST}


@pytest.fixture
def cluster(tmp_path: Path) -> Path:
    (tmp_path / "cluster").mkdir()
    (tmp_path / "cluster" / "PG_VERSION").write_text("18\n")
    return tmp_path / "cluster"


def machine(root: Path, **files: str) -> Path:
    for name, text in files.items():
        file = root / name.replace("__", "/").replace("_", "-")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return root


def test_files_that_stay_where_they_are_have_the_same_marks(cluster: Path) -> None:
    assert host_marks(cluster) == host_marks(cluster)


def test_a_copied_folder_has_other_marks_and_so_has_one_that_was_copied_back(
    cluster: Path, tmp_path: Path
) -> None:
    before = host_marks(cluster)
    shutil.copytree(cluster, tmp_path / "copy")
    copied = host_marks(tmp_path / "copy")
    assert before is not None
    assert copied is not None
    assert (copied["folder"], copied["file"]) != (before["folder"], before["file"])
    cluster.rename(tmp_path / "aside")  # as it stays there, its numbers are not given out again
    shutil.copytree(tmp_path / "copy", cluster)
    again = host_marks(cluster)
    assert again is not None
    assert again["folder"] == before["folder"]
    assert again["file"] != before["file"]


def test_files_out_of_reach_have_no_marks(tmp_path: Path) -> None:
    assert host_marks(tmp_path / "nowhere") is None


def test_two_machines_differ_and_their_ids_are_not_told(tmp_path: Path) -> None:
    one = machine_mark(machine(tmp_path / "one", etc__machine_id="4c1a\n"))
    other = machine_mark(machine(tmp_path / "other", etc__machine_id="9bd2\n"))
    assert one != other
    assert "4c1a" not in one
    assert machine_mark(machine(tmp_path / "old", var__lib__dbus__machine_id="4c1a\n")) == one


@pytest.mark.parametrize(
    "sign",
    [
        {".dockerenv": ""},
        {"run/.containerenv": ""},
        {"proc/self/mounts": "overlay / overlay rw,relatime 0 0\nproc /proc proc rw 0 0\n"},
    ],
)
def test_a_container_that_is_made_anew_is_no_other_machine(
    sign: dict[str, str], tmp_path: Path
) -> None:
    for number in ("1", "2"):
        root = machine(tmp_path / number, etc__machine_id=number)
        for name, text in sign.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(text)
        assert machine_mark(root) == ""


def test_a_machine_with_a_disk_of_its_own_is_no_container(tmp_path: Path) -> None:
    root = machine(tmp_path, etc__machine_id="4c1a")
    (root / "proc/self").mkdir(parents=True)
    (root / "proc/self/mounts").write_text("/dev/sda1 / ext4 rw 0 0\noverlay /x overlay rw 0 0\n")
    assert machine_mark(root) != ""


def test_what_fits_is_not_talked_about() -> None:
    assert differences(KNOWN, SERVER, HOST) == []
    assert differences(KNOWN, SERVER, None) == []
    assert differences({"server": SERVER, "host": None}, SERVER, HOST) == []


@pytest.mark.parametrize(
    ("server", "host", "says"),
    [
        ({"cluster": "9"}, {}, "another database server"),
        ({"database": 2}, {}, "made as a copy"),
        ({"timeline": "00000002"}, {}, "a stand-by took its place"),
        ({}, {"machine": ""}, "another machine"),
        ({}, {"folder": "/copy"}, "They are in /copy and were in /data/postgres/cluster."),
        ({}, {"file": 78}, "are copies"),
    ],
)
def test_what_does_not_fit_is_said(server: dict[str, Any], host: dict[str, Any], says: str) -> None:
    (said,) = differences(KNOWN, SERVER | server, HOST | host)
    assert says in said


def test_what_a_server_does_not_tell_is_not_missed() -> None:
    quiet = {"database": 16384}
    assert differences({"server": quiet, "host": None}, quiet, None) == []


NOW = Seen(epoch=2, cluster="7301", timeline="00000001", position=5000)


@pytest.mark.parametrize(
    ("known", "back"),
    [
        (NOW, False),
        (replace(NOW, position=4999), False),
        (replace(NOW, position=5001), True),
        (replace(NOW, position=9000, timeline="00000002"), False),  # its marks tell that
        (replace(NOW, epoch=1, position=9000), False),  # the other one, before this was confirmed
        (replace(NOW, epoch=3, position=10), True),
    ],
)
def test_data_that_were_seen_further_on_have_gone_back(known: Seen, *, back: bool) -> None:
    assert bool(went_back(known, NOW)) is back


def test_a_memory_keeps_what_it_was_told_for_this_user_only(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "made" / "installations.json")
    assert memory.recall("inst_1") is None
    memory.note("inst_1", NOW)
    memory.note("inst_2", replace(NOW, position=7))
    assert memory.recall("inst_1") == NOW
    assert memory.file.stat().st_mode & 0o077 == 0
    assert [file.name for file in memory.file.parent.iterdir()] == ["installations.json"]


def test_a_memory_has_an_end(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "installations.json")
    for number in range(120):
        memory.note(f"inst_{number}", NOW)
    assert memory.recall("inst_19") is None
    assert memory.recall("inst_20") == NOW


@pytest.mark.parametrize("text", ["", "[]", "{", '{"inst_1": 1}', '{"inst_1": {"epoch": 1}}'])
def test_a_damaged_memory_is_none(text: str, tmp_path: Path) -> None:
    (tmp_path / "installations.json").write_text(text)
    assert Memory(tmp_path / "installations.json").recall("inst_1") is None


def test_a_memory_that_cannot_be_written_is_no_obstacle(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    Memory(tmp_path / "file" / "installations.json").note("inst_1", NOW)
