import base64
from pathlib import Path

import pytest

from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys, as_text, read, write

OLD, NEW = b"k" * 32, b"n" * 32


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "config" / "key"
    first = MasterKeys.load(None, file).first
    assert MasterKeys.load(None, file).first == first
    assert len(first) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(file.parent.iterdir()) == [file]


def test_of_two_first_runs_the_key_of_the_first_one_stays(tmp_path: Path) -> None:
    for key in (OLD, NEW):
        write(tmp_path / "key", [key], replacing=False)
    assert read(tmp_path / "key") == [OLD]


def test_a_key_that_is_given_comes_first(tmp_path: Path) -> None:
    assert MasterKeys.load(as_text(OLD), tmp_path / "key").all == (OLD,)
    assert not (tmp_path / "key").exists()


def test_several_keys_are_given_with_commas_or_on_lines(tmp_path: Path) -> None:
    given = f"{as_text(NEW)}, {as_text(OLD)}"
    assert MasterKeys.load(given, tmp_path / "key").all == (NEW, OLD)
    write(tmp_path / "key", [NEW, OLD])
    assert MasterKeys.load(None, tmp_path / "key").all == (NEW, OLD)


def test_a_process_that_runs_sees_a_file_that_has_changed(tmp_path: Path) -> None:
    file = tmp_path / "key"
    write(file, [OLD])
    keys = MasterKeys.load(None, file)
    write(file, [NEW, OLD])
    assert (keys.first, keys.all) == (NEW, (NEW, OLD))
    write(file, [NEW])
    assert keys.all == (NEW,)
    assert sorted(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("damage", ["not base64 at all!!", "", "c2hvcnQ="])
def test_a_file_that_is_damaged_or_gone_leaves_a_running_process_its_keys(
    tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "key"
    write(file, [OLD])
    keys = MasterKeys.load(None, file)
    file.write_text(damage)
    assert keys.first == OLD
    file.unlink()
    assert keys.first == OLD


@pytest.mark.parametrize("given", ["short", "not base64 at all!!", "", f"{as_text(OLD)},"])
def test_a_bad_key_is_told_with_what_to_do(given: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as bad:
        MasterKeys.load(given, tmp_path / "key")
    assert "base64" in bad.value.fix
    assert base64.b64encode(OLD).decode() not in f"{bad.value.what}{bad.value.why}{bad.value.fix}"


def test_a_key_file_that_holds_raw_bytes_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff" * 32)
    with pytest.raises(Misconfigured, match="not base64"):
        MasterKeys.load(None, file)
