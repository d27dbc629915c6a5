"""An S3 server of our own, in a process beside the tests: it speaks the real protocol."""

import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from postwright.config import MediaSettings

READY_S = 60
_IAM = "AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/iam/aws4_request"
_ANYTHING = (
    '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}'
)


@dataclass(frozen=True, slots=True)
class BucketServer:
    """Where it is."""

    port: int

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}"

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, str]:
        """One request without credentials; status and body."""
        request = urllib.request.Request(  # noqa: S310  # our own address
            f"{self.endpoint}/{path}", body, headers, method=method
        )
        try:
            with urllib.request.urlopen(request, timeout=READY_S) as answer:  # noqa: S310  # as above
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    def make(self, bucket: str) -> None:
        """Make a bucket."""
        assert self.ask("PUT", bucket)[0] == 200

    def keys(self, bucket: str) -> list[str]:
        """What the bucket shows."""
        return re.findall(r"<Key>([^<]+)</Key>", self.ask("GET", f"{bucket}?list-type=2")[1])

    def uploads(self, bucket: str) -> int:
        """How many uploads were begun and neither ended nor given up."""
        return self.ask("GET", f"{bucket}?uploads")[1].count("<Upload>")

    def settings(self, bucket: str, **more: object) -> MediaSettings:
        """Settings that name a folder in one of its buckets."""
        given = {
            "url": f"s3://{bucket}/media",
            "endpoint": self.endpoint,
            "region": "us-east-1",
            "access_key_id": "test",
            "secret_access_key": SecretStr("test"),
            "reserve_bytes": 0,
        }
        return MediaSettings(**{**given, **more})  # pyright: ignore[reportArgumentType]  # checked by pydantic

    def ask_for_credentials(self) -> tuple[str, str]:
        """Answer only signed requests from now on; a key that signs them, and its secret."""
        self._iam("CreateUser")
        self._iam("PutUserPolicy", PolicyName="all", PolicyDocument=_ANYTHING)
        told = self._iam("CreateAccessKey")
        self.take_credentials(after=0)
        key = re.search(r"<AccessKeyId>([^<]+)<", told)
        secret = re.search(r"<SecretAccessKey>([^<]+)<", told)
        assert key is not None
        assert secret is not None
        return key[1], secret[1]

    def take_credentials(self, *, after: float) -> None:
        """Look at signatures only after so many requests."""
        plain = {"Content-Type": "text/plain"}
        assert self.ask("POST", "moto-api/reset-auth", str(after).encode(), **plain)[0] == 200

    def _iam(self, action: str, **values: str) -> str:
        form = urllib.parse.urlencode({"Action": action, "UserName": "worker", **values}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": _IAM}
        status, told = self.ask("POST", "", form, **kind)
        assert status == 200, told
        return told


def _free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def kept_port() -> Generator[int]:
    """A port that nobody else gets while the block lasts, and on which nobody answers yet."""
    with socket.socket() as keeper:
        keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a server may share it
        keeper.bind(("127.0.0.1", 0))
        yield keeper.getsockname()[1]


@contextmanager
def running_bucket_server(log: Path, port: int | None = None) -> Generator[BucketServer]:
    """An S3 server with nothing in it, until the block ends."""
    server = BucketServer(port or _free_port())
    words = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(server.port)]
    with log.open("w") as told:
        process = subprocess.Popen(words, stdout=told, stderr=told)
        try:
            _wait(server, process, log)
            yield server
        finally:
            process.kill()
            process.wait()


def _wait(server: BucketServer, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + READY_S
    while process.poll() is None and time.monotonic() < until:
        try:
            server.ask("GET", "moto-api/data.json")
        except OSError:
            time.sleep(0.05)  # it is starting; there is nothing to wait on but the port
        else:
            return
    raise AssertionError(f"the S3 server did not start:\n{log.read_text()}")
