"""Opens a bucket by its address, with credentials from the settings or the usual variables."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

from obstore.exceptions import BaseError
from obstore.store import AzureStore, GCSStore, ObjectStore, S3Store

from postwright.config import MediaSettings
from postwright.errors import Misconfigured
from postwright.media.store.abandoned import AbandonedUploads, Key
from postwright.media.store.bucket import BucketStore

_STORES = {"s3": S3Store, "gs": GCSStore, "az": AzureStore}
_RETRY = {
    "max_retries": 4,
    "retry_timeout": timedelta(seconds=30),
    "backoff": {"init_backoff": timedelta(milliseconds=200), "max_backoff": timedelta(seconds=5)},
}


def open_bucket(settings: MediaSettings, scratch: Path) -> BucketStore:
    """Open the bucket that the settings name. Nothing is asked of it yet.

    Raises:
        Misconfigured: the address is none of a bucket.
    """
    return BucketStore(
        _bucket(settings),
        settings.url,
        scratch=scratch,
        reserve_bytes=settings.reserve_bytes,
        sweep_uploads=_sweep_of(settings),
    )


def _sweep_of(settings: MediaSettings) -> Callable[[], int] | None:
    """How to give up abandoned uploads, where that takes asking and there is a key for it."""
    url, secret = urlsplit(settings.url), settings.secret_access_key.get_secret_value()
    if url.scheme != "s3" or not (settings.access_key_id and secret):
        return None
    region = settings.region or "us-east-1"
    folder = url.path.strip("/")
    key = Key(settings.access_key_id, secret, settings.session_token.get_secret_value())
    endpoint = settings.endpoint or f"https://s3.{region}.amazonaws.com"
    return AbandonedUploads(
        settings.url, endpoint, url.netloc, f"{folder}/" if folder else "", region, key
    ).sweep


def _bucket(settings: MediaSettings) -> ObjectStore:
    scheme = urlsplit(settings.url).scheme
    store = _STORES.get(scheme)
    if store is None:
        raise _unknown(settings.url, "It must begin with s3://, gs:// or az://.")
    client = {
        "timeout": timedelta(seconds=settings.timeout_s),
        "connect_timeout": timedelta(seconds=5),
        "allow_http": settings.endpoint.startswith("http://"),
    }
    try:
        return cast("Any", store).from_url(
            settings.url, client_options=client, retry_config=_RETRY, **_config(scheme, settings)
        )
    except (BaseError, ValueError) as error:
        raise _unknown(settings.url, str(error).partition("\n")[0]) from None


def _config(scheme: str, settings: MediaSettings) -> dict[str, str]:
    """What is given, in the words of each cloud; the rest comes from its usual variables."""
    secret = settings.secret_access_key.get_secret_value()
    names = {
        "s3": ("endpoint", "access_key_id", "secret_access_key", "region"),
        "gs": ("base_url", "", "service_account_key", ""),
        "az": ("endpoint", "account_name", "account_key", ""),
    }[scheme]
    values = (settings.endpoint, settings.access_key_id, secret, settings.region)
    token = settings.session_token.get_secret_value()
    more = {"session_token": token} if scheme == "s3" and token else {}
    return more | {name: value for name, value in zip(names, values, strict=True) if name and value}


def _unknown(url: str, why: str) -> Misconfigured:
    return Misconfigured(
        f"POSTWRIGHT_MEDIA__URL names no store: {url}",
        why=why,
        fix="Use an address like s3://bucket/folder, gs://bucket/folder or az://container/folder, "
        "or unset it to keep media in a folder.",
    )
