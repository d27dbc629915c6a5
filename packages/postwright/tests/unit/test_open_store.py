"""Which store the settings name."""

from pathlib import Path

import pytest

from postwright.config import MediaSettings
from postwright.errors import Misconfigured
from postwright.media.store import open_store
from postwright.media.store.bucket import BucketStore
from postwright.media.store.folder import FolderStore


def test_without_an_address_media_is_kept_in_the_folder(tmp_path: Path) -> None:
    store = open_store(MediaSettings(reserve_bytes=7), tmp_path)
    assert isinstance(store, FolderStore)
    assert (store.folder, store.reserve_bytes) == (tmp_path, 7)


@pytest.mark.parametrize(
    ("url", "more"),
    [
        ("s3://bucket/folder", {}),
        ("gs://bucket", {"endpoint": "http://127.0.0.1:9"}),
        ("az://container/folder", {"access_key_id": "account", "secret_access_key": "aHVzaA=="}),
    ],
)
def test_each_cloud_has_its_kind_of_address(url: str, more: dict[str, str], tmp_path: Path) -> None:
    store = open_store(MediaSettings.model_validate({"url": url, **more}), tmp_path)
    assert isinstance(store, BucketStore)
    assert store.url == url


@pytest.mark.parametrize("url", ["bucket", "ftp://host/media", "file:///media", "az://"])
def test_any_other_address_is_refused_with_the_ones_that_would_do(url: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="POSTWRIGHT_MEDIA__URL") as caught:
        open_store(MediaSettings(url=url), tmp_path)
    assert "s3://" in caught.value.fix
