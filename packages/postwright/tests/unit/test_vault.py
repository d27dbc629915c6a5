import pytest

from postwright.errors import Misconfigured
from postwright.kit.keys import MasterKeys
from postwright.kit.vault import Vault

OLD, NEW = b"k" * 32, b"n" * 32


def vault(*keys: bytes) -> Vault:
    return Vault(MasterKeys(*keys or (OLD,)))


def test_what_was_sealed_opens_in_its_place() -> None:
    assert vault().open(vault().seal("act.secret", "here"), "here") == "act.secret"


def test_it_does_not_open_in_another_place() -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        vault().open(vault().seal("act.secret", "here"), "there")


def test_it_does_not_open_with_another_key_or_when_damaged() -> None:
    sealed = vault().seal("act.secret", "here")
    for other, text in ((vault(NEW), sealed), (vault(), sealed[:-1] + b"\x00"), (vault(), b"\x01")):
        with pytest.raises(Misconfigured):
            other.open(text, "here")


def test_the_same_text_is_sealed_differently_each_time() -> None:
    assert vault().seal("same", "here") != vault().seal("same", "here")


def test_of_two_keys_the_first_seals_and_both_open() -> None:
    both, by_old = vault(NEW, OLD), vault(OLD).seal("act.secret", "here")
    assert both.opened(by_old, "here") == ("act.secret", False)
    by_new = both.seal("act.secret", "here")
    assert both.opened(by_new, "here") == ("act.secret", True)
    assert vault(NEW).open(by_new, "here") == "act.secret"
    with pytest.raises(Misconfigured):
        vault(OLD).open(by_new, "here")


def test_nothing_that_holds_a_key_shows_it() -> None:
    keys = MasterKeys(NEW)
    for thing in (keys, Vault(keys)):
        assert "nnnn" not in repr(thing)
