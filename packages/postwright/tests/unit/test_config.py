from pathlib import Path

import pytest

from postwright.config import load
from postwright.errors import Misconfigured


def test_without_variables_everything_has_a_default(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load({})
    assert settings.embedded
    assert settings.media_folder == settings.data_dir / "media"
    assert settings.tiktok.base_url == ""


def test_a_variable_that_cannot_be_used_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTWRIGHT_WORKER__LEASE_S", "soon")
    with pytest.raises(Misconfigured, match="POSTWRIGHT_WORKER__LEASE_S"):
        load({})


def test_a_misspelt_nested_variable_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTWRIGHT_TIKTOK__BASE_ULR", "http://127.0.0.1:1")
    with pytest.raises(Misconfigured, match="BASE_ULR"):
        load({})


def test_secrets_come_from_files_and_are_not_shown(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("hush\n")
    settings = load({"POSTWRIGHT_TIKTOK__CLIENT_SECRET_FILE": str(file)})
    assert settings.tiktok.client_secret.get_secret_value() == "hush"
    assert "hush" not in repr(settings)


@pytest.mark.parametrize(
    "name", ["POSTWRIGHT_TIKTOK__CLIENT_SECRET", "POSTWRIGHT_MEDIA__SECRET_ACCESS_KEY"]
)
def test_a_secret_of_a_group_can_be_a_file_in_a_real_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    file = tmp_path / "secret"
    file.write_text("hush\n")
    monkeypatch.setenv(f"{name}_FILE", str(file))
    settings = load({f"{name}_FILE": str(file)})
    group = settings.media if "MEDIA" in name else settings.tiktok
    secret = getattr(group, name.partition("__")[2].lower())
    assert secret.get_secret_value() == "hush"


def test_a_secret_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="DATABASE_URL_FILE"):
        load({"POSTWRIGHT_DATABASE_URL_FILE": str(tmp_path / "nothing")})


def test_a_relative_folder_becomes_absolute(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("POSTWRIGHT_DATA_DIR", "here")
    assert load({}).data_dir == tmp_path / "here"


def test_the_key_is_outside_the_data_folder_also_where_all_folders_are_one(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    settings = load({})
    assert settings.data_dir == tmp_path / "postwright"
    assert not settings.key_file.is_relative_to(settings.data_dir)


def test_a_proxys_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSTWRIGHT_PROXY", "http://me:hush@proxy.example:3128")
    assert "hush" not in repr(load({}))


def test_a_secret_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_bytes(b"\xff\xfe")
    with pytest.raises(Misconfigured, match="DATABASE_URL_FILE"):
        load({"POSTWRIGHT_DATABASE_URL_FILE": str(file)})


def test_the_usual_variables_of_s3_count_where_ours_say_nothing() -> None:
    usual = {
        "POSTWRIGHT_MEDIA__URL": "s3://bucket",
        "AWS_ACCESS_KEY_ID": "usual",
        "AWS_SECRET_ACCESS_KEY": "hush",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_REGION": "eu-west-2",
    }
    media = load(usual).media
    assert (media.access_key_id, media.region) == ("usual", "eu-west-2")
    assert media.secret_access_key.get_secret_value() == "hush"
    ours = load({**usual, "POSTWRIGHT_MEDIA__ACCESS_KEY_ID": "ours"}).media
    assert ours.secret_access_key.get_secret_value() == ""
    assert load({**usual, "POSTWRIGHT_MEDIA__URL": ""}).media.access_key_id == ""
