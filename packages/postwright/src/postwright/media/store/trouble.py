"""What a bucket's failures mean for people."""

import re
from collections.abc import Generator
from contextlib import contextmanager

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from postwright.media.errors import StorageAway, StorageRefused

_NO_BUCKET = ("NoSuchBucket", "ContainerNotFound", "The specified bucket does not exist")
_CREDENTIALS = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "InvalidToken",
    "AccessDenied",
    "ExpiredToken",
    "AuthenticationFailed",
    "redential",
    "instance metadata",
)
_CODE = re.compile(r"<Code>(\w+)</Code>(?:\s*<Message>([^<]*)</Message>)?")
_LONGEST = 300


class Failures:
    """Turns a bucket's failures into errors with advice."""

    def __init__(self, url: str) -> None:
        self._url = url

    @contextmanager
    def told(self) -> Generator[None]:
        """Raise StorageAway or StorageRefused for what the bucket says.

        A missing object stays the FileNotFoundError that it is.
        """
        try:
            yield
        except FileNotFoundError as error:
            if any(code in str(error) for code in _NO_BUCKET):
                raise _no_bucket(self._url) from None
            raise
        except BaseError as error:
            raise self._meaning(error) from None

    def _meaning(self, error: BaseError) -> StorageAway | StorageRefused:
        is_about_rights = isinstance(error, PermissionDeniedError | UnauthenticatedError)
        return refused(self._url, str(error), is_about_rights=is_about_rights)


def refused(url: str, said: str, *, is_about_rights: bool = False) -> StorageAway | StorageRefused:
    """The error for what a server said; whether somebody has to mend something first."""
    if any(code in said for code in _NO_BUCKET):
        return _no_bucket(url)
    if is_about_rights or any(code in said for code in _CREDENTIALS):
        return StorageRefused(
            url,
            _gist(said),
            "Give credentials that may list, read, write and delete there: in the usual variables "
            "of the cloud, or POSTWRIGHT_MEDIA__ACCESS_KEY_ID and "
            "POSTWRIGHT_MEDIA__SECRET_ACCESS_KEY_FILE.",
        )
    return StorageAway(url, _gist(said))


def _no_bucket(url: str) -> StorageRefused:
    return StorageRefused(
        url,
        "There is no such bucket.",
        "Make it, or correct POSTWRIGHT_MEDIA__URL; nothing is made by itself.",
    )


def _gist(said: str) -> str:
    """One sentence: the server's own code and words, or what was tried; no query of an address."""
    if told := _CODE.search(said):
        return ": ".join(filter(None, told.groups()))
    first = said.partition("\n")[0]
    return re.sub(r"\?\S+", "", first).strip()[:_LONGEST]
