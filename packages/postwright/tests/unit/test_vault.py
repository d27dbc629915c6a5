import base64
from pathlib import Path

import pytest

from postwright.errors import Misconfigured
from postwright.kit.vault import Vault, load_key

KEY = b"k" * 32


def test_what_was_sealed_opens_in_its_place() -> None:
    vault = Vault(KEY)
    assert vault.open(vault.seal("act.secret", "here"), "here") == "act.secret"


def test_it_does_not_open_in_another_place() -> None:
    vault = Vault(KEY)
    with pytest.raises(Misconfigured, match="cannot be read"):
        vault.open(vault.seal("act.secret", "here"), "there")


def test_it_does_not_open_with_another_key_or_when_damaged() -> None:
    sealed = Vault(KEY).seal("act.secret", "here")
    for vault, text in ((Vault(b"x" * 32), sealed), (Vault(KEY), sealed[:-1] + b"\x00")):
        with pytest.raises(Misconfigured):
            vault.open(text, "here")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    vault = Vault(KEY)
    assert vault.seal("same", "here") != vault.seal("same", "here")


def test_a_key_file_is_made_once_for_its_owner_only(tmp_path: Path) -> None:
    file = tmp_path / "config" / "key"
    first = load_key(None, file)
    assert load_key(None, file) == first
    assert len(first) == 32
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(file.parent.iterdir()) == [file]


def test_a_key_that_is_given_comes_first(tmp_path: Path) -> None:
    given = base64.b64encode(KEY).decode()
    assert load_key(given, tmp_path / "key") == KEY
    assert not (tmp_path / "key").exists()


@pytest.mark.parametrize("given", ["short", "not base64 at all!!", ""])
def test_a_bad_key_is_told_with_what_to_do(given: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as bad:
        Vault(load_key(given, tmp_path / "key"))
    assert "base64" in bad.value.fix + bad.value.why


def test_a_key_file_that_holds_raw_bytes_is_told_with_what_to_do(tmp_path: Path) -> None:
    file = tmp_path / "key"
    file.write_bytes(b"\xff" * 32)
    with pytest.raises(Misconfigured, match="not base64"):
        load_key(None, file)
