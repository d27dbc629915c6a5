"""Set-up reaches packages the way the machine's pip does: same index, same trusted certificates."""

import pytest

from tools import setup

MIRROR = "https://mirror.example/simple"


@pytest.fixture(autouse=True)
def _nothing_given(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "UV_DEFAULT_INDEX", "UV_INDEX_URL", "UV_SYSTEM_CERTS"):
        monkeypatch.delenv(name, raising=False)


def test_uv_uses_the_index_that_pip_is_set_up_for() -> None:
    told = setup.as_pip_does(f"global.index-url='{MIRROR}'\nglobal.timeout='60'\n")

    assert told["UV_DEFAULT_INDEX"] == MIRROR


def test_what_pip_reads_from_the_environment_counts_more_than_its_files() -> None:
    told = setup.as_pip_does(f"global.index-url='https://old.example'\n:env:.index-url='{MIRROR}'")

    assert told["UV_DEFAULT_INDEX"] == MIRROR


def test_an_index_given_for_uv_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_DEFAULT_INDEX", "https://other.example/simple")

    assert "UV_DEFAULT_INDEX" not in setup.as_pip_does(f"global.index-url='{MIRROR}'\n")


def test_uv_trusts_the_certificates_that_pip_is_told_to_trust() -> None:
    told = setup.as_pip_does("global.cert='/company/root.pem'\n")

    assert told["SSL_CERT_FILE"] == "/company/root.pem"
    assert "UV_SYSTEM_CERTS" not in told


def test_uv_trusts_what_the_machine_trusts_if_nothing_else_is_said() -> None:
    told = setup.as_pip_does("")

    assert told == ({"UV_SYSTEM_CERTS": "true"} if setup.machine_has_certificates() else {})


def test_every_pip_setting_that_is_no_assignment_is_passed_over() -> None:
    assert "UV_DEFAULT_INDEX" not in setup.as_pip_does("WARNING: odd\nglobal.index-url=")
