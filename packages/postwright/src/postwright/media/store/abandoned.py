"""Gives up the uploads to S3 that somebody began and was killed over.

Their parts are shown by no listing of objects, and are paid for. The library that does everything
else cannot ask for them, so the three requests that this takes are signed here. That needs a key
that is known: whoever gets credentials in another way (a role of the machine, a token of the
cluster) sets a rule of the bucket instead, and the how-to says so. Google and Azure have rules or
a time limit of their own for it.
"""

import hashlib
import hmac
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import quote, urlsplit

from postwright.media.errors import StorageAway
from postwright.media.store.interface import named_by
from postwright.media.store.trouble import refused

# Longer than any upload of ours takes.
OLD = timedelta(days=1)

_EMPTY = hashlib.sha256(b"").hexdigest()
_TIMEOUT_S = 30
_UPLOAD = re.compile(r"<Upload>(.*?)</Upload>", re.DOTALL)
_FIELD = re.compile(r"<(Key|UploadId|Initiated)>([^<]*)<")
_NEXT = re.compile(r"<Next(KeyMarker|UploadIdMarker)>([^<]+)<")
_MARKERS = {"KeyMarker": "key-marker", "UploadIdMarker": "upload-id-marker"}


@dataclass(frozen=True, slots=True)
class Key:
    """What signs a request."""

    id: str
    secret: str = field(repr=False)
    token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class AbandonedUploads:
    """The unfinished uploads below a prefix of an S3 bucket.

    Attributes:
        url: the store's address, for people.
        endpoint: origin of the server, like https://s3.eu-west-1.amazonaws.com.
        bucket: name of the bucket.
        prefix: begin of the keys that may be ours, with a slash at its end; what is below it and
            is not called as the files of a store are is somebody else's.
        region: of the bucket.
        key: signs the requests.
    """

    url: str
    endpoint: str
    bucket: str
    prefix: str
    region: str
    key: Key

    def sweep(self) -> int:
        """Give up those that began more than a day ago; how many. Blocks.

        Raises:
            StorageAway: the server does not answer as it should.
            StorageRefused: the key may not do that.
        """
        old = list(self._old())
        for key, upload_id in old:
            self._ask("DELETE", key, {"uploadId": upload_id})
        return len(old)

    def _old(self) -> Iterator[tuple[str, str]]:
        markers = dict[str, str]()
        while True:
            now, told = self._ask("GET", "", {"uploads": "", "prefix": self.prefix, **markers})
            for upload in _UPLOAD.findall(told):
                found = {name: html.unescape(value) for name, value in _FIELD.findall(upload)}
                is_ours = named_by(found["Key"].removeprefix(self.prefix)) is not None
                if is_ours and now - datetime.fromisoformat(found["Initiated"]) > OLD:
                    yield found["Key"], found["UploadId"]
            markers = {_MARKERS[name]: html.unescape(value) for name, value in _NEXT.findall(told)}
            if "<IsTruncated>true<" not in told or not markers:
                return

    def _ask(self, method: str, key: str, query: dict[str, str]) -> tuple[datetime, str]:
        """One signed request; the server's clock and what it said."""
        given = urlsplit(self.endpoint)
        path = f"{given.path.rstrip('/')}/{quote(self.bucket)}"
        path += f"/{quote(key)}" if key else ""
        asked = "&".join(
            f"{quote(n, safe='')}={quote(v, safe='')}" for n, v in sorted(query.items())
        )
        kind = HTTPSConnection if given.scheme == "https" else HTTPConnection
        connection = kind(given.netloc, timeout=_TIMEOUT_S)
        try:
            at = self._server_time(connection, path)
            connection.request(
                method,
                f"{path}?{asked}",
                headers=self._signed(method, given.netloc, path, asked, at),
            )
            answer = connection.getresponse()
            told = answer.read().decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise StorageAway(self.url, str(error) or type(error).__name__) from None
        finally:
            connection.close()
        # An upload that ended meanwhile is as good as given up.
        if answer.status >= 300 and not (method == "DELETE" and answer.status == 404):
            raise refused(self.url, told or answer.reason)
        return at, told

    def _server_time(self, connection: HTTPConnection, path: str) -> datetime:
        """The server's own clock: signatures and ages are measured by it."""
        connection.request("HEAD", path)
        answer = connection.getresponse()
        answer.read()
        return parsedate_to_datetime(answer.headers["Date"] or "").astimezone(UTC)

    def _signed(
        self, method: str, host: str, path: str, query: str, at: datetime
    ) -> dict[str, str]:
        """Headers with a signature. Source: AWS Signature Version 4, 2026-11-21."""
        moment = f"{at:%Y%m%dT%H%M%SZ}"
        headers = {"host": host, "x-amz-content-sha256": _EMPTY, "x-amz-date": moment}
        if self.key.token:
            headers["x-amz-security-token"] = self.key.token
        names = ";".join(headers)
        lines = [f"{name}:{value}" for name, value in headers.items()]
        request = "\n".join([method, path, query, *lines, "", names, _EMPTY])
        scope = f"{moment[:8]}/{self.region}/s3/aws4_request"
        digest = hashlib.sha256(request.encode()).hexdigest()
        secret = f"AWS4{self.key.secret}".encode()
        for part in scope.split("/"):
            secret = hmac.digest(secret, part.encode(), "sha256")
        text = f"AWS4-HMAC-SHA256\n{moment}\n{scope}\n{digest}"
        signature = hmac.digest(secret, text.encode(), "sha256").hex()
        headers["Authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={self.key.id}/{scope}, SignedHeaders={names}, "
            f"Signature={signature}"
        )
        return headers
